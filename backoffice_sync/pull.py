"""Bringing the central base's news into the portal: everything the first time, afterwards only what changed."""

from collections.abc import Callable, Sequence
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync import mirror
from backoffice_sync.directory import Directory
from backoffice_sync.mapping import ENTITIES
from backoffice_sync.models import SyncCursor
from portal.changes import SyncHeartbeat
from portal.database import Database

CHUNK = 1_000

Progress = Callable[[str, int, int], None]
"""Called with an entity, rows done now, and rows in all."""


async def pull(portal: Database, directory: Directory, progress: Progress = lambda *_: None) -> dict[str, int]:
    """Bring the portal up to date; gives the rows written by entity."""
    async with portal.begin() as db:
        since = await db.scalar(select(SyncCursor.position).where(SyncCursor.system == directory.name))
    if since is None:
        return await _load(portal, directory, progress)
    return await _follow(portal, directory, since)


async def _load(portal: Database, directory: Directory, progress: Progress) -> dict[str, int]:
    """Everything. Storing is repeatable, so a load that was cut short simply starts again."""
    position = await directory.position()
    written = dict.fromkeys(ENTITIES, 0)
    for entity in ENTITIES.values():
        total = await directory.count(entity.name)
        progress(entity.name, 0, total)
        async for rows in directory.scan(entity.name):
            async with portal.begin() as db:
                written[entity.name] += await mirror.store(db, entity, rows)
            progress(entity.name, len(rows), total)
    async with portal.begin() as db:
        await _note(db, directory.name, position)
    return written


async def _follow(portal: Database, directory: Directory, since: str) -> dict[str, int]:
    """What changed since the cursor; the cursor moves in the transaction of the rows."""
    news = await directory.news(since)
    written = dict.fromkeys(ENTITIES, 0)
    async with portal.begin() as db:
        for entity in ENTITIES.values():
            for ids in _chunks(news.ids.get(entity.name, [])):
                rows = await directory.rows(entity.name, ids)
                written[entity.name] += await mirror.store(db, entity, rows)
                gone = set(ids) - {row[0] for row in rows}
                if gone:
                    await mirror.remove(db, entity, sorted(gone))
        await _note(db, directory.name, news.position)
    return written


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
    await beat(db, "pull")


async def beat(db: AsyncSession, duty: str) -> None:
    """Tell the portal that a duty was done just now."""
    row = insert(SyncHeartbeat).values(duty=duty, at=func.now())
    await db.execute(row.on_conflict_do_update(index_elements=[SyncHeartbeat.duty], set_={"at": func.now()}))
