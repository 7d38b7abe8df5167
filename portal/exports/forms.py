"""Leaving something out: what, and why."""

from portal.exports.rules import Row
from portal.i18n import N_
from portal.web.forms import Form

FIELDS = {"field", "passage", "reason", "key"}
WHOLE = "*"
"""The record as a whole, with its file."""


def check(form: Form, record: Row) -> None:
    """In `form.errors` what is wrong."""
    field, passage = form["field"], form["passage"]
    if field != WHOLE and field not in record:
        form.refuse("field", N_("Choose what is left out."))
    elif passage and (field == WHOLE or passage not in str(record[field])):
        form.refuse("passage", N_("These words do not stand in the field that you chose. Copy them exactly."))
    if not form["reason"]:
        form.refuse("reason", N_("Say why: whom is it about, and why may the member not read it?"))
