"""What makes a receipt final: freezing what stands on it, and keeping the file that was rendered of it."""

import hashlib
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.receipts import paper
from portal.receipts.models import Receipt, ReceiptFile
from portal.receipts.paper import Paper
from portal.settings import Settings


async def freeze(db: AsyncSession, settings: Settings, receipt: Receipt) -> Paper | None:
    """What stands on the receipt, from now on for good; None, with the reason on the receipt, when it cannot be one."""
    body = receipt.issuer or paper.issuing_body(settings)
    frozen = paper.freeze(receipt, body)
    problem = "; ".join(paper.faults(frozen))
    values: dict[str, Any] = {"issuer": receipt.issuer if problem else body, "problem": problem}
    await db.execute(update(Receipt).where(Receipt.id == receipt.id).values(**values))
    return None if problem else frozen


async def set_aside(db: AsyncSession, receipt: Receipt, problem: str) -> None:
    await db.execute(update(Receipt).where(Receipt.id == receipt.id).values(problem=problem))


async def keep(db: AsyncSession, receipt: Receipt, variant: str, frozen: Paper, content: bytes) -> None:
    """Of two that were rendered at the same time the first one stays; what has changed meanwhile is not kept."""
    now = await db.get_one(Receipt, receipt.id, populate_existing=True, with_for_update={"read": True})
    if paper.freeze(now, frozen["body"]) != frozen:
        return
    row = insert(ReceiptFile).values(
        receipt_id=receipt.id,
        variant=variant,
        member_id=now.member_id,
        data=frozen,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    await db.execute(row.on_conflict_do_nothing())
