"""Bringing the central base's news into the portal: everything the first time, afterwards only what changed."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync import tally
from backoffice_sync.directory import Capabilities, Directory, HistoryLost, News, Row
from backoffice_sync.duty import alone, duty
from backoffice_sync.inward import absence, load
from backoffice_sync.inward.intake import take
from backoffice_sync.inward.load import Progress
from backoffice_sync.mapping import ENTITIES, Entity
from backoffice_sync.models import SyncCursor, SyncLoad
from portal import clock
from portal.changes import RecordedChange, Status, SyncHeartbeat
from portal.database import Database
from portal.members.models import Member

log = logging.getLogger("backoffice_sync.inward.pull")

LOCK = "pull"
"""Held by whoever writes rows of the central base's into the mirror at large."""
CHUNK = 1_000
MEASURE_EVERY = timedelta(minutes=5)
JUMP = timedelta(minutes=5)
"""Of the base's clock against ours, of which people should know."""


async def pull(
    portal: Database, directory: Directory, progress: Progress = lambda *_: None, *, everything: bool = False
) -> dict[str, int]:
    """Bring the portal up to date; gives the rows written by entity. While another process does so, nothing is done.

    `everything` is read again even where the news would do.
    """
    async with alone(portal, LOCK) as mine:
        if not mine:
            return dict.fromkeys(ENTITIES, 0)
        async with duty(portal, "pull") as figures:
            figures.update(await _offset(portal, directory))
            return await _pull(portal, directory, progress, everything=everything)


async def position(db: AsyncSession, system: str) -> str | None:
    """How far the base was read; None while it was not read to its end."""
    under_way = select(SyncLoad.system).where(SyncLoad.system == system).exists()
    return await db.scalar(select(SyncCursor.position).where(SyncCursor.system == system, ~under_way))


async def _pull(portal: Database, directory: Directory, progress: Progress, *, everything: bool) -> dict[str, int]:
    async with portal.begin() as db:
        since = await position(db, directory.name)
    if since is not None and not everything:
        try:
            return await _follow(portal, directory, await directory.news(since))
        except HistoryLost:
            log.warning("the central base's history begins anew: everything is read again")
    read_from, written = await load.load(portal, directory, progress)
    async with portal.begin() as db:
        await load.ended(db, directory.name)
        await _note(db, directory.name, read_from)
    return written


async def _follow(portal: Database, directory: Directory, news: News) -> dict[str, int]:
    """What changed since the cursor; the cursor moves in the transaction of the rows.

    Everything is asked for before that transaction begins: a slow central base keeps no row here locked.
    """
    begun = await moment(portal)
    found: list[tuple[Entity, list[Row]]] = []
    gone: dict[str, list[str]] = {}
    for name in (name for name in ENTITIES if name in directory.capabilities.entities):
        for ids in _chunks(news.ids.get(name, [])):
            rows = await directory.rows(name, ids)
            found.append((ENTITIES[name], rows))
            gone.setdefault(name, []).extend(sorted(set(ids) - {row[0] for row in rows}))
    written = dict.fromkeys(ENTITIES, 0)
    held = select(SyncCursor.position).where(SyncCursor.system == directory.name).with_for_update()
    async with portal.begin() as db:
        await db.execute(held)  # a push that closes a change sees whether we passed over its rows
        for name, ids in gone.items():
            await absence.told(db, ENTITIES[name], ids)
        for entity, rows in found:
            unsettled = await not_settled(db, entity, rows, directory.capabilities, begun)
            written[entity.name] += await take(db, entity, unsettled, directory.capabilities)
        if told := sum(len(rows) for _, rows in found):
            await tally.count(db, {"news": told, "echo": told - sum(written.values())})
        await _note(db, directory.name, news.position)
    return written


async def moment(portal: Database) -> datetime:
    """By the clock that changes are confirmed by."""
    async with portal.begin() as db:
        return (await db.execute(select(func.now()))).scalar_one()


async def not_settled(
    db: AsyncSession, entity: Entity, rows: list[Row], base: Capabilities, begun: datetime
) -> list[Row]:
    """Without those that a push has read since, and shown: ours, which we asked for from `begun` on, may be older."""
    groups = base.reads & set(entity.groups)
    if not groups or not rows:
        return rows
    at = 0 if entity.owner == "id" else 1
    confirmed = (
        select(Member.central_id)
        .join(RecordedChange, RecordedChange.member_id == Member.id)
        .where(
            Member.central_id == any_(literal([row[at] for row in rows], ARRAY(TEXT))),
            RecordedChange.group.in_(groups),
            RecordedChange.status == Status.CONFIRMED,
            RecordedChange.status_at >= begun,
        )
    )
    settled = set(await db.scalars(confirmed))
    return [row for row in rows if row[at] not in settled]


def _chunks(ids: Sequence[str]) -> list[list[str]]:
    left = iter(ids)
    return list(iter(lambda: list(islice(left, CHUNK)), []))


async def _note(db: AsyncSession, system: str, read_to: str) -> None:
    cursor = insert(SyncCursor).values(system=system, position=read_to)
    moved = {"position": read_to, "moved_at": func.now()}
    await db.execute(cursor.on_conflict_do_update(index_elements=[SyncCursor.system], set_=moved))


async def _offset(portal: Database, directory: Directory) -> dict[str, Any]:
    """How many seconds the base's clock is ahead of ours, when that was measured, and when it last jumped."""
    async with portal.begin() as db:
        known = await db.scalar(select(SyncHeartbeat.figures).where(SyncHeartbeat.duty == "pull")) or {}
    now = clock.now()
    if now.timestamp() - known.get("measured_at", 0) < MEASURE_EVERY.total_seconds():
        return {name: known[name] for name in ("clock_offset", "measured_at", "jumped_at") if name in known}
    ahead = (await directory.now() - now).total_seconds()
    jumped = abs(ahead - known.get("clock_offset", ahead)) > JUMP.total_seconds()
    last_jump = now.timestamp() if jumped else known.get("jumped_at")
    measured = {"clock_offset": round(ahead, 1), "measured_at": now.timestamp()}
    return measured | ({"jumped_at": last_jump} if last_jump else {})
