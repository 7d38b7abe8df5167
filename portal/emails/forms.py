"""The form for a new address."""

from collections.abc import Sequence

from portal.emails import rules
from portal.emails.rules import Email
from portal.i18n import N_
from portal.web.errors import BadForm
from portal.web.forms import Form

SURE = "sure"
"""Hidden field: the address that looked like a slip; whoever sends the same once more means it."""
FIELDS = {"email", "use", SURE}


def parse_new(form: Form, emails: Sequence[Email], uses: Sequence[str]) -> str:
    """The address, and in `form.errors` what is wrong with it.

    Raises:
        BadForm: for a use that was not offered.
    """
    if form["use"] not in uses:
        raise BadForm
    address = rules.read(form["email"])
    if address is None:
        form.refuse("email", N_("Enter an e-mail address such as marie.dupont@example.org."))
        return ""
    if rules.find(emails, address):
        form.refuse("email", N_("We have this address already."))
    elif form["use"] == rules.BESIDE and len(emails) >= rules.MOST:
        form.refuse("email", N_("We keep at most %(most)s addresses. Remove one first."), most=rules.MOST)
    elif form[SURE] != address and (meant := rules.meant(address)):
        form.refuse("email", N_("Did you mean %(meant)s? If what you typed is right, send it once more."), meant=meant)
        form.typed = {**form.typed, SURE: address}
    return address
