"""Passing donors' and staff's changes on: per member, in order, each exactly once in its effect.

A PostgreSQL session lock on the member says that somebody works on it, so a
worker that dies leaves nothing to clean up. No transaction is open while the
central base is asked. Whatever we are about to write is stored as `sent` first:
after a crash or a lost answer the next worker recognises its own write.
"""

import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from backoffice_sync import mirror
from backoffice_sync.directory import (
    Applied,
    Conflict,
    Directory,
    DirectoryUnreachable,
    MemberGone,
    Outcome,
    Rejected,
    Value,
)
from backoffice_sync.mapping import ENTITIES, GROUPS, Group
from backoffice_sync.merge import Decision, decide
from backoffice_sync.models import SyncConflict
from portal import changes
from portal.changes import FieldInMotion, RecordedChange, Status
from portal.database import Database
from portal.i18n import N_
from portal.members.models import Member

log = logging.getLogger("backoffice_sync.push")

LOCK_CLASS = 7_105
MOST_ROUNDS = 3
MOST_ATTEMPTS = 8
LONGEST_WAIT = timedelta(minutes=10)
OPEN = RecordedChange.status.in_(changes.OPEN)


class StillChanging(Exception):
    """Somebody there keeps changing the very group that we want to write."""


@dataclass(frozen=True)
class Job:
    """The newest open change of one group of one member, with what the three-way comparison needs."""

    member_id: UUID
    central_id: str
    group: Group
    change_id: UUID
    seq: int
    ours: Value | None
    base: Value | None
    sent: dict[str, Value | None] | None


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
                await _wait(portal, member_id, give_up_after=MOST_ATTEMPTS)
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
        await _push_group(portal, directory, member_id, GROUPS[name])


async def _open_groups(portal: Database, member_id: UUID) -> list[str]:
    async with portal.begin() as db:
        query = select(RecordedChange.group).where(RecordedChange.member_id == member_id, OPEN).distinct()
        return sorted(await db.scalars(query))


async def _push_group(portal: Database, directory: Directory, member_id: UUID, group: Group) -> None:
    for _ in range(MOST_ROUNDS):
        job = await _job(portal, member_id, group)
        if job is None:
            return
        gave_way = False
        outcome: Outcome
        try:
            theirs = await directory.read(job.central_id, group.name)
            decision = decide(base=job.base, sent=job.sent, ours=job.ours, theirs=theirs, rule=group.rule)
            gave_way = decision is Decision.GIVE_WAY
            outcome = await _carry_out(portal, directory, job, theirs, decision)
        except MemberGone:
            outcome = Rejected(N_("Your record has been closed or merged. Please call us."))
        if not isinstance(outcome, Conflict):
            await _finish(portal, directory, job, outcome, gave_way=gave_way)
            return
    raise StillChanging


async def _carry_out(
    portal: Database, directory: Directory, job: Job, theirs: Value | None, decision: Decision
) -> Outcome:
    if decision.is_conflict:
        await _note_conflict(portal, job, theirs)
    if decision in {Decision.AGREED, Decision.GIVE_WAY}:
        return Applied()
    await _mark_sent(portal, job)
    return await directory.write(
        job.central_id, job.group.name, job.ours, expected=theirs, change_id=str(job.change_id)
    )


async def _job(portal: Database, member_id: UUID, group: Group) -> Job | None:
    """Coalesced: of several open changes of the group only the newest is passed on."""
    query = (
        select(
            RecordedChange.id, RecordedChange.seq, RecordedChange.new, FieldInMotion.base, FieldInMotion.sent,
            Member.central_id,
        )
        .join(Member, Member.id == RecordedChange.member_id)
        .join(
            FieldInMotion,
            (FieldInMotion.member_id == RecordedChange.member_id) & (FieldInMotion.group == RecordedChange.group),
        )
        .where(RecordedChange.member_id == member_id, RecordedChange.group == group.name, OPEN)
        .order_by(RecordedChange.seq.desc())
        .limit(1)
    )  # fmt: skip
    async with portal.begin() as db:
        row = (await db.execute(query)).first()
    if row is None:
        return None
    return Job(member_id, row.central_id, group, row.id, row.seq, row.new, row.base, row.sent)


async def _mark_sent(portal: Database, job: Job) -> None:
    async with portal.begin() as db:
        await db.execute(update(FieldInMotion).where(*_moving(job)).values(sent={"value": job.ours}))
        await db.execute(update(RecordedChange).where(*_changes(job)).values(status=Status.SENT, status_at=func.now()))


async def _finish(portal: Database, directory: Directory, job: Job, outcome: Outcome, *, gave_way: bool) -> None:
    """Close the changes and show what the central base now holds, unless a newer change is already open."""
    status, reason = _verdict(outcome, gave_way=gave_way)
    entity = ENTITIES[job.group.entity]
    rows = await directory.rows_of(entity.name, job.central_id)
    try:
        kept = await directory.read(job.central_id, job.group.name)
    except MemberGone:
        kept = None
    if status is Status.CONFIRMED and kept != job.ours:
        status, reason = (
            Status.REVIEW,
            N_("Our records kept it in a different form. Our team will look at it."),
        )
    async with portal.begin() as db:
        await changes.lock(db, job.member_id)
        closed = {"status": status, "status_at": func.now(), "reason": reason}
        await db.execute(update(RecordedChange).where(*_changes(job)).values(**closed))
        newer = await db.scalar(
            select(RecordedChange.id)
            .where(RecordedChange.member_id == job.member_id, RecordedChange.group == job.group.name, OPEN)
            .limit(1)
        )
        if newer:
            await db.execute(update(FieldInMotion).where(*_moving(job)).values(base=kept, sent=None))
        else:
            await db.execute(delete(FieldInMotion).where(*_moving(job)))
            await mirror.release(db, entity, job.member_id, rows)


def _verdict(outcome: Outcome, *, gave_way: bool) -> tuple[Status, str]:
    if isinstance(outcome, Rejected):
        return Status.REFUSED, outcome.reason
    if gave_way:
        return Status.REVIEW, N_("It was changed in our records at the same time. Our team will look at it.")
    return Status.CONFIRMED, ""


async def _note_conflict(portal: Database, job: Job, theirs: Value | None) -> None:
    row = insert(SyncConflict).values(
        member_id=job.member_id,
        group=job.group.name,
        base=job.base,
        theirs=theirs,
        ours=job.ours,
        rule=job.group.rule,
    )
    async with portal.begin() as db:
        await db.execute(row.on_conflict_do_nothing())


async def _wait(portal: Database, member_id: UUID, *, give_up_after: int | None = None) -> None:
    """Back off: the wait doubles with each attempt, up to ten minutes, with jitter against herds.

    After `give_up_after` attempts people look at it: the change waits for review, and the portal shows again what
    the central base was last known to hold.
    """
    mine = (RecordedChange.member_id == member_id, OPEN)
    async with portal.begin() as db:
        await changes.lock(db, member_id)
        attempts = await db.scalar(select(func.max(RecordedChange.attempts)).where(*mine)) or 0
        if give_up_after is not None and attempts + 1 >= give_up_after:
            reason = N_("It could not be passed on. Our team will look at it.")
            closed = {"status": Status.REVIEW, "status_at": func.now(), "reason": reason}
            await db.execute(update(RecordedChange).where(*mine).values(**closed))
            given_up = delete(FieldInMotion).where(FieldInMotion.member_id == member_id)
            for group, base in await db.execute(given_up.returning(FieldInMotion.group, FieldInMotion.base)):
                await mirror.restore(db, GROUPS[group], member_id, base)
            return
        pause = min(timedelta(seconds=2 ** min(attempts, 10)), LONGEST_WAIT) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
        again = {"attempts": RecordedChange.attempts + 1, "not_before": func.now() + pause}
        await db.execute(update(RecordedChange).where(*mine).values(**again))


def _moving(job: Job) -> tuple[Any, ...]:
    return FieldInMotion.member_id == job.member_id, FieldInMotion.group == job.group.name


def _changes(job: Job) -> tuple[Any, ...]:
    """The change that is passed on and the older ones that it includes; not one recorded meanwhile."""
    return (
        RecordedChange.member_id == job.member_id,
        RecordedChange.group == job.group.name,
        RecordedChange.seq <= job.seq,
        OPEN,
    )
