"""How counted rows become totals, series and tables. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.dashboard.rules.kinds import KINDS, Kind
from portal.mandates.rules import months_later

WEEKS, MONTHS = 12, 12
"""How far back the series go."""
AGEING = 33
"""Months without a debit: after 36 a mandate lapses (SEPA core rulebook), so three are left to make or ask for one."""


@dataclass(frozen=True)
class Period:
    """A bar of the picture and a row of the table; `until` is the first day after it."""

    since: date
    until: date
    by_part: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_part.values())


@dataclass(frozen=True)
class Figure:
    name: str
    kind: Kind
    periods: Sequence[Period]
    """The oldest first; of a series without gaps."""
    parts: Sequence[str]
    total: int

    def within(self, day: date) -> int:
        """How many in the period of this day."""
        return next((period.total for period in self.periods if period.since <= day < period.until), 0)

    def before(self, day: date) -> int:
        """How many in periods that are over by this day."""
        return sum(period.total for period in self.periods if period.until <= day)


@dataclass(frozen=True)
class Slice:
    """Which rows of a figure: of a part, and of the days from `since` until the day before `until`."""

    part: str = ""
    since: date | None = None
    until: date | None = None

    def as_query(self) -> dict[str, str]:
        """What is chosen, as the address of its list says it."""
        chosen = {"part": self.part, "since": self.since, "until": self.until}
        return {name: str(value) for name, value in chosen.items() if value}


def bounds(today: date) -> dict[str, date]:
    """From when on rows are counted, as the queries ask for it."""
    return {
        "weeks_from": begin(today, "week") - timedelta(weeks=WEEKS - 1),
        "year_from": months_later(begin(today, "month"), 1 - MONTHS),
        "idle_since": months_later(today, -AGEING),
    }


def begin(day: date, step: str) -> date:
    """The first day of the period around a day."""
    starts = {
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "year": day.replace(month=1, day=1),
    }
    return starts[step]


def after(day: date, step: str) -> date:
    """The first day of the next period."""
    if step in {"day", "week"}:
        return day + timedelta(days=1 if step == "day" else 7)
    return months_later(day, 1 if step == "month" else 12)


def figures(counted: Iterable[tuple[str, date, str, int]], today: date) -> dict[str, Figure]:
    """By name, from counted rows: name, day, part, number. What has no row is nought."""
    found: dict[str, dict[date, Counter[str]]] = {name: defaultdict(Counter) for name in KINDS}
    for name, day, part, number in counted:
        found[name][begin(day, KINDS[name].step)][part] += number
    return {name: _figure(name, KINDS[name], periods, today) for name, periods in found.items()}


def _figure(name: str, kind: Kind, found: Mapping[date, Mapping[str, int]], today: date) -> Figure:
    days = sorted({*found, *(_series(kind.step, found, today) if kind.is_series else ())})
    periods = [Period(day, after(day, kind.step), found.get(day, {})) for day in days]
    parts = sorted({part for period in periods for part in period.by_part})
    return Figure(name, kind, periods, parts, sum(period.total for period in periods))


def _series(step: str, found: Mapping[date, object], today: date) -> list[date]:
    """The latest periods, this one last; of years as many as there are."""
    last = begin(today, step)
    if step == "week":
        return [last - timedelta(weeks=back) for back in range(WEEKS)]
    if step == "month":
        return [months_later(last, -back) for back in range(MONTHS)]
    return [date(year, 1, 1) for year in range(min(found, default=last).year, last.year + 1)]
