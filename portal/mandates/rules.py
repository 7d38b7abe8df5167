"""Regular gifts by direct debit: how often, and the words for states."""

from calendar import monthrange
from datetime import date
from itertools import count, takewhile

from portal.i18n import N_

RHYTHMS = {
    "monthly": (1, N_("every month")),
    "quarterly": (3, N_("every three months")),
    "half_yearly": (6, N_("every six months")),
    "yearly": (12, N_("every year")),
}
"""Months from one debit to the next, and the words for it."""
STATES = {
    "active": N_("Active"),
    "suspended": N_("Suspended"),
    "lapsed": N_("Lapsed: no debit for 36 months"),
    "cancelled": N_("Ended"),
    "refused": N_("Refused by the bank"),
}


def months_later(day: date, months: int) -> date:
    """The same day of that month, or its last day where it is shorter: 31 January, 28 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def coming_debits(next_on: date | None, rhythm: str, today: date) -> list[date]:
    """From today on, for twelve months at most; all counted from the next one, so that the 31st comes back."""
    if next_on is None:
        return []
    step, _ = RHYTHMS[rhythm]
    days = (months_later(next_on, number * step) for number in count())
    soon_enough = takewhile(lambda day: day <= months_later(today, 12), days)
    return [day for day in soon_enough if day >= today]
