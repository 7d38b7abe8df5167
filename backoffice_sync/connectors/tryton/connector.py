"""A central base in Tryton 8.2, by its JSON-RPC.

Parties are members, or only those of a category: `tryton+https://user:password@host/database?category=Donors`. The
user must be an administrator, for nobody else may look for notes or into the log of changes; groups it needs none.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from backoffice_sync.connectors.tryton import beyond, catalogue, parties
from backoffice_sync.connectors.tryton.client import Client, Fault
from backoffice_sync.connectors.tryton.news import OVERLAP, Follower
from backoffice_sync.connectors.tryton.parties import Parties
from backoffice_sync.connectors.tryton.sources import SOURCES
from backoffice_sync.connectors.tryton.writer import NO_PLACE, Writer
from backoffice_sync.directory import (
    Bounce,
    Capabilities,
    Catalogue,
    Checksums,
    IssuedReceipt,
    News,
    Outcome,
    PersonalRecord,
    Rejected,
    Request,
    Row,
    Value,
)

WRITES = frozenset({"address", "email", "other_emails", "phones", "language", "memo"})


class TrytonDirectory:
    """Reads parties and what hangs on them, writes in one transaction for each change."""

    name = "tryton"
    capabilities = Capabilities(
        entities=frozenset(SOURCES),
        reads=WRITES | {"identity", "other_addresses"},
        writes=WRITES,
        exact_news=False,
        noop_is_news=True,
        tells_deletions=frozenset(SOURCES) - {"memo"},
        keeps_receipts=False,
        keeps_requests=False,
    )

    def __init__(self, url: str, *, overlap: timedelta = OVERLAP) -> None:
        parts = urlsplit(url)
        self._client = Client(parts._replace(query="").geturl())
        self._parties = Parties(self._client, parse_qs(parts.query).get("category", []))
        self._follower = Follower(self._client, overlap)
        self._writer = Writer(self._client, self._parties)

    async def close(self) -> None:
        await self._client.close()

    async def position(self) -> str:
        await self._parties.check()
        return await self._follower.position()

    async def news(self, since: str) -> News:
        """Every row of a party of which anything changed: which address comes first depends on the others."""
        await self._parties.check()
        try:
            found = await self._follower.since(since)
        except Fault:
            self._parties.doubt()
            raise
        ids: dict[str, list[str]] = {}
        for entity, source in SOURCES.items():
            gone = found.deleted.get(source.model, set())
            if numbers := gone | await self._parties.numbers(entity, found.parties):
                ids[entity] = sorted(numbers, key=int)
        return News(ids, found.position)

    async def count(self, entity: str) -> int:
        return await self._parties.count(entity) if entity in SOURCES else 0

    async def scan(self, entity: str, after: str = "") -> AsyncIterator[list[Row]]:
        """By number; each with all that its party has, for that says which address comes first."""
        if entity not in SOURCES:
            return
        await self._parties.check()
        async for numbers, owners in self._parties.pages(entity, int(after or 0)):
            rows = [row for row in await self._parties.rows(entity, owners) if row[0] in numbers]
            if rows:
                yield sorted(rows, key=lambda row: int(row[0]))

    async def rows(self, entity: str, ids: Sequence[str]) -> list[Row]:
        if entity not in SOURCES:
            return []
        wanted, owners = set(ids), await self._parties.owners(entity, ids)
        return [row for row in await self._parties.rows(entity, owners) if row[0] in wanted]

    async def rows_of(self, entity: str, member: str) -> list[Row]:
        return await self._parties.rows(entity, [int(member)]) if entity in SOURCES else []

    async def read(self, member: str, group: str) -> Value | None:
        party = await self._parties.party(member)
        if group not in self.capabilities.reads:
            return None
        return parties.value(group, await self._parties.records(group, party))

    async def write(
        self,
        member: str,
        group: str,
        value: Value | None,
        *,
        expected: Value | None,
        change_id: str,  # noqa: ARG002 - once only: what was expected is no longer there when it was written
    ) -> Outcome:
        return await self._writer.write(member, group, value, expected) if group in WRITES else Rejected(NO_PLACE)

    async def put_receipt(self, receipt: IssuedReceipt) -> str | Rejected:  # noqa: ARG002 - none is kept
        return Rejected(NO_PLACE)

    async def submit(self, request: Request) -> str | Rejected:  # noqa: ARG002 - none is kept
        return Rejected(NO_PLACE)

    async def catalogue(self) -> Catalogue:
        return await catalogue.read(self._client)

    async def now(self) -> datetime:
        return await self._client.now()

    async def checksums(self, entity: str) -> Checksums:
        raise NotImplementedError(entity)  # sums nothing itself

    async def content(self, document: str) -> bytes | None:  # noqa: ARG002 - it has none
        return None

    async def everything_of(self, member: str) -> AsyncIterator[PersonalRecord]:
        own = await self._parties.known(member)
        async for found in beyond.records(self._client, own):
            yield found

    async def put_bounce(self, bounce: Bounce) -> None:
        await self._writer.note_bounce(bounce)
