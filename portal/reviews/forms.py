"""The desk's forms: a corrected address, and why a change is given up."""

from portal.addresses.rules.checks import problems
from portal.i18n import COUNTRIES, N_
from portal.profile.rules import FIELDS, Address, tidy
from portal.reviews.rules import LONGEST_REASON
from portal.web.errors import BadForm
from portal.web.forms import Form


def parse_address(form: Form) -> Address:
    """The value, and in `form.errors` what is wrong with it: the same checks as in the donor space.

    Raises:
        BadForm: for a country that the list does not offer.
    """
    if form["country"] not in COUNTRIES:
        raise BadForm
    address = tidy(Address(**{name: form[name] for name in FIELDS}))
    for problem in problems(address):
        form.refuse(problem.field, problem.message, **problem.values)
    return address


def parse_reason(form: Form) -> str:
    """The text, and in `form.errors` what is wrong with it."""
    if not form["reason"]:
        form.refuse("reason", N_("Say why. The member can read it."))
    elif len(form["reason"]) > LONGEST_REASON:
        form.refuse("reason", N_("At most %(most)s characters fit here."), most=LONGEST_REASON)
    return form["reason"]
