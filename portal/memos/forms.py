"""The memo form: a text, and the days between which it is shown."""

from datetime import date

from portal.i18n import N_
from portal.memos.rules import LONGEST, MemoText
from portal.web.forms import SEEN, Form

FIELDS = {"body", "starts_on", "ends_on", SEEN}


def parse(form: Form) -> MemoText:
    """The value, and in `form.errors` what is wrong with it."""
    body = form["body"].replace("\r\n", "\n")
    if not body:
        form.refuse("body", N_("Write a message, or remove it with the button below."))
    elif len(body) > LONGEST:
        form.refuse(
            "body",
            N_("The message is too long: %(count)s characters, at most %(most)s."),
            count=len(body),
            most=LONGEST,
        )
    starts_on, ends_on = _day(form, "starts_on"), _day(form, "ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        form.refuse("ends_on", N_("The last day is before the first day."))
    return MemoText(body, starts_on, ends_on)


def _day(form: Form, name: str) -> date | None:
    if not form[name]:
        return None
    try:
        return date.fromisoformat(form[name])
    except ValueError:
        form.refuse(name, N_("Enter a date such as 2026-12-31."))
        return None
