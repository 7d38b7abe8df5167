"""What an unsubscribe link shows of a member: only whether there is one, and what they object to."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.consents.models import ContactChoice
from portal.members.models import Member


async def objections(db: AsyncSession, member_id: UUID) -> Sequence[str] | None:
    """None for a member who is gone from the central base, or was merged there with another."""
    query = (
        select(Member.id, ContactChoice.objections)
        .outerjoin(ContactChoice, ContactChoice.member_id == Member.id)
        .where(Member.id == member_id, Member.closed.is_(False))
    )
    row = (await db.execute(query)).first()
    return None if row is None else row.objections or []
