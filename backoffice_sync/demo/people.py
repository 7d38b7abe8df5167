"""Who is in the file: persons, couples, companies, people recorded twice, and those who died."""

from datetime import date, timedelta

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Address, Email, Member
from backoffice_sync.demo import names
from backoffice_sync.demo.chance import Chance
from backoffice_sync.demo.contacts import add_email, add_phones, share_email
from backoffice_sync.demo.homes import add_addresses
from backoffice_sync.demo.postal import name_line

FIRST_NUMBER = 100_001
LINE = 38
ENGLISH_SPEAKING = {"GB", "US"}
UNITS = {"single": 0.78, "couple": 0.15, "company": 0.06, "twice": 0.01}
RHYTHMS = {"annual": 0.78, "per_gift": 0.16, "none": 0.06}


def next_number(file: CentralFile) -> str:
    return str(FIRST_NUMBER + len(file.rows(Member)))


def add_people(file: CentralFile, count: int, today: date) -> None:
    """Fill the file up to that many members."""
    while (room := count - len(file.rows(Member))) > 0:
        chance = Chance(f"people from {next_number(file)}")
        unit = chance.one_of(UNITS)
        if unit == "company":
            _settle(file, [_add_company(file, chance, today)], chance, today)
        elif unit == "couple" and room > 1:
            _add_couple(file, chance, today)
        elif unit == "twice":
            _record_twice(file, chance, today)
        else:
            person = _add_person(file, chance, _joined(chance, today))
            _settle(file, [person], chance, today)
            _end_of_life(person, chance, today)


def luhn_digit(digits: str) -> str:
    """Answer the last digit of a SIREN, which checks the eight before it."""
    doubled = sum(sum(divmod(int(digit) * 2, 10)) for digit in digits[::-2])
    plain = sum(int(digit) for digit in digits[-2::-2])
    return str(-(doubled + plain) % 10)


def _joined(chance: Chance, today: date) -> date:
    """Say when they came: a quarter was there before the twelve years that the file shows."""
    years = chance.randint(12, 22) if chance.happens(0.25) else chance.randint(0, 11)
    return chance.day_between(today - timedelta(days=365 * (years + 1)), today - timedelta(days=365 * years))


def _add_person(file: CentralFile, chance: Chance, joined_on: date, last_name: str = "") -> Member:
    is_woman = chance.happens(0.58)
    civility = "Mme" if is_woman else "M."
    member = Member(
        number=next_number(file),
        kind="person",
        civility=chance.one_of({civility: 0.95, "": 0.02, "M. et Mme": 0.02, "Dr": 0.01}),
        joined_on=joined_on,
        stop_promo=chance.happens(0.04),
        suspension_code="RAD" if chance.happens(0.008) else "",
        receipt_rhythm=chance.one_of(RHYTHMS),
    )
    while not member.last_name or len(name_line(member)) > LINE:
        member.first_name = chance.choice(names.WOMEN if is_woman else names.MEN)
        member.last_name = last_name or chance.choice(names.SURNAMES)
    return file.add(member)


def _add_couple(file: CentralFile, chance: Chance, today: date) -> None:
    joined_on = _joined(chance, today)
    first = _add_person(file, chance, joined_on)
    shares_name = chance.happens(0.75)
    second = _add_person(file, chance, joined_on, first.last_name if shares_name else "")
    first.household_id = second.household_id = first.id
    _settle(file, [first, second], chance, today, one_mailbox=chance.happens(0.3))


def _add_company(file: CentralFile, chance: Chance, today: date) -> Member:
    digits = chance.choice("345789") + chance.digits(7)
    return file.add(
        Member(
            number=next_number(file),
            kind="company",
            company_name=f"{chance.choice(names.TRADES)} {chance.choice(names.SURNAMES)}",
            legal_form=chance.one_of(names.LEGAL_FORMS),
            siren=digits + luhn_digit(digits) if chance.happens(0.95) else None,
            joined_on=_joined(chance, today),
            receipt_rhythm=chance.one_of({"per_gift": 0.7, "annual": 0.3}),
        )
    )


def _record_twice(file: CentralFile, chance: Chance, today: date) -> None:
    """Record someone again under a second number; half of these have been found and merged since."""
    first = next(
        member for member in reversed(file.rows(Member)) if member.kind == "person" and member.household_id is None
    )
    again = file.add(
        Member(
            number=next_number(file),
            kind="person",
            civility=first.civility,
            first_name=first.first_name,
            last_name=first.last_name.upper(),
            joined_on=chance.day_between(first.joined_on or today, today),
        )
    )
    if chance.happens(0.5):
        again.merged_into = first.merged_into or first.id
        again.suspension_code = "DBL"
    for email in [email for email in file.rows(Email) if email.member_id == first.id]:
        share_email(file, email, again)


def _settle(
    file: CentralFile, household: list[Member], chance: Chance, today: date, *, one_mailbox: bool = False
) -> None:
    """Give a household its address, e-mails and phones, and what follows from them."""
    known = len(file.rows(Address))
    add_addresses(file, household, chance, today)
    country = next((address.country for address in file.rows(Address)[known:] if address.is_main), "FR")
    shared = add_email(file, household[0], chance, today) if one_mailbox else None
    for member in household:
        if shared is None:
            _may_have_email(file, member, chance, today)
        elif member is not household[0]:
            share_email(file, shared, member)
        add_phones(file, member, chance, country)
        member.language = "en" if country in ENGLISH_SPEAKING else "fr"


def _may_have_email(file: CentralFile, member: Member, chance: Chance, today: date) -> None:
    if not chance.happens(0.64):
        return
    add_email(file, member, chance, today)
    member.receipt_by = chance.one_of({"email": 0.45, "post": 0.55})
    if chance.happens(0.04):
        second = add_email(file, member, chance, today, is_main=False)
        second.address = f"bureau.{second.address}"


def _end_of_life(member: Member, chance: Chance, today: date) -> None:
    if chance.happens(0.02):
        member.deceased_on = chance.day_between(member.joined_on or today, today)
        member.suspension_code = "DCD"
