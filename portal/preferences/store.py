"""Letting the wish for tax receipts hold, marked as on its way to the central base."""

from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.receipts.models import ReceiptWish


async def put_wish(db: AsyncSession, member_id: UUID, value: dict[str, Any]) -> None:
    await db.execute(update(ReceiptWish).where(ReceiptWish.member_id == member_id).values(**value, held=True))
