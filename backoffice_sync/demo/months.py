"""The years that the file shows, and month arithmetic for collection days (the 28th at the latest)."""

from collections.abc import Iterator
from datetime import date

YEARS = 12
MONTHS_A_YEAR = 12


def first_day(today: date) -> date:
    """Answer the day on which the gifts of the file begin: twelve calendar years, this one included."""
    return date(today.year - YEARS + 1, 1, 1)


def months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    return day.replace(year=day.year + years, month=month + 1, day=min(day.day, 28))


def every(months: int, first: date, last: date) -> Iterator[date]:
    """Yield the days from the first to the last, that many months apart."""
    day = first
    while day <= last:
        yield day
        day = months_later(day, months)
