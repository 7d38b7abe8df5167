"""Ordering all that the central base has on a member, and throwing it away when the answer is written."""

import uuid
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.extracts.models import ExtractOrder

KEPT = timedelta(days=7)
"""After which an extract is thrown away, whoever forgot it."""


async def order(db: AsyncSession, member_id: UUID) -> UUID:
    """Ask for it; the sync carries it out within a minute, while the central base can be reached. Gives its number."""
    order_id = uuid.uuid4()
    await db.execute(insert(ExtractOrder).values(id=order_id, member_id=member_id))
    return order_id


async def purge(db: AsyncSession, order_id: UUID) -> None:
    """Forget the order and its rows."""
    await db.execute(delete(ExtractOrder).where(ExtractOrder.id == order_id))


async def purge_old(db: AsyncSession) -> None:
    await db.execute(delete(ExtractOrder).where(ExtractOrder.ordered_at < func.now() - KEPT))
