"""E-mail addresses and telephones; none of them reaches anybody."""

import re
from datetime import date

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Email, Member, Phone
from backoffice_sync.demo.chance import Chance
from backoffice_sync.demo.postal import without_accents

DOMAINS = {
    "courrier.example": 0.3,
    "poste.example": 0.25,
    "example.net": 0.2,
    "example.com": 0.15,
    "lien.example": 0.1,
}
ORIGINS = {"Don en ligne": 0.4, "Coupon papier": 0.25, "Pétition 2021": 0.2, "Lettre d'information": 0.15}

# telephone numbers which the French regulator (ARCEP) keeps for fiction
HOME_PHONES = ("01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49")
MOBILE_PHONE = "06 39 98"


def add_email(file: CentralFile, member: Member, chance: Chance, today: date, *, is_main: bool = True) -> Email:
    """Give the member an address nobody else has: it carries the member's number."""
    name = member.company_name or f"{member.first_name}.{member.last_name}"
    local = re.sub(r"[^a-z.]+", "-", without_accents(name).lower()).strip("-")
    recorded_on = chance.day_between(member.joined_on or today, today)
    return file.add(
        Email(
            member_id=member.id,
            address=f"{local}.{member.number}@{chance.one_of(DOMAINS)}",
            is_main=is_main,
            origin=chance.one_of(ORIGINS),
            recorded_on=recorded_on,
            confirmed_on=chance.day_between(recorded_on, today) if chance.happens(0.62) else None,
            bounced_on=chance.day_between(recorded_on, today) if chance.happens(0.035) else None,
        )
    )


def share_email(file: CentralFile, email: Email, member: Member) -> None:
    """Give a second member the same address: a couple's mailbox, or one person recorded twice."""
    file.add(
        Email(
            member_id=member.id,
            address=email.address,
            origin=email.origin,
            recorded_on=email.recorded_on,
            confirmed_on=email.confirmed_on,
            bounced_on=email.bounced_on,
        )
    )


def add_phones(file: CentralFile, member: Member, chance: Chance, country: str) -> None:
    """Write numbers the French way; from abroad only those where a country keeps numbers for fiction."""
    recorded_on = member.joined_on or date.min
    if country != "FR":
        number = {"GB": "+44 20 7946 0", "US": "+1 212 555 01", "DE": "+49 30 23125 "}.get(country)
        if number:
            missing = 2 if country == "US" else 3
            file.add(Phone(member_id=member.id, number=number + chance.digits(missing), recorded_on=recorded_on))
        return
    if chance.happens(0.45):
        kind = "work" if member.kind == "company" else "home"
        file.add(
            Phone(
                member_id=member.id,
                number=_pairs(chance.choice(HOME_PHONES), chance),
                kind=kind,
                recorded_on=recorded_on,
            )
        )
    if chance.happens(0.5):
        file.add(
            Phone(
                member_id=member.id,
                number=_pairs(MOBILE_PHONE, chance),
                kind="mobile",
                recorded_on=recorded_on,
            )
        )


def _pairs(start: str, chance: Chance) -> str:
    return f"{start} {chance.digits(2)} {chance.digits(2)}"
