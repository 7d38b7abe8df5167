"""Where both sides differ: sums by thousand of numbers are compared, so that few rows need to be looked at."""

import asyncio
from collections.abc import AsyncIterator

from sqlalchemy import any_, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from backoffice_sync.compare import checksums
from backoffice_sync.compare.checksums import UNNUMBERED
from backoffice_sync.directory import Checksums, Directory
from backoffice_sync.mapping import Entity
from portal.database import Database

PAGE = 1_000


async def differing(portal: Database, directory: Directory, entity: Entity) -> tuple[int, list[int]]:
    """How many rows there are in the central base, and the thousands in which they are not those here."""
    theirs, ours = await asyncio.gather(_theirs(directory, entity), _ours(portal, entity))
    compared = sum(count for count, _ in theirs.values())
    return compared, sorted(at for at in theirs.keys() | ours.keys() if theirs.get(at) != ours.get(at))


async def numbers(portal: Database, directory: Directory, entity: Entity, thousand: int) -> AsyncIterator[list[str]]:
    """All numbers of a thousand that may be here or there, by pages."""
    if thousand != UNNUMBERED:
        yield [str(number) for number in range(thousand * 1000, thousand * 1000 + 1000)]
        return
    last = ""
    while page := await _unnumbered(portal, entity, last):
        yield page
        last = page[-1]
    async for rows in directory.scan(entity.name):
        unknown = await _unknown(portal, entity, [row[0] for row in rows if checksums.thousand(row[0]) == UNNUMBERED])
        for start in range(0, len(unknown), PAGE):
            yield unknown[start : start + PAGE]


async def _theirs(directory: Directory, entity: Entity) -> Checksums:
    if entity.name in directory.capabilities.sums:
        return await directory.checksums(entity.name)
    sums: Checksums = {}
    async for rows in directory.scan(entity.name):
        for at, (count, total) in checksums.add_up(entity, rows).items():
            counted, so_far = sums.get(at, (0, 0))
            sums[at] = counted + count, so_far + total
    return sums


async def _ours(portal: Database, entity: Entity) -> Checksums:
    async with portal.begin() as db:
        await db.execute(text("SET LOCAL datestyle = ISO"))
        found = await (await db.connection()).exec_driver_sql(checksums.ours(entity))
        return checksums.counted([tuple(row) for row in found])


async def _unnumbered(portal: Database, entity: Entity, after: str) -> list[str]:
    number = entity.table.c.central_id.collate("C")
    words = number.op("!~")(checksums.NUMBER)
    async with portal.begin() as db:
        return list(await db.scalars(select(number).where(number > after, words).order_by(number).limit(PAGE)))


async def _unknown(portal: Database, entity: Entity, among: list[str]) -> list[str]:
    async with portal.begin() as db:
        these = entity.table.c.central_id == any_(literal(among, ARRAY(TEXT)))
        known = set(await db.scalars(select(entity.table.c.central_id).where(these)))
    return [number for number in among if number not in known]
