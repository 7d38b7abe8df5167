"""Addresses: those of a household are given to each of its members."""

import re
from dataclasses import replace

from backoffice_sync.central_rows import Address, Member
from backoffice_sync.npsp import values
from backoffice_sync.npsp.export import BILLING, MAILING, SEASON_END, SEASON_START, Export
from backoffice_sync.npsp.report import Outcome
from backoffice_sync.npsp.table import Record
from backoffice_sync.npsp.values import BadValueError

HOUSE_NUMBER = re.compile(r"(\d{1,5}(?: ?(?:bis|ter|quater))?),? +(\D.*)", re.IGNORECASE)
CEDEX = re.compile(r"(\d{5}) (CEDEX(?: \d+)?)", re.IGNORECASE)
STREET_LINES = 2


def take_addresses(export: Export) -> None:
    billing = {account.id: _cells(account, BILLING) for account in export.records["account"]}
    for record in export.records["address"]:
        account = record["household_account__c"]
        if not export.households.get(account):
            export.report.note(record, Outcome.LEFT_OUT, f"account {account!r} is no household with members")
            continue
        try:
            address, repairs = _address(export, _cells(record, MAILING))
            address.season_from = values.month_day(*_cells(record, SEASON_START))
            address.season_to = values.month_day(*_cells(record, SEASON_END))
        except BadValueError as error:
            export.report.note(record, Outcome.LEFT_OUT, str(error))
            continue
        address.is_main = address.season_from is None and _cells(record, MAILING) == billing[account]
        export.homes.setdefault(account, []).append(address)
        export.report.accept(record, repairs)


def house_accounts(export: Export) -> None:
    """Give every member the addresses of the account, its billing address when there is no other."""
    for account in export.records["account"]:
        household = export.households.get(account.id)
        organisation = export.organisations.get(account.id)
        members = household or ([organisation] if organisation else [])
        if not members:
            reason = "an organisation without a name" if household is None else "a household without contacts"
            export.report.note(account, Outcome.LEFT_OUT, reason)
            continue
        has_billing_only = account.id not in export.homes and any(_cells(account, BILLING))
        repairs = _take_billing(export, account) if has_billing_only else []
        _give(export, members, export.homes.get(account.id, []))
        if household:
            household_notes = ["no other address than the billing one", *repairs] if has_billing_only else []
            reason = "; ".join(["the household of its contacts", *household_notes])
            export.report.note(account, Outcome.FOLDED, reason)
        else:
            export.report.accept(account, repairs)


def _take_billing(export: Export, account: Record) -> list[str]:
    try:
        address, repairs = _address(export, _cells(account, BILLING))
    except BadValueError as error:
        return [f"billing address not taken: {error}"]
    export.homes[account.id] = [address]
    return repairs


def _give(export: Export, members: list[Member], homes: list[Address]) -> None:
    main = min(homes, key=lambda home: (not home.is_main, home.season_from is not None), default=None)
    for member in members:
        for home in homes:
            export.base.add(replace(home, member_id=member.id, is_main=home is main))


def _address(export: Export, cells: tuple[str, ...]) -> tuple[Address, list[str]]:
    """Read street, town, state, postcode and country; answer with what had to be put in its place."""
    street, town, state, postcode, country = cells
    repairs: list[str] = []
    if not town:
        raise BadValueError("no town")
    lines = street.splitlines()
    if len(lines) > STREET_LINES:
        raise BadValueError(f"the street has {len(lines)} lines, {STREET_LINES} at most")
    if len(lines) == STREET_LINES:
        repairs.append("second line of the street taken as flat or floor")
    if cedex := CEDEX.fullmatch(postcode):
        postcode, town = cedex[1], f"{town} {cedex[2]}"
        repairs.append("CEDEX moved from the postcode to the town")
    number = HOUSE_NUMBER.fullmatch(lines[0] if lines else "")
    address = Address(
        member_id=0,
        unit=values.within(lines[1] if lines[1:] else "", 38, "second line of the street"),
        house_number=values.within(number[1] if number else "", 10, "house number"),
        street=values.within(number[2] if number else "".join(lines[:1]), 70, "street"),
        postcode=values.within(postcode, 16, "postcode"),
        town=values.within(town, 60, "town"),
        region=values.within(state, 60, "state"),
        country=values.country_code(country),
        origin="NPSP",
        recorded_on=export.read_on,
    )
    return address, repairs


def _cells(record: Record, columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(record[column] for column in columns)
