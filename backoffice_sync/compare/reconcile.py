"""Comparing everything: what the pull missed, what a push lost, and what is gone there, each of which is an error.

The pull and the push are to make this find nothing. Whatever it mends is logged by kind and number, and counted.
"""

import dataclasses
import time
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from backoffice_sync.compare import thousands
from backoffice_sync.compare.drift import Drift, NotLoadedError, mend
from backoffice_sync.directory import Directory
from backoffice_sync.duty import alone, duty
from backoffice_sync.inward import absence
from backoffice_sync.inward.intake import take
from backoffice_sync.inward.pull import LOCK, position
from backoffice_sync.mapping import ENTITIES, Entity
from backoffice_sync.models import SyncSetAside
from portal import changes, clock
from portal.changes import SyncHeartbeat
from portal.database import Database

HOUR = 3
"""In Paris, when nobody works at either side."""
LONGEST = timedelta(hours=26)


async def reconcile(portal: Database, directory: Directory, *, remove: bool = False) -> Drift:
    """Compare and mend; `remove` lets rows that are gone twice go however many they are.

    Raises:
        NotLoadedError: there is nothing to compare yet.
    """
    drift, begun = Drift(), time.monotonic()
    async with portal.begin() as db:
        if await position(db, directory.name) is None:
            raise NotLoadedError("The central base was not read to its end yet. First: backoffice-sync pull")
    async with alone(portal, "reconcile") as mine:
        if not mine:
            return drift
        async with duty(portal, "reconcile") as figures:
            for name in (name for name in ENTITIES if name in directory.capabilities.entities):
                await _sweep(portal, directory, ENTITIES[name], drift, remove=remove)
            figures.update(dataclasses.asdict(drift), seconds=round(time.monotonic() - begun, 1))
        if drift.held_back:
            async with portal.begin() as db:
                await changes.stumble(db, "reconcile", absence.held_back(drift.held_back))
    return drift


async def is_due(portal: Database, directory: Directory) -> bool:
    """Each night, or when the last one is too long ago; once there is something to compare."""
    async with portal.begin() as db:
        if await position(db, directory.name) is None:
            return False
        last = await db.scalar(select(SyncHeartbeat.at).where(SyncHeartbeat.duty == "reconcile")) or changes.NEVER
    now = clock.paris(clock.now())
    tonight = datetime(now.year, now.month, now.day, HOUR, tzinfo=now.tzinfo)
    return last < now - LONGEST or last < tonight <= now


async def _sweep(portal: Database, directory: Directory, entity: Entity, drift: Drift, *, remove: bool) -> None:
    await _try_again(portal, directory, entity)
    compared, suspects = await thousands.differing(portal, directory, entity)
    drift.compared += compared
    gone: list[str] = []
    for thousand in suspects:
        async for numbers in thousands.numbers(portal, directory, entity, thousand):
            async with alone(portal, LOCK, wait=True):
                gone += await mend(portal, directory, entity, numbers, drift)
    async with portal.begin() as db:
        removed = await absence.swept(db, entity, gone, however_many=remove)
    drift.gone += len(gone)
    drift.removed += removed or 0
    if removed is None:
        drift.held_back.append(entity.name)


async def _try_again(portal: Database, directory: Directory, entity: Entity) -> None:
    """Rows that could not be taken, those of them that are still there."""
    of_kind = SyncSetAside.entity == entity.name
    async with portal.begin() as db:
        aside = list(await db.scalars(select(SyncSetAside.central_id).where(of_kind)))
    for start in range(0, len(aside), thousands.PAGE):
        numbers = aside[start : start + thousands.PAGE]
        async with alone(portal, LOCK, wait=True):
            rows = await directory.rows(entity.name, numbers)
            async with portal.begin() as db:
                await take(db, entity, rows, directory.capabilities)
                gone = set(numbers) - {row[0] for row in rows}
                await db.execute(delete(SyncSetAside).where(of_kind, SyncSetAside.central_id.in_(gone)))
