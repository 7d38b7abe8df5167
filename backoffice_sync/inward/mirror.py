"""Writing what the central base holds into the portal's tables, whole batches at a time.

Only rows that differ are written, and rows with a change under way are left
alone: they are the push loop's.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection, AsyncCursor
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.directory import Row
from backoffice_sync.inward import staging
from backoffice_sync.inward.staging import ALL, Reads
from backoffice_sync.mapping import Entity
from portal.members.models import Member


async def store(
    db: AsyncSession, entity: Entity, rows: Iterable[Row], reads: Reads = ALL, *, empty: bool = False
) -> int:
    """Insert or update these rows; gives how many were written. Rows of members not mirrored are left out.

    Into a table that is known to be empty they are inserted without asking whether they are there.
    """
    async with _staged(db, entity, rows) as cursor:
        if entity.groups and not empty:
            await cursor.execute(staging.locked(entity))
        if entity.key == "member_id" and not empty:
            await cursor.execute(staging.moved(entity))
        await cursor.execute(staging.insert(entity) if empty else staging.upsert(entity, reads))
        return cursor.rowcount


async def differing(
    db: AsyncSession, entity: Entity, rows: Iterable[Row], reads: Reads
) -> list[tuple[str, bool, bool]]:
    """Of rows that `store` would write or leave alone: number, whether missing here, whether a change is under way."""
    async with _staged(db, entity, rows) as cursor:
        await cursor.execute(staging.differing(entity, reads))
        return await cursor.fetchall()


async def give_defaults(db: AsyncSession, entity: Entity, members: Sequence[str]) -> None:
    """To members of a base that has no place for these rows, which every member has here."""
    await (await _driver(db)).execute(staging.defaults(entity), [list(members)])


async def remove(db: AsyncSession, entity: Entity, ids: Sequence[str]) -> None:
    """Forget rows that the central base no longer has; a member is closed, a receipt stays, what moves stays."""
    if entity.name == "member":
        await db.execute(update(Member).where(Member.central_id.in_(ids)).values(closed=True))
    elif entity.removable:
        table = entity.table
        unheld = [table.c.held.is_(False)] if entity.groups else []
        await db.execute(delete(table).where(table.c.central_id.in_(ids), *unheld))


@asynccontextmanager
async def _staged(db: AsyncSession, entity: Entity, rows: Iterable[Row]) -> AsyncIterator[AsyncCursor[Any]]:
    async with (await _driver(db)).cursor() as cursor:
        await cursor.execute(staging.staging(entity))
        async with cursor.copy(staging.COPY) as copy:
            for row in rows:
                await copy.write_row(row)
        yield cursor
        await cursor.execute(staging.DROP)


async def _driver(db: AsyncSession) -> AsyncConnection:
    raw = await (await db.connection()).get_raw_connection()
    connection = raw.driver_connection
    assert isinstance(connection, AsyncConnection)  # noqa: S101 - for the type checker: psycopg is our only driver
    return connection
