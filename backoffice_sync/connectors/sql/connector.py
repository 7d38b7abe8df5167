"""A central base of an association's own making, in any SQL database, described by a mapping file (example.toml).

What changed is told by the base's own log or by columns of stamps; a table with neither is compared by night only.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from backoffice_sync.connectors.sql import beyond, file, tables, writer
from backoffice_sync.connectors.sql.fields import NoPlace
from backoffice_sync.connectors.sql.line import Line, Refused
from backoffice_sync.connectors.sql.news import Follower
from backoffice_sync.connectors.sql.rows import Base
from backoffice_sync.connectors.sql.tables import Tables
from backoffice_sync.connectors.sql.writer import Outpaced
from backoffice_sync.directory import (
    Applied,
    Bounce,
    Catalogue,
    Checksums,
    Conflict,
    IssuedReceipt,
    News,
    Outcome,
    PersonalRecord,
    Rejected,
    Request,
    Row,
    SchemaChanged,
    Value,
)
from backoffice_sync.mapping import GROUPS
from portal.i18n import N_

T = TypeVar("T")
NO_PLACE = N_("Our records have no place for this. Please call us.")
CANNOT = N_("Our records cannot take this as it is written. Please change it, or call us.")


class SqlDirectory:
    """Reads what the file names, writes the groups of which it names a column for each field."""

    name = "sql"

    def __init__(self, url: str, mapping: Path) -> None:
        self._plan = file.load(mapping)
        self.capabilities = self._plan.capabilities
        self._line = Line(url.removeprefix("sql+"))
        self._follower = Follower(self._plan)
        self._tables: Tables = {}

    async def close(self) -> None:
        await self._line.close()

    async def position(self) -> str:
        return await self._do(self._follower.position)

    async def news(self, since: str) -> News:
        return await self._do(lambda base: self._follower.since(base, since))

    async def count(self, entity: str) -> int:
        if entity not in self.capabilities.entities:
            return 0
        return await self._do(lambda base: base.rows(entity).count())

    async def scan(self, entity: str, after: str = "") -> AsyncIterator[list[Row]]:
        """By number, so that it holds no transaction open between two batches."""
        while entity in self.capabilities.entities:
            found = await self._do(partial(_batch, entity, after))
            if not found:
                return
            yield found
            after = found[-1][0]

    async def rows(self, entity: str, ids: Sequence[str]) -> list[Row]:
        if entity not in self.capabilities.entities:
            return []
        return await self._do(lambda base: base.rows(entity).numbered(ids))

    async def rows_of(self, entity: str, member: str) -> list[Row]:
        if entity not in self.capabilities.entities:
            return []
        return await self._do(lambda base: base.rows(entity).of(member))

    async def read(self, member: str, group: str) -> Value | None:
        def look(base: Base) -> Value | None:
            base.check_alive(member)
            return base.read(member, GROUPS[group]) if group in self.capabilities.reads else None

        return await self._do(look)

    async def write(
        self,
        member: str,
        group: str,
        value: Value | None,
        *,
        expected: Value | None,
        change_id: str,  # noqa: ARG002 - once only: what was expected is no longer there when it was written
    ) -> Outcome:
        if group not in self.capabilities.writes:
            return Rejected(NO_PLACE)
        try:
            await self._do(lambda base: writer.write(base, member, GROUPS[group], value, expected))
        except Outpaced:
            return Conflict()
        except NoPlace:
            return Rejected(NO_PLACE)
        except Refused as error:
            return Rejected(CANNOT, str(error))
        return Applied()

    async def put_receipt(self, receipt: IssuedReceipt) -> str | Rejected:  # noqa: ARG002 - none is kept
        return Rejected(NO_PLACE)

    async def submit(self, request: Request) -> str | Rejected:
        if not self.capabilities.keeps_requests:
            return Rejected(NO_PLACE)
        try:
            return await self._do(lambda base: writer.submit(base, request))
        except NoPlace:
            return Rejected(NO_PLACE)
        except Refused:
            return Rejected(CANNOT)

    async def catalogue(self) -> Catalogue:
        return await self._do(lambda base: tables.catalogue(base.connection, self._plan))

    async def now(self) -> datetime:
        return await self._do(lambda base: tables.now(base.connection, self._plan.zone))

    async def checksums(self, entity: str) -> Checksums:
        raise NotImplementedError(entity)  # sums nothing itself

    async def put_bounce(self, bounce: Bounce) -> None:
        """What the base does not take must not keep the others from being told."""
        if self.capabilities.keeps_bounces:
            with suppress(Refused):
                await self._do(lambda base: writer.note_bounce(base, bounce))

    async def content(self, document: str) -> bytes | None:
        source = self._plan.sources.get("document")
        if source is None or not source.content:
            return None
        return await self._do(lambda base: base.rows("document").content(document))

    async def everything_of(self, member: str) -> AsyncIterator[PersonalRecord]:
        for table in await self._do(lambda base: beyond.tables_of(base, member)):
            for record in await self._do(partial(beyond.records, table, member)):
                yield table.name, record

    async def _do(self, work: Callable[[Base], T]) -> T:
        """In one transaction; when the tables no longer fit they are looked at again, to name what is missing."""

        def look(connection: Connection) -> Tables:
            return tables.reflect(connection, self._plan)

        def within(connection: Connection) -> T:
            self._tables = self._tables or look(connection)
            return work(Base(self._plan, self._tables, connection))

        try:
            return await self._line.run(within)
        except SchemaChanged:
            self._tables = {}
            self._tables = await self._line.run(look)
            raise


def _batch(entity: str, after: str, base: Base) -> list[Row]:
    return base.rows(entity).after(after)
