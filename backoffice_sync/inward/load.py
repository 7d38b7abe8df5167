"""Reading the whole central base: the first time, and when its history no longer goes on from where we were.

Each chunk notes how far the load has come, in the transaction of its rows: one that was cut short goes on behind
them. What is changed there meanwhile is news since the position at the beginning.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing

from sqlalchemy import delete, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.directory import Directory, Row
from backoffice_sync.inward.intake import take
from backoffice_sync.mapping import ENTITIES, Entity
from backoffice_sync.models import SyncLoad
from portal.database import Database

CHUNK = 20_000

FASTER = (
    "SET LOCAL synchronous_commit = off",  # a chunk that is lost is read again
    "SET LOCAL random_page_cost = 1.1",  # members are looked up by their index, not all of them read for each chunk
)

Progress = Callable[[str, int, int], None]
"""Called with an entity, rows done now, and rows in all."""


async def load(
    portal: Database, directory: Directory, progress: Progress = lambda *_: None
) -> tuple[str, dict[str, int]]:
    """Begin or go on; gives the position from which news are to be followed, and the rows written by entity."""
    position, begun, after = await _begin(portal, directory)
    written = dict.fromkeys(ENTITIES, 0)
    left = list(ENTITIES)[list(ENTITIES).index(begun) :]
    for name in left:
        if name in directory.capabilities.entities:
            written[name] = await _load(portal, directory, ENTITIES[name], after, progress)
        after = ""
    return position, written


async def ended(db: AsyncSession, system: str) -> None:
    """In the transaction that notes the position to follow."""
    await db.execute(delete(SyncLoad).where(SyncLoad.system == system))


async def _begin(portal: Database, directory: Directory) -> tuple[str, str, str]:
    of = select(SyncLoad.position, SyncLoad.entity, SyncLoad.after).where(SyncLoad.system == directory.name)
    async with portal.begin() as db:
        known = (await db.execute(of)).one_or_none()
    if known is not None:
        return known.position, known.entity, known.after
    position, first = await directory.position(), next(iter(ENTITIES))
    async with portal.begin() as db:
        await db.execute(insert(SyncLoad).values(system=directory.name, position=position, entity=first))
    return position, first, ""


async def _load(portal: Database, directory: Directory, entity: Entity, after: str, progress: Progress) -> int:
    """While one chunk is stored the next is read."""
    total = await directory.count(entity.name)
    progress(entity.name, 0, total)
    async with portal.begin() as db:
        empty = not after and not await db.scalar(select(exists(select(entity.table.c.id))))
    written = 0
    async with aclosing(_chunks(directory.scan(entity.name, after))) as chunks:
        coming = asyncio.create_task(anext(chunks, None))
        while rows := await coming:
            coming = asyncio.create_task(anext(chunks, None))
            try:
                written += await _store(portal, directory, entity, rows, empty=empty)
            except BaseException:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
                raise
            progress(entity.name, len(rows), total)
    return written


async def _store(portal: Database, directory: Directory, entity: Entity, rows: list[Row], *, empty: bool) -> int:
    here = {"entity": entity.name, "after": rows[-1][0]}
    async with portal.begin() as db:
        for setting in FASTER:
            await db.execute(text(setting))
        written = await take(db, entity, rows, directory.capabilities, empty=empty)
        await db.execute(update(SyncLoad).where(SyncLoad.system == directory.name).values(**here))
    return written


async def _chunks(batches: AsyncIterator[list[Row]]) -> AsyncGenerator[list[Row]]:
    """Batches put together until storing them is worth a transaction."""
    rows: list[Row] = []
    async for batch in batches:
        rows.extend(batch)
        if len(rows) >= CHUNK:
            yield rows
            rows = []
    if rows:
        yield rows
