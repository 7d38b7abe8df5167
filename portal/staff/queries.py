"""What the desk reads of one member beside what the member's own pages read."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Row, Text, Uuid, bindparam, case, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.changes import RecordedChange
from portal.journal import JournalEntry
from portal.members.models import Member
from portal.reviews.models import SyncConflict
from portal.staff.models import StaffAccount

change, conflict = RecordedChange.__table__.c, SyncConflict.__table__.c
entry, account = JournalEntry.__table__.c, StaffAccount.__table__.c
MEMBER = bindparam("member", type_=Uuid())
OFFSET, LIMIT = bindparam("offset", type_=Integer()), bindparam("limit", type_=Integer())


def who(actor: Any) -> Any:
    """The colleague's name, "member" for the member in person, else what the journal calls a system."""
    name = select(account.name).where(literal("staff:") + cast(account.id, Text) == actor).scalar_subquery()
    return case((actor.startswith("member:"), "member"), else_=func.coalesce(name, actor))


CHANGES = (
    select(
        change.id, change.field_group.label("group"), change.old, change.new, change.recorded_at, change.status,
        change.status_at, change.reason, change.parked_at, who(change.actor).label("who"),
    )
    .where(change.member_id == MEMBER)
    .order_by(change.seq.desc())
    .offset(OFFSET)
    .limit(LIMIT)
)  # fmt: skip
CONFLICTS = (
    select(conflict.id, conflict.field_group.label("group"), conflict.found_at)
    .where(conflict.member_id == MEMBER, conflict.looked_at.is_(None))
    .order_by(conflict.found_at)
)
JOURNAL = (
    select(entry.at, entry.kind, entry.data, who(entry.actor).label("who"))
    .where(entry.member_id == MEMBER)
    .order_by(entry.id.desc())
    .offset(OFFSET)
    .limit(LIMIT)
)
COUNTS = {
    "changes": select(func.count()).where(change.member_id == MEMBER),
    "journal": select(func.count()).where(entry.member_id == MEMBER),
}

Rows = Sequence[Row[*tuple[Any, ...]]]


async def member(db: AsyncSession, member_id: UUID) -> Member | None:
    return await db.get(Member, member_id)


async def count(db: AsyncSession, member_id: UUID, name: str) -> int:
    """How many `changes` or entries of the `journal` a member has."""
    return await db.scalar(COUNTS[name], {"member": member_id}) or 0


async def changes(db: AsyncSession, member_id: UUID, *, offset: int, limit: int) -> Rows:
    """All that was ever recorded, whoever changed it, newest first."""
    return (await db.execute(CHANGES, {"member": member_id, "offset": offset, "limit": limit})).all()


async def open_conflicts(db: AsyncSession, member_id: UUID) -> Rows:
    """Field groups that both sides had changed, and that nobody has looked at."""
    return (await db.execute(CONFLICTS, {"member": member_id})).all()


async def journal_of(db: AsyncSession, member_id: UUID, *, offset: int, limit: int) -> Rows:
    """Everything noted of a member, newest first."""
    return (await db.execute(JOURNAL, {"member": member_id, "offset": offset, "limit": limit})).all()
