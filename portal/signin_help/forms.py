"""The form with which staff vouch for an address, and the one that confirms it."""

from collections.abc import Sequence

from portal.emails import rules as emails
from portal.emails.rules import BESIDE, MAIN, Email
from portal.i18n import N_
from portal.requests.rules import holds_iban
from portal.signin_help.rules import LONGEST_NOTE, PROOFS, SHORTEST_NOTE, Wanted
from portal.web.errors import BadForm
from portal.web.forms import Form

SURE, SHARED = "sure", "shared"
"""The address that looked like a slip, sent once more; the others who were shown to have it, by their fingerprint."""
FIELDS = {"email", "use", "proof", "note", SURE, SHARED}


def parse(form: Form, held: Sequence[Email]) -> Wanted:
    """What is vouched for, and in `form.errors` what is wrong with it; `held` are the member's addresses.

    Raises:
        BadForm: for a choice that the form does not offer.
    """
    if form["use"] not in {"", MAIN, BESIDE} or form["proof"] not in {"", *PROOFS}:
        raise BadForm
    address = emails.read(form["email"]) or ""
    if not address:
        form.refuse("email", N_("Enter an e-mail address such as marie.dupont@example.org."))
    elif emails.find(held, address):
        form.refuse("email", N_("This address is on the record already."))
    elif form[SURE] != address and (meant := emails.meant(address)):
        form.refuse("email", N_("Did you mean %(meant)s? If what you typed is right, send it once more."), meant=meant)
        form.typed = {**form.typed, SURE: address}
    use = form["use"] if held else MAIN
    if not use:
        form.refuse("use", N_("Choose what to do with it."))
    elif use == BESIDE and len(held) >= emails.MOST:
        form.refuse("use", N_("We keep at most %(most)s addresses. Remove one first."), most=emails.MOST)
    if not form["proof"]:
        form.refuse("proof", N_("Say how they showed you who they are. Without a proof nothing is attached."))
    _check_note(form)
    return Wanted(address, use, form["proof"], form["note"])


def _check_note(form: Form) -> None:
    if len(form["note"]) < SHORTEST_NOTE:
        form.refuse("note", N_("Say in a few words what was proved. The member can read it."))
    elif len(form["note"]) > LONGEST_NOTE:
        form.refuse("note", N_("At most %(most)s characters fit here."), most=LONGEST_NOTE)
    elif holds_iban(form["note"]):
        form.refuse("note", N_("Take the account number out: say only that they knew it."))
