"""The words of an answer for what the tables say in codes, numbers and days."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portal import changes, i18n, journal
from portal.addresses.rules import stays
from portal.consents import rules as consents
from portal.documents import rules as documents
from portal.exports import rules
from portal.gifts import rules as gifts
from portal.holdings.rules import BY_NAME
from portal.i18n import N_
from portal.links import rules as links
from portal.mandates import rules as mandates
from portal.phones import rules as phones
from portal.privacy.rules import answers as privacy
from portal.requests import rules as requests
from portal.security import rules as security

ACTORS = {"member": N_("you"), "undo": N_("you"), "staff": N_("our team"), "central base": N_("the central records")}
LANGUAGES = {"fr": N_("French"), "en": N_("English")}
RECEIPTS = {
    "annual": N_("for the whole year"), "gift": N_("for each gift"), "per_gift": N_("for each gift"),
    "none": N_("no receipts"),
}  # fmt: skip
CHOICES = {
    f"{purpose}/{channel}": (words, means)
    for purpose, words in consents.NAMES.items()
    for channel, means in consents.CHANNELS.items()
} | {consents.EXCHANGE: (consents.NAMES["exchange"],)}
WORDS: Mapping[tuple[str, str], Mapping[Any, str | tuple[str, ...]]] = {
    ("record", "kind"): {"person": N_("a person"), "company": N_("a company")},
    ("record", "language"): LANGUAGES,
    ("postal-addresses", "purpose"): stays.PURPOSES,
    ("phones", "kind"): phones.KINDS,
    ("choices", "objections"): CHOICES,
    ("choices", "consents"): CHOICES,
    ("gifts", "means"): gifts.MEANS,
    ("gifts", "state"): gifts.STATES,
    ("gifts", "form"): gifts.FORMS | {"manual": ""},
    ("gifts", "nature"): gifts.NATURES | {"cash": ""},
    ("mandates", "rhythm"): {name: words for name, (_, words) in mandates.RHYTHMS.items()},
    ("mandates", "state"): mandates.STATES,
    ("receipts", "kind"): RECEIPTS,
    ("receipts", "state"): {"issued": N_("Valid"), "cancelled": N_("Cancelled")},
    ("receipts", "handed_by"): consents.CHANNELS,
    ("receipt-wishes", "receipt_rhythm"): RECEIPTS,
    ("receipt-wishes", "receipt_by"): consents.CHANNELS,
    ("documents", "direction"): documents.DIRECTIONS,
    ("links", "kind"): links.KINDS,
    ("links", "state"): links.STATES,
    ("messages-seen", "language"): LANGUAGES,
    ("data-requests", "channel"): privacy.CHANNELS,
    ("data-requests", "identity"): privacy.IDENTITY,
    ("data-requests", "outcome"): privacy.OUTCOMES,
    ("data-requests", "refusal"): {name: words for name, (words, _) in privacy.REFUSALS.items()},
    ("data-requests", "delivered_by"): {name: words for name, (words, _) in privacy.DELIVERIES.items()},
    ("answers", "kind"): rules.KINDS,
    ("requests", "kind"): requests.TITLES,
    ("requests", "about"): {name: words for name, (words, _) in requests.WISHES["data"].items()},
    ("requests", "state"): requests.STATES,
    ("consents", "act"): consents.ACTS,
    ("consents", "purpose"): consents.NAMES,
    ("consents", "channel"): consents.CHANNELS,
    ("consents", "source"): consents.SOURCES,
    ("choices", "post_rhythm"): consents.RHYTHMS,
    ("changes", "field_group"): changes.GROUP_WORDS,
    ("changes", "status"): changes.STATUS_WORDS,
    ("conflicts", "field_group"): changes.GROUP_WORDS,
    ("changes-under-way", "field_group"): changes.GROUP_WORDS,
    ("visits", "method"): security.METHODS,
    ("journal", "kind"): journal.KINDS,
}
"""By set and column: the words for what the tables say in codes."""


def in_words(record_set: str, name: str, row: rules.Row) -> str:
    value, held = row.get(name), BY_NAME.get(record_set)
    if held and name in held.actors:
        return i18n.gettext(ACTORS.get(value or "", "")) or str(value or "")
    if words := WORDS.get((record_set, name)):
        values = value if isinstance(value, list) else [value]
        return "; ".join(_said(words[one]) if one in words else _text(one) for one in values)
    if (record_set, name) == ("receipts", "lines"):
        return "; ".join(_gift(one, row) for one in value or ())
    if name == "amount" and isinstance(value, str) and held:
        return i18n.money(Decimal(value), row.get("currency") or "EUR")
    return _text(value)


def _said(words: str | tuple[str, ...]) -> str:
    return " – ".join(map(i18n.gettext, [words] if isinstance(words, str) else words))


def _gift(line: Mapping[str, str], receipt: rules.Row) -> str:
    """One gift on a receipt: day, amount, and how it came."""
    amount = i18n.money(Decimal(line["amount"]), receipt.get("currency") or "EUR")
    means = gifts.MEANS.get(line.get("means", ""))
    return ", ".join([_moment(line["on"]), amount, *([i18n.gettext(means)] if means else [])])


def _text(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return i18n.gettext(N_("yes")) if value else i18n.gettext(N_("no"))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_text(one)}" for name, one in value.items() if one not in (None, "", []))
    if isinstance(value, list):
        return "; ".join(map(_text, value))
    return _moment(str(value))


def _moment(text: str) -> str:
    """A day or a moment in words; any other text as it is."""
    try:
        return i18n.day(date.fromisoformat(text)) if len(text) == len("2026-01-01") else _exact(text)
    except ValueError:
        return text


def _exact(text: str) -> str:
    has_zone = text[10:11] == "T" and text[-6:-5] in {"+", "-"}
    return i18n.moment(datetime.fromisoformat(text)) if has_zone else text
