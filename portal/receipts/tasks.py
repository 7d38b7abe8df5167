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
    """What goes wrong stands on the receipt, for staff, and the next press tries again."""
    shop = workshop(context)
    async with shop.database.begin() as db:
        receipt = (await db.scalars(select(Receipt).where(Receipt.id == UUID(receipt_id)))).one()
        frozen = await press.freeze(db, shop.settings, receipt)
    if frozen is None:
        return
    ready = press.Press(shop.database, shop.printer, environment(shop.settings), paper.seal(shop.settings))
    await ready.print_out(receipt, variant, frozen)
