"""Tryton's records in the portal's rows. Pure.

Tryton knows one name for a party: "Last, First", as it sorts them, is a person's; without a comma it is the last
name. A party with a SIREN, SIRET or VAT number is a company. The first active address, and the first active e-mail
address, in Tryton's order (sequence, then number) is the main one. Of a civility, a legal form, a date of death, a
suspension or a letter that came back it knows nothing.
"""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from backoffice_sync.connectors.iban import bank_name, masked
from backoffice_sync.connectors.tryton import marks
from backoffice_sync.connectors.tryton.client import Record
from backoffice_sync.directory import Row, Value
from portal import clock

COMPANY = ("fr_siren", "fr_siret", "eu_vat")
UNIT = ("unit_number", "floor_number", "room_number")
PLACE = ("post_box", "private_bag", "post_office")
PO_BOX = re.compile(r"BP (.+)")
AT_WORK = "Travail"
"""The label of a contact that is a phone at work; Tryton tells mobiles only."""
STATES = {"validated": "active", "cancelled": "cancelled"}
"""A mandate that is still a draft, or that the donor has not signed yet, is none."""
RHYTHMS = ((45, "monthly"), (135, "quarterly"), (270, "half_yearly"), (10_000, "yearly"))
"""Days between two debits, at most."""


def in_order(records: Iterable[Record]) -> list[Record]:
    """As Tryton orders them, archived ones left out."""
    active = (record for record in records if record["active"])
    return sorted(active, key=lambda one: (one["sequence"] is not None, one["sequence"] or 0, one["id"]))


def member(party: Record) -> Row:
    codes = {one["type"]: one["code_compact"] or one["code"] for one in party["identifiers."] if one["active"]}
    is_company = not codes.keys().isdisjoint(COMPANY)
    name = party["name"] or ""
    last, _, first = ("", "", "") if is_company else map(str.strip, name.partition(","))
    siren = codes.get("fr_siren") or codes.get("fr_siret", "")[:9] or None
    return (
        str(party["id"]), party["code"], "company" if is_company else "person", "", first, last,
        name if is_company else "", "", siren, (party["lang."] or {"code": "fr"})["code"], None, "", False,
        is_closed(party),
    )  # fmt: skip


def is_closed(party: Record) -> bool:
    return party["replaced_by"] is not None or not party["active"]


def address(record: Record) -> Value:
    """Of an address that was typed as plain lines all of them are the street."""
    lines = {name: record[name] or "" for name in (*UNIT, *PLACE, "building_name", "building_number", "street_name")}
    if not any(lines.values()):
        lines["street_name"] = ", ".join((record["street_unstructured"] or "").splitlines())
    if lines["post_box"] and not PO_BOX.fullmatch(lines["post_box"]):
        lines["post_box"] = f"BP {lines['post_box']}"
    return {
        "unit": ", ".join(filter(None, (lines[name] for name in UNIT))),
        "building": lines["building_name"],
        "house_number": lines["building_number"],
        "street": lines["street_name"],
        "locality": ", ".join(filter(None, (lines[name] for name in PLACE))),
        "postcode": record["postal_code"] or "",
        "town": record["city"] or "",
        "region": (record["subdivision."] or {"name": ""})["name"],
        "country": (record["country."] or {}).get("code") or "FR",
    }


def address_rows(records: Iterable[Record]) -> list[Row]:
    return [
        (*_keys(record), *address(record).values(), at == 0, None, "", "home", None, None)
        for at, record in enumerate(in_order(records))
    ]


def emails(records: Iterable[Record]) -> list[Record]:
    return [record for record in in_order(records) if record["type"] == "email"]


def email_rows(records: Iterable[Record]) -> list[Row]:
    rows = []
    for at, record in enumerate(emails(records)):
        known = marks.read(record["comment"], record["value"])[0] or {}
        told = (known.get(name) for name in ("confirmed_on", "bounced_on", "soft_bounced_on", "complained_on"))
        recorded_on = clock.paris(record["create_date"]).date()
        rows.append((*_keys(record), record["value"], at == 0, "", recorded_on, *told))
    return rows


def phones(records: Iterable[Record]) -> list[Record]:
    return [record for record in in_order(records) if record["type"] in {"phone", "mobile"}]


def phone(record: Record) -> Value:
    at_work = (record["name"] or "").strip().lower() == AT_WORK.lower()
    kind = "mobile" if record["type"] == "mobile" else "work" if at_work else "home"
    return {"number": record["value_compact"] or record["value"], "kind": kind}


def phone_rows(records: Iterable[Record]) -> list[Row]:
    return [(*_keys(record), *phone(record).values()) for record in phones(records)]


def memo(records: Iterable[Record]) -> Record | None:
    """The newest note with a mark, even an empty one, which ends those before; every other note is the staff's own."""
    marked = [record for record in records if marks.read(record["message"])[0] is not None]
    return max(marked, key=lambda one: int(one["id"]), default=None)


def memo_value(note: Record) -> Value:
    dates, body = marks.read(note["message"])
    known = dates or {}
    return {"body": body, "starts_on": known.get("starts_on"), "ends_on": known.get("ends_on")}


def memo_rows(records: Iterable[Record]) -> list[Row]:
    note = memo(records)
    if note is None or not memo_value(note)["body"]:
        return []
    return [(str(note["id"]), note["resource"].partition(",")[2], *memo_value(note).values())]


def mandate_rows(records: Iterable[Record]) -> list[Row]:
    """Amount, rhythm and next debit are those of its payments: Tryton's mandate has none, so it needs two of them."""
    rows: list[Row] = []
    for record in records:
        dues = sorted(record["payments."], key=lambda one: (one["date"], int(one["id"])))
        if record["state"] not in STATES or len(dues) < 2:  # noqa: PLR2004 - a rhythm needs two
            continue
        iban = record["account_number."]["number"]
        creditor = record["company."]["party."]["sepa_creditor_identifier_used"]
        ended_on = clock.paris(record["write_date"]).date() if record["state"] == "cancelled" else None
        rows.append(
            (
                *_keys(record), record["identification"], creditor or "", masked(iban), bank_name(iban),
                Decimal(dues[-1]["amount"]), dues[-1]["currency."]["code"], rhythm(dues[-2]["date"], dues[-1]["date"]),
                record["signature_date"], None if ended_on else _next(dues), STATES[record["state"]], ended_on,
            )
        )  # fmt: skip
    return rows


def rhythm(one: date, following: date) -> str:
    return next(name for days, name in RHYTHMS if (following - one).days <= days)


def _next(dues: list[Record]) -> date | None:
    """The first debit still to come."""
    return next((one["date"] for one in dues if one["date"] >= clock.today() and one["state"] != "failed"), None)


def _keys(record: Record) -> tuple[str, str]:
    return str(record["id"]), str(record["party"])
