"""Numbers, periods and parts in words, and where each number leads."""

from datetime import date
from urllib.parse import urlencode

from babel.dates import format_date
from babel.numbers import format_decimal

from portal import i18n
from portal.changes import GROUP_WORDS
from portal.dashboard.rules.counting import Figure, Period, Slice
from portal.dashboard.rules.kinds import WEEK_OF
from portal.requests import rules as requests
from portal.security.rules import METHODS
from portal.web.guards import EDITORS

PATH = "/staff/figures"
STAFF = {"for_staff": True}
LISTED_FOR = {"requests": requests.ROLES, "parked": EDITORS, "duplicates": EDITORS}
"""Whose desk it is, sees who is behind the number; the other lists are for all staff."""
DATE_FORMATS = {"month": "MM/yy", "week": "dd/MM", "year": "y", "day": "dd/MM"}


def may_see(name: str, role: str) -> bool:
    return role in LISTED_FOR.get(name, (role,))


def leads_to(figure: Figure, period: Period | None = None, part: str = "") -> str:
    """Where the members behind a number are listed."""
    wanted = Slice(part, period.since, period.until) if period else Slice(part)
    query = urlencode(wanted.as_query())
    return f"{PATH}/{figure.name}" + (f"?{query}" if query else "")


def bars(figure: Figure) -> list[tuple[str, int, str]]:
    """Label, value and words of each bar."""
    return [
        (_date(period.since, DATE_FORMATS[figure.kind.step]), period.total,
         f"{period_words(figure, period)}: {number(period.total)}")
        for period in figure.periods
    ]  # fmt: skip


def period_words(figure: Figure, period: Period) -> str:
    """November 2026, the week of 16 November 2026, 2026"""
    step = figure.kind.step
    if step == "week":
        return i18n.gettext(WEEK_OF) % {"day": i18n.day(period.since)}
    if step == "day":
        return i18n.day(period.since)
    return _date(period.since, "LLLL y" if step == "month" else "y")


def part_words(name: str, part: str) -> str:
    """By which way, of which kind, or which field group; as it is where nobody has words for it."""
    if name == "requests":
        return i18n.gettext(requests.title(part)) if part else ""
    words = {"sign-ins": METHODS, "under-way": GROUP_WORDS, "parked": GROUP_WORDS}.get(name, {})
    return i18n.gettext(words.get(part, part))


def number(value: int) -> str:
    """12 500 or 12,500"""
    return str(format_decimal(value, locale=i18n.language.get()))


def _date(day: date, pattern: str) -> str:
    return str(format_date(day, pattern, locale=i18n.language.get()))
