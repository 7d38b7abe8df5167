"""What a gift really costs: the arithmetic on the table of rates. All amounts are euros."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from portal.tax.rates import GENERAL, INCOME_TAX, WEALTH_TAX, WEALTH_TAX_NATURES, CompanyRate, in_force

ZERO = Decimal(0)
CENT = Decimal("0.01")
RETURN_SEASON_ENDS = (6, 30)
"""Income tax returns are made from April to early June; a late one by the end of this month."""


def shown_year(years: Iterable[int], today: date) -> int:
    """The year a donor comes for: last year's until the returns are made, afterwards the newest one with gifts."""
    newest = today.year - 1 if (today.month, today.day) <= RETURN_SEASON_ENDS else today.year
    return max((year for year in years if year <= newest), default=newest)


@dataclass(frozen=True)
class Gift:
    on: date
    amount: Decimal
    scheme: str = GENERAL
    nature: str = "cash"


def total(gifts: Iterable[Gift]) -> Decimal:
    return sum((gift.amount for gift in gifts), ZERO)


@dataclass(frozen=True)
class Part:
    """Gifts that have one rate; `counted` of them lower the tax of this year."""

    box: str
    rate: Decimal
    given: Decimal
    counted: Decimal

    @property
    def reduction(self) -> Decimal:
        return whole_cents(self.counted * self.rate)

    @property
    def declared(self) -> int:
        """Whole euros, as tax returns have them: 50 cents count as one (CIBS, art. L. 131-2)."""
        return int(self.given.quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True)
class Relief:
    """By how much the gifts of a year lower a tax, if that much of it is owed: it is never paid out."""

    parts: tuple[Part, ...]

    @property
    def given(self) -> Decimal:
        return sum((part.given for part in self.parts), ZERO)

    @property
    def reduction(self) -> Decimal:
        return sum((part.reduction for part in self.parts), ZERO)

    @property
    def cost(self) -> Decimal:
        return self.given - self.reduction

    @property
    def carried(self) -> Decimal:
        """Gifts that count in later years."""
        return self.given - sum((part.counted for part in self.parts), ZERO)


def income_tax(gifts: Iterable[Gift], income: Decimal | None = None) -> Relief:
    """Of a household, by its gifts of one year; without its taxable income, as if that were high enough.

    Each gift has the ceiling of its day, less what earlier ones have used of it. Gifts within it do not count
    towards the share of the income (art. 200, 1 ter).

    Raises:
        LookupError: for a day of which the table knows nothing.
    """
    used: dict[str, Decimal] = defaultdict(Decimal)
    given: dict[tuple[str, Decimal, Decimal | None], Decimal] = defaultdict(Decimal)
    for gift in sorted(gifts, key=lambda gift: gift.on):
        own, general = (
            in_force((row for row in INCOME_TAX if row.scheme == scheme), gift.on) for scheme in (gift.scheme, GENERAL)
        )
        room = gift.amount if own.ceiling is None else max(own.ceiling - used[gift.scheme], ZERO)
        within = min(gift.amount, room)
        used[gift.scheme] += within
        for row, amount in ((own, within), (general, gift.amount - within)):
            given[row.box, row.rate, row.share_of_income] += amount
    parts = [
        Part(box, rate, amount, amount if income is None or share is None else min(amount, share * income))
        for (box, rate, share), amount in given.items()
        if amount
    ]
    return Relief(tuple(sorted(parts, key=lambda part: part.box)))


def wealth_tax(gifts: Iterable[Gift]) -> Decimal:
    """The reduction of the tax on property wealth (IFI) that the same gifts give instead, never besides."""
    rows = [(gift.amount, in_force(WEALTH_TAX, gift.on)) for gift in gifts if gift.nature in WEALTH_TAX_NATURES]
    most = max((row.most for _, row in rows), default=ZERO)
    return whole_cents(min(sum((amount * row.rate for amount, row in rows), ZERO), most))


def company_ceiling(row: CompanyRate, turnover: Decimal | None) -> Decimal:
    """What of a financial year's gifts counts in it; without the turnover, what counts in any case."""
    return max(row.ceiling, row.share_of_turnover * (turnover or ZERO))


def company_tax(given: Decimal, row: CompanyRate, turnover: Decimal | None = None) -> Relief:
    """Of a company, by its gifts of one financial year.

    Above the step the lower rate is assumed; for associations that give meals, lodging or care to people in
    difficulty the law keeps the higher one, and only they can tell (art. 238 bis, 2).
    """
    counted = min(given, company_ceiling(row, turnover))
    below = Part("", row.rate, min(given, row.step), min(counted, row.step))
    above = Part("", row.rate_above_step, given - below.given, counted - below.counted)
    return Relief(tuple(part for part in (below, above) if part.given))


def whole_cents(amount: Decimal) -> Decimal:
    """Rounded down: better a cent less than promised than a cent more."""
    return amount.quantize(CENT, ROUND_DOWN)
