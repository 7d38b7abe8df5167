"""Accounts and contacts become members: organisations, and persons who may share a household."""

import re

from backoffice_sync.central_rows import Email, Member, Phone
from backoffice_sync.npsp import values
from backoffice_sync.npsp.export import ACCOUNT_TYPE, Export
from backoffice_sync.npsp.report import Outcome
from backoffice_sync.npsp.values import BadValueError

HOUSEHOLD = "Household Account"
FEWEST_DIGITS = 6
LANGUAGE = "en"


def take_accounts(export: Export) -> None:
    """Make members of organisations and open the households; homes.py reports on both."""
    for account in export.records["account"]:
        if account[ACCOUNT_TYPE] == HOUSEHOLD:
            export.households[account.id] = []
        elif name := account["Name"]:
            company = Member(number=f"A{account.id:0>6}", kind="company", company_name=name, language=LANGUAGE)
            export.organisations[account.id] = export.base.add(company)


def take_contacts(export: Export) -> None:
    for contact in sorted(export.records["contact"], key=lambda contact: int(contact.id)):
        if not contact["LastName"]:
            export.report.note(contact, Outcome.LEFT_OUT, "no last name")
            continue
        person = Member(
            number=f"C{contact.id:0>6}",
            kind="person",
            civility=contact["Salutation"],
            first_name=contact["FirstName"],
            last_name=contact["LastName"],
            language=LANGUAGE,
        )
        export.contacts[contact.id] = export.base.add(person)
        repairs = [
            *_join_household(export, person, contact["account_id"]),
            *_take_email(export, person, contact["Email"]),
            *_take_phone(export, person, contact["Phone"]),
        ]
        export.report.accept(contact, repairs)


def _join_household(export: Export, person: Member, account: str) -> list[str]:
    if account in export.households:
        person.household_id = int(account)
        export.households[account].append(person)
        return []
    if account in export.organisations:
        return [f"account {account} is an organisation: taken without household and address"]
    return [f"account {account!r} is unknown: taken without household and address"]


def _take_email(export: Export, member: Member, text: str) -> list[str]:
    if not text:
        return []
    try:
        address = values.email(text)
    except BadValueError as error:
        return [f"taken without {error}"]
    export.base.add(Email(member_id=member.id, address=address, origin="NPSP", recorded_on=export.read_on))
    return []


def _take_phone(export: Export, member: Member, text: str) -> list[str]:
    if not text:
        return []
    if len(re.sub(r"\D", "", text)) < FEWEST_DIGITS:
        return [f"taken without telephone {text!r}: too few digits"]
    export.base.add(Phone(member_id=member.id, number=text, origin="NPSP", recorded_on=export.read_on))
    return []
