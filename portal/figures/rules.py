"""Receipts in figures: the financial years that are declared to the tax office, and the words for reports of runs.

Source: article 222 bis of the French tax code (CGI), with articles 223 (time limits) and 1729 B (fine), as of
November 2026: the sum of the gifts that stand on receipts and were received in the financial year, and the number
of these receipts. Receipts of every kind count, those of articles 200, 238 bis and 978 together.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from portal.i18n import N_

DUTY_BEGAN = date(2021, 1, 1)
"""Financial years that began before it need no declaration (law 2021-1109 of 24 August 2021, article 19, II A)."""
FIRST_DEADLINE = date(2022, 12, 31)
"""Until then everybody could make their first declaration (impots.gouv.fr, 11 April 2022)."""
FINES = (Decimal(150), Decimal(1500))
"""Euros, for a declaration that is missing or late: the first time, and for two years running (article 1729 B, 1)."""
STATES = {
    "declared": N_("Declared"),
    "running": N_("Not over yet"),
    "exempt": N_("Before the duty to declare"),
    "nothing": N_("Nothing to declare"),
    "due": N_("To be declared"),
    "late": N_("No declaration noted"),
}
MARKS = {"declared": "good", "due": "wait", "late": "bad"}
ACTS = {"issue": N_("Receipts issued for the gifts of %(year)s"), "render": N_("Receipts of %(year)s made and sent")}
FIGURES = {
    "issued": N_("Receipts issued"),
    "amount": N_("Total amount"),
    "left_out": N_("Gifts left without a receipt"),
    "to_cancel": N_("Receipts to cancel, because a gift has changed since"),
    "rendered": N_("Receipts made"),
    "set_aside": N_("Receipts that could not be made"),
    "mailed": N_("Donors told by e-mail"),
    "printed": N_("Donors with a printed letter"),
    "nothing": N_("Donors to whom nothing was sent"),
}
"""What runs report, by the names that they write."""
ONE_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Tally:
    """Receipts in one currency: number and total of those that stand, and number of the cancelled ones."""

    count: int = 0
    total: Decimal = Decimal("0.00")
    cancelled: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.count + other.count, self.total + other.total, self.cancelled + other.cancelled)


@dataclass(frozen=True)
class Declaration:
    """What was declared, as it was frozen; `by` is a name, empty when nobody knows it any more."""

    first_day: date
    last_day: date
    count: int
    total: Decimal
    at: datetime
    by: str


@dataclass(frozen=True)
class FinancialYear:
    """Its receipts as they stand now, by currency, and what was declared of them."""

    first_day: date
    last_day: date
    tallies: Mapping[str, Tally]
    declaration: Declaration | None

    @property
    def euros(self) -> Tally:
        """What is declared; other currencies are never added up with it."""
        return self.tallies.get("EUR", Tally())

    @property
    def others(self) -> dict[str, Tally]:
        return {currency: tally for currency, tally in self.tallies.items() if currency != "EUR" and tally.count}

    @property
    def shown(self) -> dict[str, str]:
        """What somebody must have seen who declares."""
        return {"last_day": str(self.last_day), "count": str(self.euros.count), "total": str(self.euros.total)}

    @property
    def difference(self) -> tuple[int, Decimal] | None:
        """Number and total that have come or (below zero) gone since it was declared; None when all is as it was."""
        if self.declaration is None:
            return None
        found = self.euros.count - self.declaration.count, self.euros.total - self.declaration.total
        return found if any(found) else None

    def state(self, today: date) -> str:
        """A key of `STATES`."""
        if self.declaration:
            return "declared"
        if today <= self.last_day:
            return "running"
        if self.first_day < DUTY_BEGAN:
            return "exempt"
        if not self.euros.count:
            return "nothing"
        return "due" if today <= deadline(self.last_day) else "late"

    def can_be_declared(self, today: date) -> bool:
        return self.state(today) in {"due", "late"}


def deadline(last_day: date) -> date:
    """Until when a financial year is declared.

    The end of the third month after it; for one that ends with the calendar year, the second working day after 1 May.
    That is 5 May at the latest, so 8 May never matters; Ascension does in 2035, where the day given here is one early.
    No time limit is moved past a weekend: whoever keeps to the day given here is never late.
    """
    if (last_day.month, last_day.day) != (12, 31):
        return max(FIRST_DEADLINE, _end_of_month(last_day.year, last_day.month + 3))
    following = (date(last_day.year + 1, 5, day) for day in range(2, 6))
    working = [day for day in following if day.weekday() < SATURDAY]
    return max(FIRST_DEADLINE, working[1])


def financial_year(day: date, year_end: str) -> tuple[date, date]:
    """First and last day of the financial year around a day; `year_end` is as in 06-30, and 02-28 in leap years too."""
    month = int(year_end[:2])
    ends = day.year + (day.month > month)
    return _end_of_month(ends - 1, month) + ONE_DAY, _end_of_month(ends, month)


def financial_years(
    months: Iterable[tuple[date, str, Tally]], declarations: Sequence[Declaration], year_end: str
) -> list[FinancialYear]:
    """Every year with a receipt or a declaration, newest first; what was given in a month is in just one of them."""
    found: dict[tuple[date, date], dict[str, Tally]] = {
        (one.first_day, one.last_day): defaultdict(Tally) for one in declarations
    }
    for month, currency, tally in months:
        found.setdefault(_days(month, declarations, year_end), defaultdict(Tally))[currency] += tally
    declared = {one.last_day: one for one in declarations}
    years = [FinancialYear(first, last, tallies, declared.get(last)) for (first, last), tallies in found.items()]
    return sorted(years, key=lambda year: year.last_day, reverse=True)


def _days(day: date, declarations: Sequence[Declaration], year_end: str) -> tuple[date, date]:
    """A declared year keeps its days when the association moves the end of its year; its neighbours give way."""
    for one in declarations:
        if one.first_day <= day <= one.last_day:
            return one.first_day, one.last_day
    first, last = financial_year(day, year_end)
    ended = [one.last_day + ONE_DAY for one in declarations if one.last_day < day]
    begun = [one.first_day - ONE_DAY for one in declarations if one.first_day > day]
    return max([first, *ended]), min([last, *begun])


def _end_of_month(year: int, month: int) -> date:
    """Months are counted on past December."""
    later, index = divmod(month - 1, 12)
    year, month = year + later, index + 1
    return date(year, month, monthrange(year, month)[1])


def postage(letters: int, cents: int) -> Decimal:
    """Euros for so many letters."""
    return Decimal(letters * cents) / 100
