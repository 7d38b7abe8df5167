"""What a memo is, the values that fit into one, and which of them a member reads."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from markupsafe import Markup

from portal import i18n, markup
from portal.i18n import N_
from portal.members.rules import full_name

LONGEST = 2_000
MOST_SHOWN = 3
VARIABLES = {
    "civility": N_("Mme, M. …"),
    "first_name": N_("first name"),
    "last_name": N_("last name"),
    "name": N_("first and last name, or the name of the company"),
    "member_number": N_("member number"),
    "last_gift": N_("amount of the last gift"),
    "last_gift_date": N_("day of the last gift"),
    "year_total": N_("sum of the gifts of this year"),
    "next_debit": N_("amount of the next direct debit"),
    "next_debit_date": N_("day of the next direct debit"),
}
"""The values for which a text may have places; a place stays empty where a member has none."""
EXAMPLE = {
    "civility": "Mme",
    "first_name": "Marie",
    "last_name": "Exemple",
    "name": "Marie Exemple",
    "member_number": "1234",
    "last_gift": "50,00 €",
    "last_gift_date": "12 mars 2026",
    "year_total": "150,00 €",
    "next_debit": "15,00 €",
    "next_debit_date": "5 avril 2026",
}
"""Of nobody: for a preview without a member."""


NOBODYS = UUID(int=0)


@dataclass(frozen=True)
class MemoText:
    body: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True)
class Note:
    """A memo or message as one member reads it."""

    kind: str
    id: UUID
    language: str
    text: str
    html: Markup
    text_hash: str
    seen: bool


def as_group(memo: MemoText | None) -> dict[str, Any] | None:
    """The form in which the sync compares and passes it on."""
    if memo is None:
        return None
    return {"body": memo.body, "starts_on": _iso(memo.starts_on), "ends_on": _iso(memo.ends_on)}


def version(memo: MemoText | None, english: str) -> dict[str, Any] | None:
    """What an editor has before them, in both languages: to see that a colleague changed either meanwhile."""
    shown = as_group(memo)
    return shown | {"english": english} if shown and english else shown


def problem(text: str) -> tuple[str, dict[str, object]] | None:
    """Why a text is refused: it is too long, or has a place for a value that does not exist, most likely misspelt."""
    if len(text) > LONGEST:
        told = N_("The message is too long: %(count)s characters, at most %(most)s.")
        return told, {"count": len(text), "most": LONGEST}
    if unknown := [name for name in markup.fields(text) if name not in VARIABLES]:
        known = ", ".join(f"{{{name}}}" for name in VARIABLES)
        return N_("There is no value called {%(typed)s}. These are: %(known)s."), {"typed": unknown[0], "known": known}
    return None


def values(card: Any, giving: Any, papers: Any) -> dict[str, str]:
    """What stands in the places, from the rows of the home page, in the current language."""
    return {
        "civility": card.civility,
        "first_name": card.first_name,
        "last_name": card.last_name,
        "name": full_name(card),
        "member_number": card.number,
        "last_gift": i18n.money(giving.amount, giving.currency) if giving else "",
        "last_gift_date": i18n.day(giving.given_on) if giving else "",
        "year_total": i18n.money(giving.year_total, giving.currency) if giving else "",
        "next_debit": i18n.money(papers.debit_amount, papers.debit_currency) if papers.next_debit_on else "",
        "next_debit_date": i18n.day(papers.next_debit_on),
    }


def chosen(rows: Sequence[Mapping[str, Any]], values: Callable[[], Mapping[str, str]]) -> list[Note]:
    """At most three: their own memo, then messages in their order; the general memo where there is nothing else."""
    own = [row for row in rows if row["kind"] != "general"]
    return [_note(row, values) for row in (own or rows)[:MOST_SHOWN]]


def draft(kind: str, body: str, english: str, *, rank: int = 0, id: UUID = NOBODYS) -> dict[str, Any]:  # noqa: A002
    """What is not saved yet, in the form of what `queries.shown_to` finds."""
    return {"kind": kind, "id": id, "body": body, "english": english, "rank": rank, "shown": []}


def with_draft(rows: Sequence[Mapping[str, Any]], new: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the member would read if this were published; a general memo is shown alone, whatever else they have."""
    if new["kind"] == "general":
        return [new]
    replaced = {"general", "memo"} if new["kind"] == "memo" else {"general"}
    others = [row for row in rows if row["kind"] not in replaced and str(row["id"]) != str(new["id"])]
    return sorted([new, *others], key=lambda row: row["rank"])


def _note(row: Mapping[str, Any], values: Callable[[], Mapping[str, str]]) -> Note:
    """Days and sums are in the language of the text, which is French where nobody wrote an English one."""
    english = i18n.language.get() == "en" and bool(row["english"])
    language, body = ("en", row["english"]) if english else (i18n.DEFAULT, row["body"])
    with i18n.speaking(language):
        given = values()
    text = markup.filled_text(body, given)
    key = hashlib.sha256(f"{language}\n{text}".encode()).hexdigest()[:32]
    filled = markup.filled(markup.html(body), given)
    return Note(row["kind"], UUID(str(row["id"])), language, text, filled, key, key in row["shown"])


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
