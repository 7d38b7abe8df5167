"""The memo that a member sees, and the one that staff edit."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.memos.models import Memo
from portal.memos.rules import MemoText


async def stored(db: AsyncSession, member_id: UUID | None) -> Memo | None:
    """The memo as it stands, shown or not; without a member, the general one."""
    return (await db.scalars(select(Memo).where(Memo.member_id.is_not_distinct_from(member_id)))).one_or_none()


async def text_of(db: AsyncSession, member_id: UUID | None) -> MemoText | None:
    row = await stored(db, member_id)
    return MemoText(row.body, row.starts_on, row.ends_on) if row else None


def shown_to(member: ColumnElement[UUID], today: ColumnElement[date]) -> Select[str]:
    """What the member reads today: their own memo, else the general one, within its dates."""
    memo = Memo.__table__.c
    return (
        select(memo.body)
        .where(
            or_(memo.member_id == member, memo.member_id.is_(None)),
            or_(memo.starts_on.is_(None), memo.starts_on <= today),
            or_(memo.ends_on.is_(None), memo.ends_on >= today),
        )
        .order_by(memo.member_id.is_(None))
        .limit(1)
    )
