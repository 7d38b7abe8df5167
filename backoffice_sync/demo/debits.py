"""SEPA mandates and what was collected under them, with the bank's refusals in its own codes."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from schwifty import IBAN

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Gift, Mandate, Member
from backoffice_sync.demo.chance import Chance
from backoffice_sync.demo.months import every, first_day, months_later

CREDITOR_IDENTIFIER = "FR72ZZZ123456"
BANKS = (
    "30004",
    "30002",
    "20041",
    "10278",
    "18206",
    "17515",
    "10107",
    "30066",
    "14445",
    "13306",
    "16807",
    "40618",
)

RHYTHMS = {"monthly": 0.82, "quarterly": 0.1, "half_yearly": 0.04, "yearly": 0.04}
MONTHS_BETWEEN = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
AMOUNTS = {5: 10, 8: 5, 10: 25, 12: 8, 15: 18, 20: 17, 25: 6, 30: 6, 50: 4, 100: 1}
DAYS = {5: 0.55, 10: 0.3, 15: 0.15}

PRE_NOTIFICATION = timedelta(days=14)
BANK_SILENCE = timedelta(days=5)
LAPSE_MONTHS = 36

REFUSALS = {"AM04": 0.68, "MS02": 0.1, "MS03": 0.1, "AC06": 0.06, "RR04": 0.03, "AG01": 0.03}
FINAL_REFUSALS = {"AC04": 0.55, "MD01": 0.3, "AC01": 0.1, "SL01": 0.05}
FATES = {"active": 0.68, "cancelled": 0.14, "lapsed": 0.08, "refused": 0.06, "suspended": 0.04}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the member signed."""

    signed_on: date
    day: int
    amount: Decimal
    rhythm: str = "monthly"


def add_debits(file: CentralFile, member: Member, chance: Chance, today: date) -> None:
    """Give the member a mandate, or two when the first one was replaced."""
    opening, last = max(member.joined_on or today, first_day(today)), member.deceased_on or today
    if last < opening:
        return
    signed_on = chance.day_between(opening, last)
    day, amount, rhythm = chance.one_of(DAYS), Decimal(chance.one_of(AMOUNTS)), chance.one_of(RHYTHMS)
    fate = "deceased" if member.deceased_on else chance.one_of(FATES)
    terms = Terms(signed_on, day, amount, rhythm)
    stopped_on = _stop(fate, chance, member, signed_on, today)
    if stopped_on < signed_on or (fate == "active" and chance.happens(0.06)):
        # too young for that fate, or replaced on the way by a mandate over more money
        changed_on = chance.day_between(signed_on, today)
        add_mandate(file, member, chance, terms, today=today, fate="cancelled", stopped_on=changed_on)
        terms, fate, stopped_on = Terms(changed_on, day, amount + 5, rhythm), "active", today
    add_mandate(file, member, chance, terms, today=today, fate=fate, stopped_on=stopped_on)


def add_mandate(
    file: CentralFile,
    member: Member,
    chance: Chance,
    terms: Terms,
    *,
    today: date,
    fate: str,
    stopped_on: date,
) -> Mandate:
    """Write a mandate and its collections up to the day it stopped (today, when it is active)."""
    step = MONTHS_BETWEEN[terms.rhythm]
    earliest = terms.signed_on + PRE_NOTIFICATION
    first = next(
        candidate
        for months in count()
        if (candidate := months_later(terms.signed_on.replace(day=terms.day), months)) >= earliest
    )
    days = list(every(step, first, stopped_on))
    mandate = file.add(
        Mandate(
            member_id=member.id,
            reference=f"DON-{member.number}-{len(file.rows(Mandate)) + 1:05}",
            creditor_identifier=CREDITOR_IDENTIFIER,
            iban=draw_iban(chance),
            amount=terms.amount,
            rhythm=terms.rhythm,
            signed_on=terms.signed_on,
            last_debit_on=days[-1] if days else None,
            state="cancelled" if fate == "deceased" else fate,
        )
    )
    if fate == "active":
        mandate.next_debit_on = next(day for day in every(step, first, date.max) if day > today)
    elif fate == "lapsed":
        mandate.ended_on = months_later(mandate.last_debit_on or terms.signed_on, LAPSE_MONTHS)
    elif fate != "suspended":
        mandate.ended_on = stopped_on
    debits = [_add_debit(file, mandate, chance, today, day) for day in days]
    _last_words(debits, fate, chance)
    return mandate


def draw_iban(chance: Chance) -> str:
    """Draw an IBAN of a French bank with right check digits and key; the account is invented."""
    account = chance.digits(11)
    iban = IBAN.generate("FR", bank_code=chance.choice(BANKS), branch_code=chance.digits(5), account_code=account)
    return str(iban)


def _add_debit(file: CentralFile, mandate: Mandate, chance: Chance, today: date, day: date) -> Gift:
    gift = Gift(member_id=mandate.member_id, given_on=day, amount=mandate.amount, means="debit", mandate_id=mandate.id)
    if day > today - BANK_SILENCE:
        gift.state = "pending"
    elif chance.happens(0.012):
        gift.state, gift.state_reason = "refused", chance.one_of(REFUSALS)
    elif chance.happens(0.002):
        gift.state, gift.state_reason = "refunded", "MD06"
    return file.add(gift)


def _last_words(debits: list[Gift], fate: str, chance: Chance) -> None:
    """Let the last collections say why the mandate stopped."""
    if fate == "suspended":
        for debit in debits[-2:]:
            debit.state, debit.state_reason = "refused", "AM04"
    for debit in debits[-1:]:
        if fate == "refused":
            debit.state, debit.state_reason = "refused", chance.one_of(FINAL_REFUSALS)
        if fate == "deceased":
            debit.state, debit.state_reason = "refused", "MD07"


def _stop(fate: str, chance: Chance, member: Member, signed_on: date, today: date) -> date:
    """When collections stopped; before the signature when the mandate is too young for that fate."""
    if fate == "deceased":
        # one more collection is presented before the family has told anyone
        return min(today, months_later(member.deceased_on or today, 1))
    if fate == "suspended":
        return today - timedelta(days=chance.randint(40, 150))
    if fate == "lapsed":
        latest = months_later(today, -LAPSE_MONTHS - 1)
        return chance.day_between(signed_on, latest) if signed_on < latest else date.min
    if fate in {"cancelled", "refused"}:
        return chance.day_between(signed_on, today - timedelta(days=20))
    return today
