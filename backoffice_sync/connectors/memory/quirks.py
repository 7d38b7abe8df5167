"""What real central bases were seen to do, each as a switch; without any it is the base that one would wish for."""

import re
from dataclasses import dataclass

from backoffice_sync.directory import Capabilities, Value
from backoffice_sync.mapping import ENTITIES


class DatabaseError(Exception):
    """What comes back instead of a refusal: a text with the statement and the value in it."""


@dataclass(frozen=True)
class Quirks:
    noop_is_news: bool = True
    """A save that changes nothing moves the row's date and is told."""
    stamps: bool = False
    """It keeps no log of changes: news are the rows whose date is not before the position."""
    overlap: float = 0.0
    """By how many seconds its connector looks back beyond the newest date it saw."""
    skew: float = 0.0
    """Seconds that its clock is ahead of everybody's: -3600 with one zone in PHP and another in the database."""
    grain: float = 0.0
    """Dates are whole multiples of so many seconds."""
    shown: float = 0.0
    """Dates are kept finer than they are shown: shown ones are multiples of so many seconds."""
    told_by_parent: frozenset[str] = frozenset()
    """Entities whose rows move the date of their member, and have none of their own."""
    told_by_nobody: frozenset[str] = frozenset()
    """Entities whose rows have no date, and move none: only reading everything shows what became of them."""
    told_again: bool = False
    """Everything that was told once is told once more the next time."""
    told_backwards: bool = False
    """The last change is told first, the last kind of row too."""
    tells_deletions: bool = True
    """What is deleted is told."""
    locks: bool = True
    """What is compared is what is replaced; without, the last writer wins in silence."""
    whole_rows: bool = False
    """A write puts back the whole row as it was read: another field typed meanwhile is lost."""
    finds_requests: bool = True
    """A request is found by its key; without, asked twice is two."""
    longest: int | None = None
    """No text may have more characters; None if it takes any."""
    bursts: bool = False
    """What it cannot take is an error with a statement in it, not a refusal."""
    trims: bool = False
    """Spaces at both ends of a text are taken away, and nobody told."""
    strips_html: bool = False
    """What looks like a tag is taken away, and nobody told."""
    empties_zero: bool = False
    """A text "0" becomes empty, and nobody told."""
    forgets: bool = False
    """It says ok and keeps nothing."""

    @property
    def capabilities(self) -> Capabilities:
        """What its connector may say of it."""
        everything = frozenset(ENTITIES)
        hidden = self.told_by_parent | self.told_by_nobody
        deletions = everything - hidden if self.tells_deletions else frozenset()
        return Capabilities(
            noop_is_news=self.noop_is_news,
            exact_news=not (self.stamps or self.told_again),
            conditional_write=self.locks,
            tells_deletions=deletions,
            keeps_requests=self.finds_requests,
        )

    def kept(self, value: Value | None) -> Value | None:
        """What is stored of a value."""
        return None if value is None else {name: self._kept(one) for name, one in value.items()}

    def _kept(self, value: object) -> object:
        if isinstance(value, dict):
            return self.kept(value)
        if isinstance(value, list):
            return [self._kept(one) for one in value]
        if not isinstance(value, str):
            return value
        if self.strips_html:
            value = re.sub("<[^>]*>", "", value)
        if self.trims:
            value = value.strip()
        return "" if self.empties_zero and value == "0" else value

    def too_long(self, value: object) -> bool:
        if isinstance(value, dict):
            return any(map(self.too_long, value.values()))
        if isinstance(value, list):
            return any(map(self.too_long, value))
        return self.longest is not None and isinstance(value, str) and len(value) > self.longest
