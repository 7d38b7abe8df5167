"""What the push notes in the portal, of several members in one transaction: before it writes there, and at the end."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.directory import Capabilities, Conflict
from backoffice_sync.mapping import ENTITIES, Rule
from backoffice_sync.models import SyncCursor
from backoffice_sync.outward import settling
from backoffice_sync.outward.attempt import Attempt
from backoffice_sync.outward.jobs import IS_OPEN, Job, Key
from backoffice_sync.outward.merge import Decision
from portal import changes
from portal.changes import FieldInMotion, RecordedChange, Status
from portal.database import Database
from portal.reviews.models import SyncConflict

Cursor = tuple[str, str | None]
"""A system, and how far it has been pulled."""

OF_GROUP = RecordedChange.member_id == bindparam("of_member"), RecordedChange.group == bindparam("of_group")
MOVING = FieldInMotion.member_id == bindparam("of_member"), FieldInMotion.group == bindparam("of_group")
# The change that is passed on and the older ones that it includes; not one recorded meanwhile.
INCLUDED = (*OF_GROUP, RecordedChange.seq <= bindparam("newest"), IS_OPEN)
IS_NEWEST = RecordedChange.seq == bindparam("newest")
IS_PARKED = RecordedChange.parked_at.is_not(None)

COMPARE = update(FieldInMotion).where(*MOVING).values(base=bindparam("new_base"), sent=bindparam("new_sent"))
SEND = update(RecordedChange).where(*INCLUDED).values(status=Status.SENT, status_at=func.now())
CLOSE = (
    update(RecordedChange)
    .where(*INCLUDED)
    .values(
        status=bindparam("new_status"),
        status_at=func.now(),
        reason=bindparam("new_reason"),
        detail=bindparam("new_detail"),
        theirs=bindparam("new_theirs"),
        parked_at=case((IS_NEWEST & (bindparam("new_status") != Status.CONFIRMED), func.now())),
    )
)
SUPERSEDE = (
    update(RecordedChange).where(*OF_GROUP, RecordedChange.seq < bindparam("newest"), IS_PARKED).values(parked_at=None)
)
STOP = delete(FieldInMotion).where(*MOVING)


class Overtaken(Exception):
    """A pull came between: what it passed over, because it was under way, must be read again."""


async def before_writing(portal: Database, attempts: Sequence[Attempt]) -> None:
    """Note conflicts, and what is about to be written; what was taken back meanwhile is not."""
    conflicts = [_conflict(one) for one in attempts if one.decision is not None and one.decision.is_conflict]
    writing = [one for one in attempts if one.outcome is None]
    if not conflicts and not writing:
        return
    async with portal.begin() as db:
        await changes.lock_all(db, (one.job.member_id for one in writing))
        wanted = RecordedChange.id.in_([one.job.change_id for one in writing])
        still_open = set(await db.scalars(select(RecordedChange.id).where(wanted, IS_OPEN)))
        for one in writing:
            if one.job.change_id not in still_open:
                one.outcome = Conflict()
        going = [one for one in writing if one.outcome is None]
        if conflicts:
            await db.execute(insert(SyncConflict).values(conflicts).on_conflict_do_nothing())
        await _each(db, COMPARE, [_named(one.job) | _compared(one) for one in going])
        await _each(db, SEND, [_named(one.job) for one in going])


async def cursor_of(portal: Database, system: str) -> Cursor:
    async with portal.begin() as db:
        return system, await db.scalar(_position(system))


def _position(system: str) -> Select[str]:
    return select(SyncCursor.position).where(SyncCursor.system == system)


async def close(portal: Database, attempts: Sequence[Attempt], base: Capabilities, cursor: Cursor | None) -> None:
    """Close the changes and show what the central base now holds, unless a newer change is already open.

    Raises:
        Overtaken: a pull has moved the cursor since the attempts were read back; nothing was noted.
    """
    if not attempts:
        return
    members = [one.job.member_id for one in attempts]
    async with portal.begin() as db:
        if cursor is not None and await db.scalar(_position(cursor[0]).with_for_update(read=True)) != cursor[1]:
            raise Overtaken
        await changes.lock_all(db, members)
        await _each(db, CLOSE, [_named(one.job) | _closed(one) for one in attempts])
        await _each(db, SUPERSEDE, [_named(one.job) for one in attempts])
        newer = await _open_groups(db, members)
        followed = [one for one in attempts if one.job.key in newer]
        await _each(db, COMPARE, [_named(one.job, new_base=one.base_of_next, new_sent=None) for one in followed])
        # People may carry out what was given up, so the next one is to take into account that it arrived.
        kept = [one for one in attempts if one.given_up and one.stays and one.job.key not in newer]
        await _each(db, COMPARE, [_named(one.job, new_base=one.job.base, new_sent={"value": None}) for one in kept])
        await _stop(db, [one for one in attempts if one.job.key not in newer and not one.stays], base)


async def _stop(db: AsyncSession, attempts: Sequence[Attempt], base: Capabilities) -> None:
    """Nothing of these is under way any more: show what the central base holds, or was last known to hold."""
    await _each(db, STOP, [_named(one.job) for one in attempts])
    for one in attempts:
        if one.shows_base:
            await settling.restore(db, one.job.group, one.job.member_id, one.job.base)
    for name in sorted({one.job.group.entity for one in attempts}):
        ended = {one.job.member_id: one.rows for one in attempts if one.job.group.entity == name}
        await settling.settle(db, ENTITIES[name], ended, base)


async def _open_groups(db: AsyncSession, members: Iterable[UUID]) -> set[Key]:
    query = select(RecordedChange.member_id, RecordedChange.group).where(RecordedChange.member_id.in_(members), IS_OPEN)
    return {(member_id, group) for member_id, group in await db.execute(query.distinct())}


async def _each(db: AsyncSession, statement: Any, values: list[dict[str, Any]]) -> None:
    """One round trip for all."""
    if values:
        await (await db.connection()).execute(statement, values)


def _named(job: Job, **more: object) -> dict[str, Any]:
    return {"of_member": job.member_id, "of_group": job.group.name, "newest": job.seq} | more


def _compared(one: Attempt) -> dict[str, Any]:
    """Of a list the base stays that of ours."""
    base = one.job.base if one.job.group.rule is Rule.EACH_ITEM else one.theirs
    return {"new_base": base, "new_sent": {"value": one.wanted}}


def _closed(one: Attempt) -> dict[str, Any]:
    status, reason = one.verdict
    return {"new_status": status, "new_reason": reason, "new_detail": one.detail, "new_theirs": one.found}


def _conflict(one: Attempt) -> dict[str, Any]:
    return {
        "member_id": one.job.member_id,
        "group": one.job.group.name,
        "base": one.job.base,
        "theirs": one.theirs,
        "ours": one.job.ours,
        "rule": one.job.group.rule,
        "decision": "theirs" if one.decision is Decision.GIVE_WAY else "ours",
    }
