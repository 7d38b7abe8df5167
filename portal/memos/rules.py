"""What a memo is, apart from where it is stored."""

from dataclasses import dataclass
from datetime import date
from typing import Any

LONGEST = 2_000


@dataclass(frozen=True)
class MemoText:
    body: str
    starts_on: date | None
    ends_on: date | None


def as_group(memo: MemoText | None) -> dict[str, Any] | None:
    """The form in which the sync compares and passes it on."""
    if memo is None:
        return None
    return {"body": memo.body, "starts_on": _iso(memo.starts_on), "ends_on": _iso(memo.ends_on)}


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
