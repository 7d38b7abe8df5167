"""Whether a member is still somebody who signs in."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.members.models import Member

SIGNS_IN = (Member.closed.is_(False), Member.deceased_on.is_(None))


async def may_come_in(db: AsyncSession, member_id: UUID | None) -> bool:
    """Neither deceased nor gone from the central base."""
    return await db.scalar(select(Member.id).where(Member.id == member_id, *SIGNS_IN)) is not None


async def by_number(db: AsyncSession, number: str) -> Member | None:
    """The open record with this member number."""
    return await db.scalar(select(Member).where(Member.number == number, Member.closed.is_(False)).limit(1))
