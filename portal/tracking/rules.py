"""My changes in words: what was and what is of each field group, and which changes can be taken back."""

from collections.abc import Callable
from datetime import date
from typing import Any, Protocol

from portal import i18n
from portal.addresses.rules.stays import PURPOSES
from portal.changes import Status
from portal.consents.rules import ACTS, RHYTHMS, labels
from portal.corrections.rules import in_words
from portal.i18n import N_
from portal.phones.rules import HOME_COUNTRY, KINDS, shown
from portal.preferences.rules import Wish
from portal.profile.rules import FIELDS, Address, envelope

Value = dict[str, Any]
Fact = tuple[str, list[str]]

UNDOABLE = {
    "address", "other_addresses", "phones", "identity", "language", "objections", "consents", "contact_rhythm",
    "receipt_wish",
}  # fmt: skip
"""Not e-mail addresses: they open the space, and a press of a button is no proof that somebody reads one."""
HOLDS = {Status.SAVED, Status.SENT, Status.CONFIRMED}
LANGUAGES = {"fr": "Français", "en": "English"}


class Recorded(Protocol):
    """A change as the member who made it sees it.

    `groups` are those of all changes of the same save, `is_newest` says of all of
    them that they wait and nothing newer rests on them, and `is_last` that it is the
    one that stands for them. `is_asked`: staff have not decided on it yet.
    """

    group: str
    groups: list[str]
    old: Value | None
    new: Value | None
    status: str
    is_newest: bool
    is_last: bool
    is_asked: bool


def can_be_undone(change: Recorded) -> bool:
    """A request until staff decide; a save until any of it is passed on, and none beneath a newer one."""
    return change.is_asked or (change.is_newest and UNDOABLE.issuperset(change.groups))


def facts(change: Recorded) -> list[Fact]:
    """Labels and the lines under each: of a list what came and what went, else what was and what is."""
    if change.group in LISTS:
        name, words, came, went = LISTS[change.group]
        before, after = ((value or {}).get(name, []) for value in (change.old, change.new))
        found = [(came, words(_without(after, before))), (went, words(_without(before, after)))]
        return [(text, lines) for text, lines in found if lines]
    now = N_("Now") if change.status in HOLDS else N_("Wished for")
    return [(text, SHOWN[change.group](value) if value else [])
            for text, value in ((N_("Before"), change.old), (now, change.new))]  # fmt: skip


def _without(these: list[Any], those: list[Any]) -> list[Any]:
    return [element for element in these if element not in those]


def _each(words: Callable[[Any], str]) -> Callable[[list[Any]], list[str]]:
    return lambda elements: [words(element) for element in elements]


def _address(value: Value) -> list[str]:
    return [", ".join(envelope(Address(**{name: value[name] for name in FIELDS}), addressee=""))]


def _other_address(item: dict[str, str]) -> str:
    kind = i18n.gettext(PURPOSES.get(item["purpose"], PURPOSES["other"]))
    if item["season_from"] and item["season_to"]:
        season = {name: i18n.day_of_year(item[f"season_{name}"]) for name in ("from", "to")}
        kind += ", " + i18n.gettext("every year from %(from)s to %(to)s") % season
    return f"{_address(item)[0]} ({kind})"


def _phone(item: dict[str, str]) -> str:
    kind = i18n.gettext(KINDS.get(item["kind"], ""))
    return f"{shown(item['number'], HOME_COUNTRY)} ({kind})" if kind else str(item["number"])


def _rhythm(value: Value) -> list[str]:
    lines = [i18n.gettext(RHYTHMS.get(value["post_rhythm"], RHYTHMS["all"]))]
    if last_day := value["paused_until"]:
        lines.append(i18n.gettext("No appeals until %(day)s") % {"day": i18n.day(date.fromisoformat(last_day))})
    return lines


def _checked(value: Value) -> list[str]:
    return [i18n.day(date.fromisoformat(value["checked_on"]))] if value["checked_on"] else []


ADDED, REMOVED = N_("Added"), N_("Removed")
LISTS: dict[str, tuple[str, Callable[[list[Any]], list[str]], str, str]] = {
    "other_addresses": ("items", _each(_other_address), ADDED, REMOVED),
    "other_emails": ("items", _each(lambda item: str(item["address"])), ADDED, REMOVED),
    "phones": ("items", _each(_phone), ADDED, REMOVED),
    "objections": ("objections", labels, ACTS["objected"], ACTS["objection_withdrawn"]),
    "consents": ("consents", labels, ACTS["consented"], ACTS["consent_withdrawn"]),
}
"""Field groups of several: where they stand in the value, each in words, and what became of those that differ."""
SHOWN: dict[str, Callable[[Value], list[str]]] = {
    "address": _address,
    "email": lambda value: [value["address"]],
    "identity": in_words,
    "language": lambda value: [LANGUAGES.get(str(value["language"]), str(value["language"]))],
    "contact_rhythm": _rhythm,
    "details_check": _checked,
    "memo": lambda value: [value["body"]],
    "receipt_wish": lambda value: [i18n.gettext(Wish(**value).words)],
}
"""How the value of each other field group is shown, in lines."""
