"""The ledger in words of the current language: for the page that shows it, and for the proof on paper."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol

from portal import i18n
from portal.consents.rules import ACTS, SOURCES, Codes, label, labels
from portal.i18n import N_, gettext

ACTORS = {
    "member": N_("the member"),
    "undo": N_("the member"),
    "staff": N_("staff"),
    "central base": N_("the association"),
}


class Entry(Protocol):
    id: int
    at: datetime
    purpose: str
    channel: str
    act: str
    source: str
    actor: str
    text_id: str | None
    body: str | None


GROUPS = {"objections": "objected", "consents": "consented"}
"""The act by which a code of each group comes to hold."""


def present(codes: Codes) -> list[str]:
    """What holds, a line for each purpose: No longer wanted – Petitions, by e-mail, by phone"""
    return [f"{gettext(ACTS[act])} – {words}" for group, act in GROUPS.items() for words in labels(codes[group])]


@dataclass(frozen=True)
class Act:
    """What was said at one moment, after reading one text: one press may say it of many things."""

    moment: str
    act: str
    source: str
    body: str
    about: list[str]


def acts(entries: Iterable[Any]) -> list[Act]:
    """In the order of the entries."""
    return [
        Act(moment, gettext(ACTS[act]), source_words(source), body, [label(one.purpose, one.channel) for one in group])
        for (moment, act, source, body), group in groupby(entries, _together)
    ]


def _together(entry: Entry) -> tuple[str, str, str, str]:
    return i18n.moment(entry.at), entry.act, entry.source, entry.body or ""


def source_words(source: str) -> str:
    return gettext(SOURCES.get(source, source))


def lines(entries: Iterable[Any]) -> list[Mapping[str, Any]]:
    """Each entry by itself, oldest first, as on the proof."""
    return [
        {
            "number": entry.id,
            "moment": i18n.moment(entry.at),
            "act": gettext(ACTS[entry.act]),
            "about": label(entry.purpose, entry.channel),
            "source": source_words(entry.source),
            "actor": actor_words(entry.actor),
            "text": (entry.text_id or "")[:12],
        }
        for entry in reversed(list(entries))
    ]


def actor_words(actor: str) -> str:
    """Who it was, where it was somebody; a number of ours says nothing to anybody."""
    return gettext(ACTORS.get(actor.partition(":")[0], ""))
