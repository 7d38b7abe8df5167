"""Changes that did not arrive, and what both sides had changed."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.changes import FieldInMotion, RecordedChange, Status
from portal.members.models import Member
from portal.reviews.models import SyncConflict

later = aliased(RecordedChange)
something_newer = (
    select(later.id)
    .where(
        later.member_id == RecordedChange.member_id,
        later.group == RecordedChange.group,
        later.seq > RecordedChange.seq,
        later.status != Status.UNDONE,
    )
    .exists()
)
"""Then nothing is left to decide on this one; the sync takes it off the list when it comes to the newer one."""
waits = and_(RecordedChange.parked_at.is_not(None), ~something_newer)
in_motion = (
    select(FieldInMotion.group)
    .where(FieldInMotion.member_id == RecordedChange.member_id, FieldInMotion.group == RecordedChange.group)
    .exists()
)
under_way = (
    select(FieldInMotion.group)
    .where(FieldInMotion.member_id == SyncConflict.member_id, FieldInMotion.group == SyncConflict.group)
    .exists()
)

CHANGES = select(
    RecordedChange.id, RecordedChange.member_id, RecordedChange.group, RecordedChange.old, RecordedChange.new,
    RecordedChange.actor, RecordedChange.recorded_at, RecordedChange.status, RecordedChange.reason,
    RecordedChange.detail, RecordedChange.theirs, RecordedChange.parked_at,
    waits.label("waits"), in_motion.label("is_held"), Member,
).join(Member, Member.id == RecordedChange.member_id)  # fmt: skip
CONFLICTS = select(SyncConflict, Member, under_way.label("is_moving")).join(Member, Member.id == SyncConflict.member_id)
FRESH = {"populate_existing": True}

Change = Row[*tuple[Any, ...]]
Conflict = Row[SyncConflict, Member, bool]


async def one(db: AsyncSession, change_id: UUID) -> Change | None:
    """As it stands now, whatever was read of it before."""
    query = CHANGES.where(RecordedChange.id == change_id)
    return (await db.execute(query, execution_options=FRESH)).one_or_none()


async def conflict(db: AsyncSession, conflict_id: UUID) -> Conflict | None:
    """Likewise; `is_moving`: the group is on its way to the central base once more."""
    query = CONFLICTS.where(SyncConflict.id == conflict_id)
    return (await db.execute(query, execution_options=FRESH)).one_or_none()
