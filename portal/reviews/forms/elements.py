"""What is asked of one element of a field group, and how it is read: by the rules of the donor's own forms."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal import i18n
from portal.addresses.rules.checks import problems, shown_fields
from portal.addresses.rules.stays import PURPOSES
from portal.consents.rules import RHYTHMS
from portal.corrections import rules as corrections
from portal.i18n import COUNTRIES, N_
from portal.phones import rules as phones
from portal.preferences.rules import IN_WORDS, Wish
from portal.profile.rules import FIELDS, Address, regions, tidy
from portal.tracking.rules import LANGUAGES
from portal.web.errors import BadForm
from portal.web.forms import Form, read_day

Value = dict[str, Any]
Options = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """A line of text, or a choice where there are options; the label is of the catalogue."""

    name: str
    label: str
    options: Options = ()


class Part:
    """The fields of one element within a form of several."""

    def __init__(self, form: Form, prefix: str) -> None:
        self.form, self.prefix = form, prefix

    def __getitem__(self, name: str) -> str:
        return self.form[self.prefix + name]

    def refuse(self, name: str, message: str, **values: object) -> None:
        self.form.refuse(self.prefix + name, message, **values)

    def chosen(self, name: str, offered: Any) -> str:
        """One of those that are offered.

        Raises:
            BadForm: for any other.
        """
        if self[name] not in offered:
            raise BadForm
        return self[name]


@dataclass(frozen=True)
class Element:
    names: tuple[str, ...]
    typed: Callable[[Value], dict[str, str]]
    """What the form shows of it at first."""
    fields: Callable[[Part, Value], list[Field]]
    read: Callable[[Part, Value], Value | None]
    """As it is corrected, and in the form's errors what is wrong with it; None for one that is left out."""


LABELS = {
    "country": N_("Country"),
    "house_number": N_("Number"),
    "street": N_("Street"),
    "unit": N_("Flat, floor, or care of"),
    "building": N_("Building, residence, entrance"),
    "locality": N_("Hamlet or PO box"),
    "postcode": N_("Postcode"),
    "town": N_("Town"),
    "region": N_("State or province"),
}


def _plain(value: Value) -> dict[str, str]:
    return {name: str(content or "") for name, content in value.items()}


def _said(words: dict[str, str]) -> Options:
    return [(value, i18n.gettext(text)) for value, text in words.items()]


def _address_fields(part: Part, _: Value) -> list[Field]:
    address = Address(**{name: part[name] for name in FIELDS})
    options: dict[str, Options] = {"country": i18n.countries(), "region": regions(address.country)}
    return [Field(name, LABELS[name], options.get(name, ())) for name in ("country", *shown_fields(address))]


def _read_address(part: Part, value: Value) -> Value:
    part.chosen("country", COUNTRIES)
    address = tidy(Address(**{name: part[name] for name in FIELDS}))
    for problem in problems(address):
        part.refuse(problem.field, problem.message, **problem.values)
    return value | address.as_group()


def _stay_fields(part: Part, value: Value) -> list[Field]:
    return [Field("purpose", N_("What this address is for"), _said(PURPOSES)), *_address_fields(part, value)]


def _read_stay(part: Part, value: Value) -> Value:
    return _read_address(part, value) | {"purpose": part.chosen("purpose", PURPOSES)}


def _read_phone(part: Part, value: Value) -> Value | None:
    kind = part.chosen("kind", phones.KINDS)
    if not part["number"]:
        return None
    if part["number"] == value["number"]:
        return value | {"kind": kind}
    number = phones.read(part["number"], phones.HOME_COUNTRY)
    if number is None:
        example = phones.example(phones.HOME_COUNTRY)
        part.refuse("number", N_("Enter a whole phone number such as %(example)s."), example=example)
        return value
    return {"number": phones.spelled(number), "kind": kind}


def _identity_fields(_: Part, value: Value) -> list[Field]:
    kind = "company" if value["company_name"] else "person"
    return [
        Field(name, corrections.LABELS[name], corrections.offered(name, value[name]))
        for name in corrections.fields_of(kind)
    ]


def _read_identity(part: Part, value: Value) -> Value:
    typed = {field.name: corrections.tidy(part[field.name]) for field in _identity_fields(part, value)}
    for name, text in typed.items():
        if found := corrections.problem(name, text):
            part.refuse(name, found[0], **found[1])
        if text and (choices := corrections.offered(name, value[name])) and text not in dict(choices):
            raise BadForm
    siren = {"siren": corrections.digits(typed["siren"])} if "siren" in typed else {}
    return value | typed | siren


def _read_rhythm(part: Part, value: Value) -> Value:
    last_day: date | None = None
    if part["paused_until"]:
        last_day = read_day(part["paused_until"])
        if last_day is None:
            part.refuse("paused_until", N_("Type the day as day/month/year, such as 31/12/2026."))
    rhythm = part.chosen("post_rhythm", RHYTHMS)
    return value | {"post_rhythm": rhythm, "paused_until": last_day.isoformat() if last_day else None}


WISHES = {f"{rhythm} {by}": words for (rhythm, by), words in IN_WORDS.items()}


def _read_wish(part: Part, _: Value) -> Value:
    return dict(Wish(*part.chosen("wish", WISHES).split()).as_group())


ELEMENTS = {
    "address": Element(FIELDS, _plain, _address_fields, _read_address),
    "other_addresses": Element((*FIELDS, "purpose"), _plain, _stay_fields, _read_stay),
    "phones": Element(
        ("number", "kind"),
        _plain,
        lambda *_: [Field("number", N_("Phone number")), Field("kind", N_("What kind"), _said(phones.KINDS))],
        _read_phone,
    ),
    "identity": Element(corrections.IDENTITY, _plain, _identity_fields, _read_identity),
    "language": Element(
        ("language",),
        _plain,
        lambda *_: [Field("language", N_("Language"), list(LANGUAGES.items()))],
        lambda part, _: {"language": part.chosen("language", LANGUAGES)},
    ),
    "contact_rhythm": Element(
        ("post_rhythm", "paused_until"),
        _plain,
        lambda *_: [
            Field("post_rhythm", N_("How often appeals come by post"), _said(RHYTHMS)),
            Field("paused_until", N_("No appeals until (day/month/year, empty for no pause)")),
        ],
        _read_rhythm,
    ),
    "receipt_wish": Element(
        ("wish",),
        lambda value: {"wish": f"{value['receipt_rhythm']} {value['receipt_by']}"},
        lambda *_: [Field("wish", N_("Tax receipts"), _said(WISHES))],
        _read_wish,
    ),
}
"""E-mail addresses are not among them: another one opens the space to its reader, and is attached after a proof."""
