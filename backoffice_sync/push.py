"""Passing donors' and staff's changes on: which member's turn it is, one worker at a time, and when to try again.

A PostgreSQL session lock on the member says that somebody works on it, so a
worker that dies leaves nothing to clean up.
"""

import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, text, update

from backoffice_sync import mirror
from backoffice_sync.delivery import OPEN, deliver
from backoffice_sync.directory import Directory, DirectoryUnreachable
from backoffice_sync.mapping import ENTITIES, GROUPS
from portal import changes
from portal.changes import FieldInMotion, RecordedChange, Status
from portal.database import Database
from portal.i18n import N_
from portal.members.models import Member

log = logging.getLogger("backoffice_sync.push")

LOCK_CLASS = 7_105
MOST_ATTEMPTS = 8
LONGEST_WAIT = timedelta(minutes=10)


async def push(portal: Database, directory: Directory, *, limit: int = 100) -> int:
    """Work on every member with a change that is due; gives how many members were looked after.

    When the central base is not reached the rest waits: each of them would only wait for it too.
    """
    done = 0
    for member_id in await _due(portal, limit):
        async with _lock(portal, member_id) as mine:
            if not mine:
                continue
            try:
                await _push_member(portal, directory, member_id)
            except DirectoryUnreachable as error:
                log.warning("central base not reached (%s); changes wait", type(error.__cause__ or error).__name__)
                await _wait(portal, member_id)
                break
            except Exception:
                # Whatever is wrong with one member's change must not keep the others' from arriving.
                log.exception("a change could not be passed on")
                given_up = await _wait(portal, member_id, give_up_after=MOST_ATTEMPTS)
                await _show_theirs(portal, directory, member_id, given_up)
                continue
            done += 1
    async with portal.begin() as db:
        await changes.beat(db, "push")
    return done


async def _due(portal: Database, limit: int) -> list[UUID]:
    """Members in the order of their oldest change; a member that must wait waits with all its changes."""
    async with portal.begin() as db:
        found = await db.scalars(
            select(RecordedChange.member_id)
            .where(OPEN)
            .group_by(RecordedChange.member_id)
            .having(func.max(RecordedChange.not_before) <= func.now())
            .order_by(func.min(RecordedChange.seq))
            .limit(limit)
        )
        return list(found)


@asynccontextmanager
async def _lock(portal: Database, member_id: UUID) -> AsyncIterator[bool]:
    key = {"class": LOCK_CLASS, "member": str(member_id)}
    async with portal.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        mine = await connection.scalar(text("SELECT pg_try_advisory_lock(:class, hashtext(:member))"), key)
        try:
            yield bool(mine)
        finally:
            if mine:
                await connection.execute(text("SELECT pg_advisory_unlock(:class, hashtext(:member))"), key)


async def _push_member(portal: Database, directory: Directory, member_id: UUID) -> None:
    for name in await _open_groups(portal, member_id):
        await deliver(portal, directory, member_id, GROUPS[name])


async def _open_groups(portal: Database, member_id: UUID) -> list[str]:
    async with portal.begin() as db:
        query = select(RecordedChange.group).where(RecordedChange.member_id == member_id, OPEN).distinct()
        return sorted(await db.scalars(query))


async def _wait(portal: Database, member_id: UUID, *, give_up_after: int | None = None) -> list[str]:
    """Back off: the wait doubles with each attempt, up to ten minutes, with jitter against herds.

    After `give_up_after` attempts people look at it: the change waits for review, and the portal shows again what
    the central base was last known to hold. Gives the groups that were given up.
    """
    mine = (RecordedChange.member_id == member_id, OPEN)
    async with portal.begin() as db:
        await changes.lock(db, member_id)
        attempts = await db.scalar(select(func.max(RecordedChange.attempts)).where(*mine)) or 0
        if give_up_after is not None and attempts + 1 >= give_up_after:
            reason = N_("It could not be passed on. Our team will look at it.")
            closed = {"status": Status.REVIEW, "status_at": func.now(), "reason": reason}
            await db.execute(update(RecordedChange).where(*mine).values(**closed))
            kept = FieldInMotion.group.in_([group.name for group in GROUPS.values() if group.keeps_ours])
            mine_moving = FieldInMotion.member_id == member_id
            given_up = delete(FieldInMotion).where(mine_moving, ~kept)
            found = (await db.execute(given_up.returning(FieldInMotion.group, FieldInMotion.base))).all()
            for group, base in found:
                await mirror.restore(db, GROUPS[group], member_id, base)
            for name in {GROUPS[group].entity for group, _ in found}:
                await mirror.let_go(db, ENTITIES[name], member_id)
            # People may carry out the others, so the next one of these is to take into account that it arrived.
            await db.execute(update(FieldInMotion).where(mine_moving, kept).values(sent={"value": None}))
            return [group for group, _ in found]
        pause = min(timedelta(seconds=2 ** min(attempts, 10)), LONGEST_WAIT) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
        again = {"attempts": RecordedChange.attempts + 1, "not_before": func.now() + pause}
        await db.execute(update(RecordedChange).where(*mine).values(**again))
        return []


async def _show_theirs(portal: Database, directory: Directory, member_id: UUID, groups: list[str]) -> None:
    """What was typed there while the changes were under way, which the pull has passed over; if it can be read."""
    async with portal.begin() as db:
        central_id = await db.scalar(select(Member.central_id).where(Member.id == member_id))
    try:
        for name in {GROUPS[group].entity for group in groups}:
            rows = await directory.rows_of(name, str(central_id))
            async with portal.begin() as db:
                await changes.lock(db, member_id)
                await mirror.settle(db, ENTITIES[name], member_id, rows)
    except Exception:
        log.exception("what the central base holds could not be shown")
