"""Gifts made one at a time: few in spring, many in December, campaign by campaign."""

from bisect import bisect_right
from datetime import date, timedelta
from decimal import Decimal

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Campaign, Gift, Member
from backoffice_sync.demo.chance import Chance
from backoffice_sync.demo.months import first_day

CENT = Decimal("0.01")
DECEMBER = 12

MONTHS = {1: 4, 2: 4, 3: 7, 4: 6, 5: 6, 6: 8, 7: 3, 8: 2, 9: 6, 10: 9, 11: 14, 12: 31}
APPEALS = (
    ("PRT", "Appel de printemps", 3, 10),
    ("ETE", "Urgence été", 6, 1),
    ("RTR", "Journal de rentrée", 9, 15),
    ("NOEL", "Appel de fin d'année", 11, 12),
)

HABITS: dict[str, tuple[float, dict[int, float]]] = {
    # in which share of the years they give, and how often in such a year
    "none": (0.0, {0: 1}),
    "occasional": (0.3, {1: 0.85, 2: 0.15}),
    "faithful": (0.85, {1: 0.6, 2: 0.25, 3: 0.1, 4: 0.05}),
    "debit": (0.2, {1: 1}),
}
LEVELS = {
    3: 2,
    5: 3,
    10: 9,
    15: 8,
    20: 16,
    30: 15,
    50: 20,
    80: 8,
    100: 10,
    150: 4,
    250: 3,
    500: 1.5,
    1500: 0.5,
}
COMPANY_LEVELS = {100: 2, 250: 3, 500: 4, 1000: 3, 2500: 1, 10000: 0.3}
MEANS = {"cheque": 0.52, "card": 0.33, "transfer": 0.11, "cash": 0.04}
COMPANY_MEANS = {"transfer": 0.7, "cheque": 0.25, "card": 0.05}
REFUSALS = {"cheque": "chèque sans provision", "card": "carte refusée par la banque"}


def add_campaigns(file: CentralFile, today: date) -> None:
    for year in range(first_day(today).year, today.year + 1):
        for code, name, month, day in APPEALS:
            if date(year, month, day) <= today:
                file.add(Campaign(code=f"{year}-{code}", name=f"{name} {year}", starts_on=date(year, month, day)))


def add_gifts(file: CentralFile, member: Member, chance: Chance, today: date, habit: str) -> None:
    """Let the member give by this habit from joining to the end of life, or until today."""
    share, times = HABITS[habit]
    last = min(today, member.deceased_on or today)
    first = max(member.joined_on or today, first_day(today))
    levels, means = (COMPANY_LEVELS, COMPANY_MEANS) if member.kind == "company" else (LEVELS, MEANS)
    level = chance.one_of(levels)
    for year in range(first.year, last.year + 1):
        for _ in range(chance.one_of(times) if chance.happens(share) else 0):
            given_on = _day_in(year, chance)
            if first <= given_on <= last:
                amount, mean = _amount(level, chance), chance.one_of(means)
                add_gift(file, member, chance, today=today, given_on=given_on, amount=amount, means=mean)


def add_gift(
    file: CentralFile,
    member: Member,
    chance: Chance,
    *,
    today: date,
    given_on: date,
    amount: Decimal,
    means: str,
) -> Gift:
    gift = Gift(member_id=member.id, given_on=given_on, amount=amount, means=means)
    if chance.happens(0.75):
        gift.campaign_id = _running_campaign(file, given_on)
    if means != "cash":
        if given_on > today - timedelta(days=8):
            gift.state = chance.one_of({"pending": 0.7, "received": 0.3})
        elif means in REFUSALS and chance.happens(0.006):
            gift.state, gift.state_reason = "refused", REFUSALS[means]
        elif chance.happens(0.004):
            gift.state, gift.state_reason = "refunded", "remboursé à la demande du donateur"
    return file.add(gift)


def _day_in(year: int, chance: Chance) -> date:
    month = chance.one_of(MONTHS)
    # in December the last days before the tax year closes bring the most
    day = int(chance.triangular(1, 32, 31)) if month == DECEMBER else chance.randint(1, 28)
    return date(year, month, min(day, 31))


def _amount(level: int, chance: Chance) -> Decimal:
    factor = chance.one_of({Decimal(1): 0.72, Decimal("0.5"): 0.12, Decimal(2): 0.13, Decimal("1.25"): 0.03})
    return (level * factor).quantize(CENT)


def _running_campaign(file: CentralFile, day: date) -> int | None:
    campaigns = file.rows(Campaign)
    return bisect_right(campaigns, day, key=lambda campaign: campaign.starts_on or date.min) or None
