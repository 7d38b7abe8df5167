"""Passing donors' and staff's changes on: whose turn it is, one worker at a time, and when to try again.

A PostgreSQL session lock on the member says that somebody works on it, so a
worker that dies leaves nothing to clean up. Any number of workers on any number
of machines share the work.
"""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import Text, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice_sync import tally
from backoffice_sync.directory import Directory, DirectoryUnreachable
from backoffice_sync.duty import duty
from backoffice_sync.models import SyncCursor
from backoffice_sync.outward.delivery import TO_BE_MENDED, deliver
from backoffice_sync.outward.jobs import IS_OPEN
from portal.changes import RecordedChange
from portal.database import Database

log = logging.getLogger("backoffice_sync.outward.push")

LOCK_CLASS = 7_105
TOGETHER = 25
"""Members whose notes are made in one transaction."""
MOST_DUE = 10_000
STANDSTILL = "5min"
"""After such a silence of a worker's PostgreSQL takes its locks away: it stands still, and others go on."""
WAITING = (
    select(RecordedChange.member_id)
    .where(IS_OPEN)
    .group_by(RecordedChange.member_id)
    .having(func.max(RecordedChange.not_before) <= func.now())
    .order_by(func.min(RecordedChange.seq))
    .limit(MOST_DUE)
    .subquery()
)
FREE = func.pg_try_advisory_lock(LOCK_CLASS, func.hashtext(cast(WAITING.c.member_id, Text)))


async def push(portal: Database, directory: Directory, *, limit: int = 100) -> int:
    """Work on members with a change that is due; gives how many were looked after.

    When the central base is not reached the rest waits: each of them would only wait for it too.

    Raises:
        CertificateRefused, CredentialsRefused, SchemaChanged: somebody must mend that first.
    """
    try:
        async with duty(portal, "push"):
            return await pass_on(portal, directory, limit=limit)
    except TO_BE_MENDED:
        raise
    except DirectoryUnreachable as error:
        log.warning("central base not reached (%s); changes wait", type(error.__cause__ or error).__name__)
        return 0


async def pass_on(
    portal: Database, directory: Directory, *, limit: int = 100, stopping: Callable[[], bool] = lambda: False
) -> int:
    """As `push`, for whoever wants to know that the central base was not reached.

    Raises:
        DirectoryUnreachable: what could be done was done.
    """
    done, outcomes, unreached = 0, Counter[str](), None
    async with _mine(portal, limit) as (locks, members):
        for some in (members[at : at + TOGETHER] for at in range(0, len(members), TOGETHER)):
            if stopping() or unreached:
                break
            delivery = await deliver(portal, directory, locks, some)
            done += len({member_id for member_id, _ in delivery.ended} - delivery.troubled)
            outcomes += delivery.outcomes
            unreached = delivery.unreached
    if outcomes:
        async with portal.begin() as db:
            await tally.count(db, outcomes)
    if unreached:
        raise unreached
    return done


async def may_push(portal: Database, directory: Directory) -> bool:
    """Whether an administrator has let changes be passed on to this base."""
    async with portal.begin() as db:
        return bool(await db.scalar(select(SyncCursor.pushes).where(SyncCursor.system == directory.name)))


@asynccontextmanager
async def _mine(portal: Database, limit: int) -> AsyncIterator[tuple[AsyncConnection, Sequence[UUID]]]:
    """Members of whom nobody else has the lock, in the order of their oldest change, and the connection that has it.

    A member that must wait waits with all its changes. Rows are locked one by one
    until there are enough, for PostgreSQL pushes no condition below a limit.
    """
    async with portal.engine.connect() as plain:
        locks = await plain.execution_options(isolation_level="AUTOCOMMIT")
        await locks.execute(text(f"SET idle_session_timeout = '{STANDSTILL}'"))
        try:
            yield locks, (await locks.scalars(select(WAITING.c.member_id).where(FREE).limit(limit))).all()
        finally:
            if not locks.invalidated:  # a session that has ended has no locks
                await locks.execute(select(func.pg_advisory_unlock_all()))
                await locks.execute(text("RESET idle_session_timeout"))
