"""The address form."""

from portal.i18n import COUNTRIES
from portal.profile.rules import FIELDS, Address, problems, tidy
from portal.web.errors import BadForm
from portal.web.forms import SEEN, Form

ADDRESS_FIELDS = {*FIELDS, SEEN}


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
