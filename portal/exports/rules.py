"""What an answer may do when, what it leaves out, and how its values are written."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from portal.holdings.rules import HOLDINGS, PORTABLE, RecordSet
from portal.i18n import N_
from portal.spreadsheet import harmless

ACCESS, PORTABILITY = "access", "portability"
KINDS = {ACCESS: N_("Everything that we keep about you"), PORTABILITY: N_("What you gave us, to take along")}
STATES = {
    "ordered": N_("Waiting to be built"),
    "gathering": N_("Being built"),
    "ready": N_("Built, not released yet"),
    "released": N_("Released to the member"),
    "failed": N_("Could not be built"),
    "purged": N_("No longer kept"),
}
OPEN_FOR = timedelta(days=7)
MOST_DOWNLOADS = 5
APART = timedelta(days=7)
"""Between two answers of a kind to the same person."""
BEFORE_RELEASE = ("ready", "failed")
"""When it may be built anew, with something left out."""
MOST_ATTEMPTS = 5
PART = 512 * 1024
"""Bytes of a file that are sealed together."""
HIDDEN = "[…]"
"""What stands where something about other people was left out."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Cut:
    """One redaction, as it is applied; without field the whole record, without passage the whole field."""

    field: str = ""
    passage: str = ""


Cuts = Mapping[tuple[str, str], Iterable[Cut]]
"""By set and key of the record."""


def sets(kind: str) -> tuple[RecordSet, ...]:
    return HOLDINGS if kind == ACCESS else PORTABLE


def columns(kind: str, held: RecordSet) -> list[str]:
    return list(held.columns) if kind == ACCESS else [name for name in held.columns if name in held.portable]


def called(held: RecordSet, name: str) -> str:
    """A number that was looked up gives the text of what it named."""
    return name.removesuffix("_id") if name in held.lookups else name


def plain(held: RecordSet, name: str, value: Any) -> Any:
    """A value as JSON can say it; of who did something only whether it was the member, staff or a system."""
    if name in held.actors:
        return str(value or "").partition(":")[0]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    return value


def redacted(row: Row, cuts: Iterable[Cut]) -> Row | None:
    """The record without what is cut out of it; None when nothing of it may be given."""
    for cut in cuts:
        if not cut.field:
            return None
        row = row | {cut.field: _without(row.get(cut.field), cut.passage)}
    return row


def _without(value: Any, passage: str) -> Any:
    """Inside a value of many levels the passage goes wherever it stands."""
    if not passage:
        return HIDDEN
    if isinstance(value, str):
        return value.replace(passage, HIDDEN)
    if isinstance(value, list):
        return [_without(one, passage) for one in value]
    if isinstance(value, dict):
        return {name: _without(one, passage) for name, one in value.items()}
    return HIDDEN if str(value) == passage else value


def key_of(table: str, record: Row) -> str:
    """Tells a record of the central base apart, which says of none what its key is."""
    text = json.dumps([table, record], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


NUMBER_LIKE = re.compile(r"[0-9 .+/-]{2,}")
AMOUNT = re.compile(r"-?[0-9]+\.[0-9]{2}")


def cell(value: Any) -> str:
    """As a spreadsheet takes it: amounts are numbers, a telephone or postcode keeps its zeros, nothing is a formula."""
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return harmless(json.dumps(value, ensure_ascii=False))
    text = str(value)
    if isinstance(value, int | float) or AMOUNT.fullmatch(text):
        return text
    if NUMBER_LIKE.fullmatch(text) and not _is_day(text):
        return f"'{text}"
    return harmless(text)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def place(export_id: UUID, file: int, number: int) -> str:
    """What a sealed part is bound to."""
    return f"export/{export_id}/{file}/{number}"
