"""The words of an answer: what each set is called, what its columns are, what the manifest says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal

from portal import clock, i18n
from portal.exports import rules
from portal.exports.models import ExportFile
from portal.exports.paper.words import in_words
from portal.holdings.rules import BY_NAME, RecordSet
from portal.i18n import N_
from portal.members.models import Member
from portal.members.rules import full_name

ANSWER = {"fr": "reponse", "en": "answer"}
MEGABYTE = 1_000_000
WIDEST = 10
"""Columns of a table; records with more are lists of what is filled in."""
CENTRAL_TITLE = N_("What else stands in our central records")


@dataclass(frozen=True)
class About:
    """The answer as a whole."""

    kind: str
    member: Member
    gathered_at: datetime
    cuts: int
    central: bool

    @property
    def title(self) -> str:
        return rules.KINDS[self.kind]

    @property
    def name(self) -> str:
        return full_name(self.member)

    @property
    def stem(self) -> str:
        """What the readable files are called."""
        return ANSWER[i18n.choose(self.member.language)]

    @property
    def sets(self) -> tuple[RecordSet, ...]:
        return rules.sets(self.kind)


def title(record_set: str) -> str:
    held = BY_NAME.get(record_set)
    return held.title if held else CENTRAL_TITLE


def table(record_set: str, rows: Sequence[rules.Row]) -> dict[str, Any]:
    """Title, columns and cells in words of the current language; columns in which nothing stands are not shown."""
    held = BY_NAME.get(record_set)
    names = labels(held) if held else {name: name for row in rows for name in row if name != "_key"}
    if "amount" in names:
        names = {name: text for name, text in names.items() if name != "currency"}  # it stands beside the amount
    columns = {name: [in_words(record_set, name, row) for row in rows] for name in names}
    filled = {name: cells for name, cells in columns.items() if any(cells)}
    return {
        "title": title(record_set),
        "columns": [i18n.gettext(names[name]) if held else name for name in filled],
        "cells": list(zip(*filled.values(), strict=True)),
        "as_table": held is not None and len(filled) <= WIDEST,
    }


def labels(held: RecordSet) -> dict[str, str]:
    """The columns that people read, as they are called in the files."""
    found = {rules.called(held, name): text for name, text in held.columns.items() if text}
    return found | ({"file": N_("File")} if held.file else {})


def choices(record_set: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """Fields of a record, to choose one of them."""
    held = BY_NAME.get(record_set)
    words = labels(held) if held else {}
    return [(name, i18n.gettext(words[name]) if name in words else name) for name in names]


def manifest(about: About, files: Iterable[ExportFile]) -> dict[str, Any]:
    """What the answer is made of, for machines: every file with its checksum, every set with what is said of it."""
    return {
        "answer": about.kind,
        "member_number": about.member.number,
        "gathered_at": clock.paris(about.gathered_at).isoformat(timespec="seconds"),
        "left_out_about_other_people": about.cuts,
        "central_records": about.central,
        "files": [
            {"name": file.name, "size": file.size, "sha256": file.sha256, "records": file.records}
            for file in files
            if file.is_given
        ],
        "record_sets": [
            {
                "name": held.name,
                "columns": [rules.called(held, name) for name in rules.columns(about.kind, held)],
                **{part: in_languages(getattr(held, part)) for part in SAID},
            }
            for held in about.sets
        ],
    }


SAID = ("title", "purpose", "source", "recipients", "retention")
"""What a person must be told of each set (GDPR art. 15(1))."""


def in_languages(text: str) -> dict[str, str]:
    return {language: i18n.translations(language).gettext(text) for language in i18n.LANGUAGES}


def weight(size: int) -> str:
    """12 KB, 3.4 MB; nothing weighs nothing."""
    if size < MEGABYTE:
        return i18n.gettext(N_("%(count)s KB")) % {"count": -(-size // 1000)}
    millions = format_decimal(Decimal(size) / MEGABYTE, "0.0", locale=i18n.language.get(), decimal_quantization=True)
    return i18n.gettext(N_("%(count)s MB")) % {"count": millions}


def zip_name(language: str, made_at: datetime) -> str:
    return f"{'mes-donnees' if language == 'fr' else 'my-data'}-{clock.paris(made_at):%Y-%m-%d}.zip"
