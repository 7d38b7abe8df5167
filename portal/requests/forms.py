"""The forms of requests: what the donor wishes, and what staff answer."""

from collections.abc import Collection

from portal import i18n
from portal.i18n import N_
from portal.requests import rules
from portal.requests.rules import Answer, Wish
from portal.web.errors import BadForm
from portal.web.forms import Form

CHOSEN = {"mandate": ("mandate", "wish"), "document": ("wish",), "data": ("wish",), "legacy": ("wish",), "other": ()}
"""What is chosen, by kind; words may be added to each."""
MISSING = {"mandate": N_("Choose the direct debit that it is about."), "wish": N_("Choose what you wish.")}


def parse(form: Form, kind: str, mandates: Collection[str]) -> Wish:
    """The value, and in `form.errors` what is wrong with it; `mandates` are the references of the donor's own.

    Raises:
        BadForm: for a choice that the form does not offer.
    """
    offered = rules.WISHES.get(kind, {})
    for name, choices in (("mandate", mandates), ("wish", offered)):
        if name in CHOSEN[kind] and not form[name]:
            form.refuse(name, MISSING[name])
        elif form[name] and form[name] not in choices:
            raise BadForm
    words = form["words"].replace("\r\n", "\n")
    is_chosen = bool(form["wish"]) or not offered
    if not words and is_chosen and (kind, form["wish"]) not in rules.SELF_EXPLANATORY:
        form.refuse("words", N_("Tell us in a few words what you wish."))
    elif len(words) > rules.LONGEST:
        form.refuse("words", N_("At most %(most)s characters fit here."), most=rules.LONGEST)
    elif rules.holds_iban(words):
        form.refuse(
            "words", N_("For your safety, take the account number out: please call us, we then send you a form.")
        )
    label, _ = offered.get(form["wish"], ("", ""))
    about = form["mandate"] if kind == "mandate" else form["wish"]
    return Wish(about, "\n\n".join(filter(None, (label and i18n.gettext(label), words))))


def parse_answer(form: Form) -> Answer:
    """The decision, and in `form.errors` what is wrong with it.

    Raises:
        BadForm: for a decision that the form does not offer.
    """
    if form["decision"] not in {"", "accepted", "refused"}:
        raise BadForm
    text = form["answer"].replace("\r\n", "\n")
    if not form["decision"]:
        form.refuse("decision", N_("Accept or refuse."))
    elif form["decision"] == "refused" and not text:
        form.refuse("answer", N_("Say why. The member can read it."))
    if len(text) > rules.LONGEST:
        form.refuse("answer", N_("At most %(most)s characters fit here."), most=rules.LONGEST)
    return Answer(form["decision"] == "accepted", text)
