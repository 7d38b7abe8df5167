"""The form of a selection."""

import re

from portal.i18n import N_
from portal.selections.rules import DAYS, KINDS, LANGUAGES, MANDATES, RECEIPTS, Selection
from portal.web.errors import BadForm
from portal.web.forms import Form, read_period

CHOICES = {"mandate": MANDATES, "receipts": RECEIPTS, "language": LANGUAGES, "kind": KINDS}
FIELDS = {"name", "campaign", "postcode", *DAYS, *CHOICES}
LONGEST_NAME = 80


def parse(form: Form, campaigns: list[tuple[str, str]], *, named: bool) -> Selection:
    """The selection, and in `form.errors` what is wrong with it.

    Raises:
        BadForm: for a choice that the form does not offer.
    """
    offered = {name: set(choices) for name, choices in CHOICES.items()}
    offered["campaign"] = {"", *(number for number, _ in campaigns)}
    if any(form[name] not in values for name, values in offered.items()):
        raise BadForm
    if named and not form["name"]:
        form.refuse("name", N_("Give the selection a name, under which your colleagues find it."))
    elif len(form["name"]) > LONGEST_NAME:
        form.refuse("name", N_("The name is too long: at most %(most)s characters."), most=LONGEST_NAME)
    if not re.fullmatch(r"[0-9A-Za-z -]{0,10}", form["postcode"]):
        form.refuse("postcode", N_("Enter the first digits of a postcode, such as 69."))
    first, last = read_period(form, *DAYS)
    choices = {name: form[name] for name in offered}
    return Selection(last_gift_from=first, last_gift_until=last, postcode=form["postcode"], **choices)
