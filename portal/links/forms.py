"""The days of a legacy enquiry, each of which may be empty."""

from datetime import date

from portal import clock
from portal.i18n import N_
from portal.links.rules import DAYS, Enquiry
from portal.web.forms import SEEN, Form, read_day

FIELDS = {*DAYS, SEEN}


def typed(known: Enquiry) -> dict[str, str]:
    """As the form shows it."""
    return {name: f"{day:%d/%m/%Y}" if day else "" for name, day in vars(known).items()}


def parse(form: Form) -> Enquiry:
    """The value, and in `form.errors` what is wrong with it."""
    return Enquiry(**{name: _day(form, name) for name in DAYS})


def _day(form: Form, name: str) -> date | None:
    if not form[name]:
        return None
    found = read_day(form[name])
    if found is None or found > clock.today():
        form.refuse(name, N_("Enter a day that is not in the future, such as 31/12/2025."))
    return found
