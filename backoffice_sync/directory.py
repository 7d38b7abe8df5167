"""The port: what the sync needs of a central member database, whatever it is made of."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from backoffice_sync.mapping import ENTITIES, GROUPS

Row = tuple[Any, ...]
"""Values in the order of `mapping.ENTITIES[…].incoming`."""

Value = dict[str, Any]
"""A field group of one member in normal form, as `mapping.GROUPS` describes it."""


class DirectoryUnreachable(Exception):
    """No answer, or none that tells whether a write arrived: try again later."""


class CredentialsRefused(DirectoryUnreachable):
    """It answers, but not to us: the user, the password or the rights that we were given are wrong or have ended."""


class CertificateRefused(DirectoryUnreachable):
    """Whoever answers has no good certificate: it has ended, names another, or nobody here trusts its issuer."""


class SchemaChanged(DirectoryUnreachable):
    """It is not made as the connector knows it; the message names what is missing."""


class HistoryLost(Exception):
    """The position is ahead of the history: the base was restored from a copy, so everything must be read again."""


class MemberGone(Exception):
    """The central base no longer has this member."""


@dataclass(frozen=True)
class Applied:
    """Nothing is left to do."""


@dataclass(frozen=True)
class Conflict:
    """The group no longer holds what was expected; nothing was written."""


@dataclass(frozen=True)
class Rejected:
    """The central base will never take this value; the reason is a text of the portal's catalogue.

    `detail` names the field or rule in its own words, for staff only: never a value.
    """

    reason: str
    detail: str = ""


PersonalRecord = tuple[str, dict[str, Any]]
"""What a base has on somebody: its table, and the row in its own words, as JSON can hold them."""

Outcome = Applied | Conflict | Rejected


@dataclass(frozen=True)
class News:
    """Numbers of the rows that changed, by entity, and the position up to which they were looked for."""

    ids: dict[str, list[str]]
    position: str


@dataclass(frozen=True)
class IssuedReceipt:
    """A tax receipt that the portal issued, as the central base is to keep it."""

    member: str
    number: str
    fiscal_year: int
    kind: str
    article: str
    issued_on: date
    amount: Decimal
    currency: str
    state: str
    cancelled_on: date | None
    cancel_reason: str
    replaced_by: str
    donor_name: str
    donor_address: str
    donor_siren: str
    gifts: tuple[str, ...]


@dataclass(frozen=True)
class Request:
    """What a donor asks people to do, as the central base is to keep it under its key."""

    key: str
    member: str
    kind: str
    about: str
    wish: str
    asked_on: date


@dataclass(frozen=True)
class Catalogue:
    """How the central base is made, field by field ("member.last_name": "text, required"), in its own words."""

    used: dict[str, str]
    """Fields that are read or written."""
    others: dict[str, str]
    """Fields beside them, which never move."""


Checksums = dict[int, tuple[int, int]]
"""By thousand of numbers: how many rows, and the sum of their `fingerprint`s (compare/checksums.py)."""


@dataclass(frozen=True)
class Bounce:
    """What is known of mails to an address, whoever has it."""

    mailbox: str
    bounced_on: date | None
    soft_bounced_on: date | None
    complained_on: date | None


@dataclass(frozen=True)
class Capabilities:
    """What a central base can do. Each statement has its test in tests/backoffice_sync/contract."""

    entities: frozenset[str] = frozenset(ENTITIES)
    """What it has; of any other it counts and delivers nothing."""
    reads: frozenset[str] = frozenset(GROUPS)
    """Field groups of which `read` tells what it holds."""
    writes: frozenset[str] = frozenset(GROUPS)
    """Field groups that it can keep; `write` rejects any other."""
    conditional_write: bool = True
    """Of two who write at once what both expect to replace, one is told of the conflict."""
    exact_news: bool = True
    """Each change is told once, however late its transaction ends; else again for a while, and too late is never."""
    noop_is_news: bool = False
    """A save that changed nothing is told too."""
    tells_deletions: frozenset[str] = frozenset(ENTITIES)
    """Of which entities a row that was deleted is told; of the others only reading everything again shows it."""
    tells_merges: bool = True
    """A member merged into another is told, with the rows that the other one thereby got."""
    keeps_receipts: bool = True
    """It takes tax receipts that the portal issued."""
    keeps_bounces: bool = True
    """It notes that mails to an address come back."""
    keeps_requests: bool = True
    """It takes what donors ask for, finds it again by its key, and tells what became of it."""
    tells_everything: bool = True
    """It gives all that it has on one person, also what the portal mirrors nothing of."""
    sums: frozenset[str] = frozenset()
    """Entities of which it computes checksums itself; of the others all rows are read and summed here."""


class Directory(Protocol):
    """Every method may raise DirectoryUnreachable."""

    name: str
    capabilities: Capabilities

    async def position(self) -> str:
        """Where its history stands now: whatever is changed from here on is news since this position."""

    async def news(self, since: str) -> News:
        """What was changed since a position, each row once; rows of unfinished transactions come another time.

        Raises:
            HistoryLost: the position is not one of this history.
        """

    async def count(self, entity: str) -> int: ...

    def scan(self, entity: str, after: str = "") -> AsyncIterator[list[Row]]:
        """All rows, in batches, in an order that does not change; those behind the row of a number only."""

    async def rows(self, entity: str, ids: Sequence[str]) -> list[Row]:
        """The rows of these numbers as they are now; those that are gone are missing."""

    async def rows_of(self, entity: str, member: str) -> list[Row]:
        """The rows of one member."""

    async def read(self, member: str, group: str) -> Value | None:
        """What a group holds, None when it holds nothing or the base has no place for it.

        Raises:
            MemberGone: there is no such member.
        """

    async def write(
        self, member: str, group: str, value: Value | None, *, expected: Value | None, change_id: str
    ) -> Outcome:
        """Replace what a group holds, if it still holds what is expected; once only for each change."""

    async def put_receipt(self, receipt: IssuedReceipt) -> str | Rejected:
        """Keep a receipt, or its new state, under its number, however often it is told; gives its number there."""

    async def catalogue(self) -> Catalogue:
        """How it is made now.

        Raises:
            SchemaChanged: a field that is needed is not there.
        """

    async def now(self) -> datetime:
        """What its clock says. For people to know of; nothing is ever decided by it."""

    async def checksums(self, entity: str) -> Checksums:
        """Of an entity in `capabilities.sums`."""

    async def submit(self, request: Request) -> str | Rejected:
        """Keep a request, found by its key if it is there already; gives its number there."""

    async def put_bounce(self, bounce: Bounce) -> None:
        """Note on every record with this address that mails come back, or do no longer, however often it is told."""

    async def content(self, document: str) -> bytes | None:
        """The file of a document; None when there is none, or none any more."""

    def everything_of(self, member: str) -> AsyncIterator[PersonalRecord]:
        """Every row of every table that is about a member, and about those merged into them.

        Account numbers are masked, and files are left out: they come as documents.

        Raises:
            MemberGone: there is no such member.
        """
