"""The legal clock of a request about one's data, and what belongs to an answer. Pure.

One month from the day of receipt (GDPR art. 12 (3)), the same day of the next month or its last, and the next working
day where that is a Saturday, a Sunday or a public holiday (Regulation 1182/71, art. 3 (2) c and (4)). The clock stands
still while we wait for a proof of identity (decree 2019-536, art. 77). Two months more are ours only if we say so, and
why, within the first one.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta

import holidays

from portal.mandates.rules import months_later

HOLIDAYS = holidays.country_holidays("FR")
"""Of each year as the law then had it."""
FIRST, LONGEST = 1, 3
"""Months: as a rule, and for what is complex or many."""
LATE = -1
WARNINGS = (LATE, 1, 3, 10)
"""Days left at which somebody is told, the most pressing first."""
SOON = 10


@dataclass(frozen=True)
class Clock:
    """The days that count; the pause ends on the day of the proof, from which the clock runs again."""

    received_on: date
    paused_on: date | None = None
    resumed_on: date | None = None
    notice_on: date | None = None
    """On which the person was told that it takes longer."""

    @property
    def is_paused(self) -> bool:
        return self.paused_on is not None and self.resumed_on is None


def working_day(day: date) -> date:
    """The day itself, or the next one that is neither of a weekend nor a public holiday."""
    while day.isoweekday() > 5 or day in HOLIDAYS:  # noqa: PLR2004 - Friday
        day += timedelta(days=1)
    return day


def stood_still(clock: Clock, today: date) -> timedelta:
    """For how long until today; days after it are not known yet."""
    if clock.paused_on is None:
        return timedelta()
    return max(min(clock.resumed_on or today, today) - clock.paused_on, timedelta())


def first_month_ends(clock: Clock, today: date) -> date:
    return _ends(clock, FIRST, today)


def is_extended(clock: Clock, today: date) -> bool:
    """The notice went out by today, and inside the first month as it stood on that day."""
    sent = clock.notice_on
    return sent is not None and sent <= today and sent <= first_month_ends(clock, sent)


def due_on(clock: Clock, today: date) -> date:
    """The last day for the answer; while the clock stands still it moves on by a day each day."""
    return _ends(clock, LONGEST if is_extended(clock, today) else FIRST, today)


def days_left(clock: Clock, today: date) -> int:
    """None left is the last day; less than none is late."""
    return (due_on(clock, today) - today).days


def due_if_told(clock: Clock, today: date) -> date:
    """The last day as it will be when the notice leaves today."""
    return due_on(replace(clock, notice_on=today), today)


def may_extend(clock: Clock, today: date) -> bool:
    return clock.notice_on is None and today <= first_month_ends(clock, today)


def warning(clock: Clock, today: date) -> int | None:
    """The step that is reached; nobody is warned of a clock that stands still, unless it was stopped too late."""
    left = days_left(clock, today)
    return None if clock.is_paused and left >= 0 else next((step for step in WARNINGS if left <= step), None)


def tone(left: int) -> str:
    """How the days left are coloured, in the words of `ui.status`."""
    return "refused" if left < 0 else "saved" if left <= SOON else "accepted"


def tells_apart(typed: str, own: Collection[str], others: Collection[str]) -> bool:
    """What is written in a letter belongs to this member, and to nobody else of that name."""
    mark = plain(typed)
    return bool(mark) and mark in map(plain, own) and mark not in map(plain, others)


def plain(mark: str) -> str:
    """An address, a number, a postcode, however it is spaced."""
    return "".join(letter for letter in mark.casefold() if letter.isalnum())


def _ends(clock: Clock, months: int, today: date) -> date:
    return working_day(months_later(clock.received_on, months) + stood_still(clock, today))
