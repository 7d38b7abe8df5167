"""Rendering a receipt that a donor waits for; the stored file serves ever after."""

from uuid import UUID

from procrastinate import JobContext
from sqlalchemy import select

from portal.jobs import queue, workshop
from portal.receipts import paper, press
from portal.receipts.models import Receipt
from portal.web.templating import environment


@queue.task(name="receipts.render", pass_context=True, retry=3)
async def render_receipt(context: JobContext, receipt_id: str, variant: str) -> None:
    """No transaction is open while the renderer works."""
    shop = workshop(context)
    async with shop.database.begin() as db:
        receipt = (await db.scalars(select(Receipt).where(Receipt.id == UUID(receipt_id)))).one()
        frozen = await press.freeze(db, shop.settings, receipt)
    if frozen is None:
        return
    sheet = paper.sheet(environment(shop.settings), frozen, variant, paper.seal(shop.settings))
    content = await shop.printer.render(sheet)
    async with shop.database.begin() as db:
        await press.keep(db, receipt, variant, frozen, content)
