"""The memo that a member sees, and the one that staff edit."""

from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock
from portal.memos.models import Memo


async def stored(db: AsyncSession, member_id: UUID | None) -> Memo | None:
    """The memo as it stands, shown or not; without a member, the general one."""
    return (await db.scalars(select(Memo).where(Memo.member_id.is_not_distinct_from(member_id)))).one_or_none()


def shown_to(member_id: UUID) -> Select[str]:
    """What the member reads today: their own memo, else the general one, within its dates."""
    today = clock.today()
    return (
        select(Memo.body)
        .where(
            or_(Memo.member_id == member_id, Memo.member_id.is_(None)),
            or_(Memo.starts_on.is_(None), Memo.starts_on <= today),
            or_(Memo.ends_on.is_(None), Memo.ends_on >= today),
        )
        .order_by(Memo.member_id.is_(None))
        .limit(1)
    )
