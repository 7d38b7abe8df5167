"""What waits for people: changes that did not arrive, and conflicts that nobody has looked at."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.changes import FieldInMotion, RecordedChange, Status
from portal.corrections.queries import identity_of
from portal.members.models import Member
from portal.profile.queries import address_group, main_address
from portal.reviews.models import SyncConflict
from portal.web.donor import Donor

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
unseen = SyncConflict.looked_at.is_(None)

CHANGES = select(
    RecordedChange.id, RecordedChange.member_id, RecordedChange.group, RecordedChange.old, RecordedChange.new,
    RecordedChange.recorded_at, RecordedChange.status, RecordedChange.reason, RecordedChange.parked_at,
    waits.label("waits"), in_motion.label("is_held"), Member,
).join(Member, Member.id == RecordedChange.member_id)  # fmt: skip
LISTED = (
    CHANGES.where(waits)
    .order_by(RecordedChange.parked_at, RecordedChange.seq)
    .offset(bindparam("offset"))
    .limit(bindparam("limit"))
)
CONFLICTS = (
    select(SyncConflict, Member)
    .join(Member, Member.id == SyncConflict.member_id)
    .where(unseen)
    .order_by(SyncConflict.found_at)
    .limit(bindparam("limit"))
)
COUNTS = select(
    select(func.count()).select_from(RecordedChange).where(waits).scalar_subquery().label("changes"),
    select(func.count()).select_from(SyncConflict).where(unseen).scalar_subquery().label("conflicts"),
)

Change = Row[*tuple[Any, ...]]


async def counts(db: AsyncSession) -> Row[int, int]:
    """`changes` and `conflicts` that wait."""
    return (await db.execute(COUNTS)).one()


async def count_open(db: AsyncSession) -> int:
    return sum(await counts(db))


async def listed(db: AsyncSession, *, offset: int, limit: int) -> Sequence[Change]:
    """Changes, the one that has waited longest first."""
    return (await db.execute(LISTED, {"offset": offset, "limit": limit})).all()


async def conflicts(db: AsyncSession, *, limit: int) -> Sequence[Row[SyncConflict, Member]]:
    """The oldest ones."""
    return (await db.execute(CONFLICTS, {"limit": limit})).all()


async def one(db: AsyncSession, change_id: UUID) -> Change | None:
    """As it stands now, whatever was read of it before."""
    query = CHANGES.where(RecordedChange.id == change_id)
    return (await db.execute(query, execution_options={"populate_existing": True})).one_or_none()


async def present(db: AsyncSession, change: Change) -> dict[str, Any] | None:
    """What our records hold now of a group that can be corrected at the desk; nothing for any other."""
    if change.group == "identity":
        return identity_of(change.Member)
    if change.group == "address":
        return address_group(await main_address(db, Donor(change.member_id)))
    return None
