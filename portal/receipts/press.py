"""What makes a receipt final: freezing what stands on it, rendering it, and keeping the file."""

import hashlib
import logging
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.database import Database
from portal.pdf import Printer, Seal
from portal.receipts import paper
from portal.receipts.models import Receipt, ReceiptFile
from portal.receipts.paper import Paper
from portal.settings import Settings

log = logging.getLogger("portal.receipts")


async def freeze(db: AsyncSession, settings: Settings, receipt: Receipt) -> Paper | None:
    """What stands on the receipt, from now on for good; None, with the reason on the receipt, when it cannot be one."""
    body = receipt.issuer or paper.issuing_body(settings)
    frozen = paper.freeze(receipt, body)
    problem = "; ".join(paper.faults(frozen))
    values: dict[str, Any] = {"issuer": receipt.issuer if problem else body, "problem": problem}
    await db.execute(update(Receipt).where(Receipt.id == receipt.id).values(**values))
    return None if problem else frozen


@dataclass(frozen=True)
class Press:
    """A printer with what all receipts need of it."""

    database: Database
    printer: Printer
    templates: Environment
    seal: Seal | None

    async def print_out(self, receipt: Receipt, variant: str, frozen: Paper) -> bool:
        """Render and keep; no transaction is open meanwhile. What cannot be rendered is set aside with its reason."""
        try:
            content = await self.printer.render(paper.sheet(self.templates, frozen, variant, self.seal))
        except Exception as error:
            # whatever is wrong with one receipt must not keep the other 9,999 from their donors
            log.exception("receipt %s could not be rendered", receipt.number)
            problem = f"rendering failed ({type(error).__name__})"
            async with self.database.begin() as db:
                await db.execute(update(Receipt).where(Receipt.id == receipt.id).values(problem=problem))
            return False
        async with self.database.begin() as db:
            await keep(db, receipt, variant, frozen, content)
        return True


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
