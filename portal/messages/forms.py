"""The form of a message: texts in both languages, when, how urgent, and for whom."""

from uuid import UUID

from portal.i18n import N_
from portal.memos.rules import problem
from portal.messages.rules import (
    AUDIENCES,
    LONGEST_TITLE,
    MOST_NUMBERS,
    NUMBERS,
    PRIORITIES,
    MessageText,
    read_file,
    read_numbers,
)
from portal.web.errors import BadForm
from portal.web.forms import SEEN, Form, read_period

FIELDS = {"title", "body_fr", "body_en", "starts_on", "ends_on", "priority", "audience", "numbers", "selection", SEEN}


def parse(form: Form) -> MessageText:
    """What is said, and in `form.errors` what is wrong with it.

    Raises:
        BadForm: for a choice that the form does not offer.
    """
    if form["priority"] not in PRIORITIES or form["audience"] not in {"", *(kind for kind, _, _ in AUDIENCES)}:
        raise BadForm
    if not form["title"]:
        form.refuse("title", N_("Give the message a title, by which your colleagues find it."))
    elif len(form["title"]) > LONGEST_TITLE:
        form.refuse("title", N_("The title is too long: at most %(most)s characters."), most=LONGEST_TITLE)
    french, english = (form[name].replace("\r\n", "\n") for name in ("body_fr", "body_en"))
    for name, text in (("body_fr", french), ("body_en", english)):
        if not text:
            form.refuse(name, N_("Write the message in both languages: each reader sees their own."))
        elif wrong := problem(text):
            form.refuse(name, wrong[0], **wrong[1])
    if not form["audience"]:
        form.refuse("audience", N_("Choose for whom the message is."))
    days = read_period(form, "starts_on", "ends_on")
    return MessageText(form["title"], french, english, *days, priority=int(form["priority"]))


def numbers(form: Form, content: bytes, *, kept: bool) -> list[str] | None:
    """The member numbers, pasted and of the file; None for those that the message has already."""
    if form["audience"] != NUMBERS:
        return []
    try:
        found = list(dict.fromkeys([*read_numbers(form["numbers"]), *read_file(content)]))
    except ValueError:
        form.refuse(
            "file", N_("This file cannot be read. Save it as CSV, with the member numbers in the first column.")
        )
        return None
    if len(found) > MOST_NUMBERS:
        form.refuse("file", N_("At most %(most)s member numbers at a time."), most=MOST_NUMBERS)
    if found:
        return found
    if not kept:
        form.refuse("numbers", N_("Enter at least one member number."))
    return None


def selection(form: Form) -> UUID | None:
    """The number of the chosen selection."""
    try:
        return UUID(form["selection"])
    except ValueError:
        form.refuse("selection", N_("Choose one of the kept selections."))
        return None
