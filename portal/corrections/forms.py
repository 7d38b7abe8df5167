"""The form of a correction: the right values, and for staff the reason with perhaps a document."""

from collections.abc import Sequence

from portal.corrections import rules
from portal.corrections.rules import Decision, Identity
from portal.i18n import N_
from portal.web.errors import BadForm
from portal.web.forms import Form

DOCUMENT = "document"


def parse(form: Form, fields: Sequence[str], present: Identity) -> Identity:
    """The whole identity as it should be, and in `form.errors` what is wrong with it.

    Raises:
        BadForm: for a choice that the form does not offer.
    """
    typed = {name: rules.tidy(form[name]) for name in fields}
    changed = {name: value for name, value in typed.items() if value != rules.tidy(present[name] or "")}
    for name, value in changed.items():
        _check(form, name, value)
    if changed.get("siren") is not None:
        return present | changed | {"siren": rules.digits(changed["siren"])}
    return present | changed


def _check(form: Form, name: str, value: str) -> None:
    if found := rules.problem(name, value):
        message, values = found
        form.refuse(name, message, **values)
    if value and value not in rules.OFFERED.get(name, [value]):
        raise BadForm


def check_request(form: Form, document: bytes) -> None:
    """What staff need in order to decide; a browser forgets the file when other fields must be mended."""
    _check_reason(form, N_("Say in a few words why it must be changed."))
    if len(document) > rules.LARGEST_DOCUMENT:
        form.refuse(DOCUMENT, N_("This file is too large: at most 2 MB. You can also send the request without it."))
    elif document and rules.kind_of(document) is None:
        form.refuse(DOCUMENT, N_("We can open PDF files and pictures (JPEG, PNG) only."))
    elif document and not form.ok:
        form.refuse(DOCUMENT, N_("Please choose the document once more."))


def parse_correction(form: Form, kind: str, wanted: Identity) -> Decision:
    """The decision to accept what is `wanted` as staff put it right, and in `form.errors` what is wrong with it.

    Raises:
        BadForm: for a choice that the form does not offer.
    """
    fields = rules.fields_of(kind)
    parsed = parse(form, fields, wanted)
    return Decision(accepted=True, corrected={name: parsed[name] for name in fields if parsed[name] != wanted[name]})


def parse_refusal(form: Form) -> Decision:
    """The decision, and in `form.errors` what is wrong with it."""
    _check_reason(form, N_("Say why. The member can read it."))
    return Decision(accepted=False, reason=form["reason"])


def _check_reason(form: Form, missing: str) -> None:
    if not form["reason"]:
        form.refuse("reason", missing)
    elif len(form["reason"]) > rules.LONGEST_REASON:
        form.refuse("reason", N_("At most %(most)s characters fit here."), most=rules.LONGEST_REASON)
