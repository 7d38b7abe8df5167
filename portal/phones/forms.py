"""The form for a phone number."""

from portal.i18n import N_
from portal.phones import rules
from portal.phones.rules import Phone, Phones
from portal.web.errors import BadForm
from portal.web.forms import SEEN, Form

FIELDS = {"number", "kind", SEEN}


def parse_phone(form: Form, phones: Phones, former: Phone | None = None) -> Phone:
    """The number, and in `form.errors` what is wrong with it. The same number keeps the spelling that it has.

    Raises:
        BadForm: for a kind that was not offered.
    """
    if form["kind"] not in rules.KINDS:
        raise BadForm
    country = phones.country
    if former and form["number"] in {former.number, rules.shown(former.number, country)}:
        return Phone(former.number, form["kind"])
    number = rules.read(form["number"], country)
    if number is None:
        form.refuse("number", N_("Enter a whole phone number such as %(example)s."), example=rules.example(country))
        return Phone("", form["kind"])
    if number.extension:
        form.refuse("number", N_("Please leave out the extension: we can only keep the number itself."))
    typed = rules.spelled(number)
    if former and rules.are_same(former.number, typed, country):
        return Phone(former.number, form["kind"])
    if any(rules.are_same(phone.number, typed, country) for phone in phones.listed if phone != former):
        form.refuse("number", N_("We have this number already."))
    elif former is None and len(phones.listed) >= rules.MOST:
        form.refuse("number", N_("We keep at most %(most)s numbers. Remove one first."), most=rules.MOST)
    return Phone(typed, form["kind"])
