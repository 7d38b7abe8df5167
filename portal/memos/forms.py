"""The memo form: a text in both languages, and the days between which it is shown."""

from portal.i18n import N_
from portal.memos.rules import MemoText, problem
from portal.web.forms import SEEN, Form, read_period

FIELDS = {"body", "english", "starts_on", "ends_on", "language", "number", SEEN}


def parse(form: Form) -> tuple[MemoText, str]:
    """The memo and its English, and in `form.errors` what is wrong with them."""
    body, english = (form[name].replace("\r\n", "\n") for name in ("body", "english"))
    if not body:
        form.refuse("body", N_("Write a message, or remove it with the button below."))
    for name, text in (("body", body), ("english", english)):
        if wrong := problem(text):
            form.refuse(name, wrong[0], **wrong[1])
    return MemoText(body, *read_period(form, "starts_on", "ends_on")), english
