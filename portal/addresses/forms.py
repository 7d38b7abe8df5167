"""The address form: the address itself, and of an address beside the main one its purpose and season."""

from collections.abc import Iterable

from portal.addresses.rules.checks import problems
from portal.addresses.rules.stays import PURPOSES, Stay, month_day, overlap
from portal.i18n import COUNTRIES, N_
from portal.profile.rules import FIELDS, Address, tidy
from portal.web.errors import BadForm
from portal.web.forms import SEEN, Form

SEASON = ("from_day", "from_month", "to_day", "to_month")
MAIN_FIELDS = {*FIELDS, SEEN}
STAY_FIELDS = {*MAIN_FIELDS, "purpose", *SEASON}


def typed_address(form: Form) -> Address:
    """What was typed, in normal form.

    Raises:
        BadForm: for a country that the list does not offer.
    """
    if form["country"] and form["country"] not in COUNTRIES:
        raise BadForm
    return tidy(Address(**{name: form[name] for name in FIELDS}))


def parse_address(form: Form) -> Address:
    """The value, and in `form.errors` what is wrong with it."""
    address = typed_address(form)
    for problem in problems(address):
        form.refuse(problem.field, problem.message, **problem.values)
    return address


def parse_stay(form: Form, beside: Iterable[Stay]) -> Stay:
    """The value, and in `form.errors` what is wrong with it; its season may not meet those of the others.

    Raises:
        BadForm: for a country or purpose that the lists do not offer.
    """
    if form["purpose"] not in PURPOSES:
        raise BadForm
    found = Stay(parse_address(form), form["purpose"], *_season(form))
    if any(overlap(found, other) for other in beside):
        form.refuse("from_day", N_("In this part of the year letters go to another of your addresses already."))
    return found


def typed_stay(stay: Stay) -> dict[str, str]:
    """The form that shows this value."""
    values = {"purpose": stay.purpose}
    for end, moment in (("from", stay.season_from), ("to", stay.season_to)):
        if moment is not None:
            values |= {f"{end}_month": moment[:2], f"{end}_day": str(int(moment[3:]))}
    return stay.address.as_group() | values


def _season(form: Form) -> tuple[str | None, str | None]:
    if not any(form[name] for name in SEASON):
        return None, None
    ends = []
    for end in ("from", "to"):
        day, month = f"{end}_day", f"{end}_month"
        ends.append(month_day(form[day], form[month]))
        if not (form[day] and form[month]):
            form.refuse(day, N_("Enter day and month of both ends, or leave all four empty."))
        elif ends[-1] is None:
            form.refuse(day, N_("There is no such day every year."))
    return ends[0], ends[1]
