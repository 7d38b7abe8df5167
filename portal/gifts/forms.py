"""What the addresses of the gift pages ask for: a choice of gifts, a period."""

import re
from collections.abc import Mapping
from datetime import date

from portal.gifts.rules import Choice, Period
from portal.i18n import N_
from portal.web.errors import BadForm
from portal.web.forms import Form, is_unreadable

TYPED = re.compile(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4})")
"""As one writes a day in France."""
EARLIEST = 1900
MISTYPED = {
    "first": N_("Type the first day as day/month/year, such as 01/01/2025."),
    "last": N_("Type the last day as day/month/year, such as 31/12/2025."),
}


def read_choice(query: Mapping[str, str]) -> Choice:
    """What is asked for, whether there are such gifts or not.

    Raises:
        BadForm: for what nobody types, or no year of the calendar.
    """
    year, *rest = (query.get(name, "").strip() for name in ("year", "means", "campaign", "state"))
    if (year and not re.fullmatch("[1-9][0-9]{3}", year)) or any(map(is_unreadable, rest)):
        raise BadForm
    return Choice(int(year) if year else None, *rest)


def typed_period(first: str | None, last: str | None) -> Form:
    """What stands in the address; with no field at all when it asks for no period."""
    if first is None and last is None:
        return Form({})
    return Form({"first": (first or "").strip(), "last": (last or "").strip()})


def period_form(period: Period) -> Form:
    return Form({"first": f"{period.first:%d/%m/%Y}", "last": f"{period.last:%d/%m/%Y}"})


def parse_period(form: Form, today: date) -> Period | None:
    """The value, or in `form.errors` what is wrong with it.

    Raises:
        BadForm: for what nobody types.
    """
    first, last = _day(form, "first", today), _day(form, "last", today)
    if first and last and last < first:
        form.refuse("last", N_("The last day is before the first day."))
    return Period(first, last) if first and last and form.ok else None


def _day(form: Form, name: str, today: date) -> date | None:
    text = form[name]
    if is_unreadable(text):
        raise BadForm
    if typed := TYPED.fullmatch(text):
        text = "{2}-{1:0>2}-{0:0>2}".format(*typed.groups())
    try:
        found = date.fromisoformat(text)
    except ValueError:
        form.refuse(name, MISTYPED[name])
        return None
    if not EARLIEST <= found.year <= today.year + 1:
        form.refuse(name, N_("Choose a day between %(first)s and %(last)s."), first=EARLIEST, last=today.year + 1)
        return None
    return found
