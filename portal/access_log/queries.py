"""What staff did with a member's record, from the journal, by day."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Date, Row, Text, Uuid, bindparam, case, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access_log.rules import STOPPED, VIEWING
from portal.journal import JournalEntry
from portal.staff.models import StaffAccount
from portal.web.donor import Donor

entry, account = JournalEntry.__table__.c, StaffAccount.__table__.c
MEMBER = bindparam("member", type_=Uuid())

is_viewing = entry.kind.in_((VIEWING, STOPPED))
sights = entry.actor, is_viewing
followed_by = func.lead(entry.kind).over(partition_by=sights, order_by=entry.id)
followed_at = func.lead(entry.at).over(partition_by=sights, order_by=entry.id)
acts = (
    select(
        entry.id, entry.at, entry.kind, entry.actor,
        case((entry.kind == VIEWING, entry.data["reason"].astext), else_="").label("reason"),
        case((followed_by == STOPPED, followed_at)).label("until"),
    )
    .where(entry.member_id == MEMBER, entry.actor.startswith("staff:"))
    .subquery("acts")
)  # fmt: skip
role = select(account.role).where(literal("staff:") + cast(account.id, Text) == acts.c.actor).scalar_subquery()
told = select(acts).add_columns(role.label("role")).where(acts.c.kind != STOPPED)

told_at = told.subquery("told")
day = cast(func.timezone("Europe/Paris", told_at.c.at), Date)
alone = case((told_at.c.kind == VIEWING, told_at.c.id), else_=0)
"""Each sight of the portal as the donor sees it has a line of its own, with its reason."""
BY_DAY = (
    select(
        day.label("day"), told_at.c.kind, told_at.c.role, func.count().label("times"),
        func.min(told_at.c.at).label("at"), func.max(told_at.c.at).label("last_at"),
        func.max(told_at.c.reason).label("reason"), func.max(told_at.c.until).label("until"),
    )
    .group_by(day, told_at.c.kind, told_at.c.role, told_at.c.actor, alone)
    .order_by(day.desc(), func.max(told_at.c.id).desc())
)  # fmt: skip
COUNT = select(func.count()).select_from(BY_DAY.order_by(None).subquery())
PAGE = BY_DAY.offset(bindparam("offset")).limit(bindparam("limit"))


async def count(db: AsyncSession, donor: Donor) -> int:
    return await db.scalar(COUNT, {"member": donor.id}) or 0


async def by_day(db: AsyncSession, donor: Donor, *, offset: int, limit: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The newest day first; what the same person did several times on a day is one row."""
    return (await db.execute(PAGE, {"member": donor.id, "offset": offset, "limit": limit})).all()
