"""What cannot be passed on now: it is tried again later, or left to people."""

import logging
import random
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from backoffice_sync.directory import Directory
from backoffice_sync.mapping import ENTITIES
from backoffice_sync.outward import notes, settling
from backoffice_sync.outward.attempt import Attempt
from backoffice_sync.outward.jobs import IS_OPEN, Job
from portal import changes
from portal.changes import RecordedChange
from portal.database import Database
from portal.i18n import N_

log = logging.getLogger("backoffice_sync.outward.parking")

LONGEST_WAIT = timedelta(minutes=10)
FAILED_ONCE = N_("It could not be passed on at the first try. We will try again.")
GIVEN_UP = N_("It could not be passed on. Our team will look at it.")


async def wait(portal: Database, member_id: UUID) -> None:
    """With all its changes: the pause doubles with each attempt, up to ten minutes, with jitter against herds.

    However long it takes, nothing is ever given up for time.
    """
    mine = (RecordedChange.member_id == member_id, IS_OPEN)
    async with portal.begin() as db:
        await changes.lock(db, member_id)
        attempts = await db.scalar(select(func.max(RecordedChange.attempts)).where(*mine)) or 0
        pause = min(timedelta(seconds=2 ** min(attempts, 10)), LONGEST_WAIT) * random.uniform(0.8, 1.0)  # noqa: S311 - jitter
        again = {"attempts": RecordedChange.attempts + 1, "not_before": func.now() + pause}
        await db.execute(update(RecordedChange).where(*mine).values(**again))


async def fail(portal: Database, directory: Directory, job: Job) -> None:
    """Something is wrong with this very change: it is tried once more, then people look at it, and others go on."""
    if job.failed_before:
        await _park(portal, directory, job)
        return
    async with portal.begin() as db:
        await changes.lock(db, job.member_id)
        mine = RecordedChange.id == job.change_id
        await db.execute(update(RecordedChange).where(mine, IS_OPEN).values(reason=FAILED_ONCE))
    await wait(portal, job.member_id)


async def _park(portal: Database, directory: Directory, job: Job) -> None:
    """The portal shows again what the central base was last known to hold; or what it holds now, if it can say so."""
    base, entity = directory.capabilities, ENTITIES[job.group.entity]
    await notes.close(portal, [Attempt(job, given_up=GIVEN_UP)], base, None)
    try:
        rows = await directory.rows_of(entity.name, job.central_id)
        async with portal.begin() as db:
            await changes.lock(db, job.member_id)
            await settling.settle(db, entity, {job.member_id: rows}, base)
    except Exception:
        log.exception("what the central base holds could not be shown")
