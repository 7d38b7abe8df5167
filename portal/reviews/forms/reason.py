"""Why staff decide so: the member reads it."""

from portal.i18n import N_
from portal.reviews.rules import LONGEST_REASON
from portal.web.forms import Form


def parse_reason(form: Form) -> str:
    """The text, and in `form.errors` what is wrong with it."""
    if not form["reason"]:
        form.refuse("reason", N_("Say why. The member can read it."))
    elif len(form["reason"]) > LONGEST_REASON:
        form.refuse("reason", N_("At most %(most)s characters fit here."), most=LONGEST_REASON)
    return form["reason"]
