"""The address form."""

from portal import i18n
from portal.profile.rules import FIELDS, Address, problems, shown_fields, tidy
from portal.web.errors import BadForm
from portal.web.forms import Form

ADDRESS_FIELDS = set(FIELDS)


def typed_address(form: Form) -> Address:
    """What was typed, in normal form; fields that the country does not have are left out.

    Raises:
        BadForm: for a country that the list does not offer.
    """
    country = form["country"]
    if country not in dict(i18n.countries()):
        raise BadForm
    shown = {"country", *shown_fields(country)}
    return tidy(Address(**{name: form[name] for name in FIELDS if name in shown}))


def parse_address(form: Form) -> Address:
    """The value, and in `form.errors` what is wrong with it."""
    address = typed_address(form)
    for problem in problems(address):
        form.refuse(problem.field, problem.message, **problem.values)
    return address
