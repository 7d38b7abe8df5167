"""Bringing the central base's news into the portal: everything the first time, afterwards only what changed."""

import logging
from collections.abc import Callable, Sequence
from itertools import islice

import psycopg
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync import mirror
from backoffice_sync.directory import Directory, HistoryLost, News, Row
from backoffice_sync.mapping import ENTITIES, Entity
from backoffice_sync.models import SyncCursor, SyncSetAside
from portal import changes
from portal.database import Database

log = logging.getLogger("backoffice_sync.pull")

CHUNK = 1_000

Progress = Callable[[str, int, int], None]
"""Called with an entity, rows done now, and rows in all."""


async def pull(portal: Database, directory: Directory, progress: Progress = lambda *_: None) -> dict[str, int]:
    """Bring the portal up to date; gives the rows written by entity."""
    async with portal.begin() as db:
        since = await db.scalar(select(SyncCursor.position).where(SyncCursor.system == directory.name))
    if since is None:
        return await _load(portal, directory, progress)
    try:
        news = await directory.news(since)
    except HistoryLost:
        return await _load(portal, directory, progress)
    return await _follow(portal, directory, news)


async def _load(portal: Database, directory: Directory, progress: Progress) -> dict[str, int]:
    """Everything. Storing is repeatable, so a load that was cut short simply starts again."""
    position = await directory.position()
    written = dict.fromkeys(ENTITIES, 0)
    for entity in ENTITIES.values():
        total = await directory.count(entity.name)
        progress(entity.name, 0, total)
        async for rows in directory.scan(entity.name):
            async with portal.begin() as db:
                written[entity.name] += await _store(db, entity, rows)
            progress(entity.name, len(rows), total)
    async with portal.begin() as db:
        await _note(db, directory.name, position)
    return written


async def _follow(portal: Database, directory: Directory, news: News) -> dict[str, int]:
    """What changed since the cursor; the cursor moves in the transaction of the rows.

    Everything is asked for before that transaction begins: a slow central base keeps no row here locked.
    """
    found: list[tuple[Entity, list[Row], set[str]]] = []
    for entity in ENTITIES.values():
        for ids in _chunks(news.ids.get(entity.name, [])):
            rows = await directory.rows(entity.name, ids)
            found.append((entity, rows, set(ids) - {row[0] for row in rows}))
    written = dict.fromkeys(ENTITIES, 0)
    async with portal.begin() as db:
        for entity, rows, gone in found:
            if gone:
                await mirror.remove(db, entity, sorted(gone))
            written[entity.name] += await _store(db, entity, rows)
        await _note(db, directory.name, news.position)
    return written


async def _store(db: AsyncSession, entity: Entity, rows: list[Row]) -> int:
    """A batch at once; when it is refused, row by row, setting aside those that cannot be taken."""
    try:
        async with db.begin_nested():
            written = await mirror.store(db, entity, rows)
            taken = SyncSetAside.central_id.in_([row[0] for row in rows])
            await db.execute(delete(SyncSetAside).where(SyncSetAside.entity == entity.name, taken))
            return written
    except psycopg.OperationalError:
        raise
    except psycopg.Error:
        written = 0
        for row in rows:
            try:
                async with db.begin_nested():
                    written += await mirror.store(db, entity, [row])
            except (psycopg.IntegrityError, psycopg.DataError) as error:
                await _set_aside(db, entity, row, type(error).__name__)
        return written


async def _set_aside(db: AsyncSession, entity: Entity, row: Row, problem: str) -> None:
    log.warning("%s %s of the central base set aside: %s", entity.name, row[0], problem)
    values = {"entity": entity.name, "central_id": row[0], "problem": problem, "at": func.now()}
    await db.execute(
        insert(SyncSetAside)
        .values(**values)
        .on_conflict_do_update(index_elements=[SyncSetAside.entity, SyncSetAside.central_id], set_=values)
    )


def _chunks(ids: Sequence[str]) -> list[list[str]]:
    left = iter(ids)
    return list(iter(lambda: list(islice(left, CHUNK)), []))


async def _note(db: AsyncSession, system: str, position: str) -> None:
    cursor = insert(SyncCursor).values(system=system, position=position)
    await db.execute(
        cursor.on_conflict_do_update(
            index_elements=[SyncCursor.system], set_={"position": position, "moved_at": func.now()}
        )
    )
    await changes.beat(db, "pull")
