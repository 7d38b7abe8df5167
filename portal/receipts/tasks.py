"""Rendering a receipt once; the stored file serves until the central base corrects the receipt."""

import hashlib
from datetime import date
from decimal import Decimal
from uuid import UUID

from num2words import num2words
from procrastinate import JobContext
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from portal import i18n
from portal.jobs import queue, workshop
from portal.receipts.models import Receipt, ReceiptFile
from portal.settings import Settings
from portal.web.templating import environment


@queue.task(name="receipts.render", pass_context=True, retry=3)
async def render_receipt(context: JobContext, receipt_id: str) -> None:
    """No transaction is open while the renderer works; of two that finish, the first one's file stays."""
    shop = workshop(context)
    wanted = UUID(receipt_id)
    async with shop.database.begin() as db:
        receipt = (await db.execute(select(Receipt).where(Receipt.id == wanted))).scalar_one()
    pdf = await shop.printer.render(write(shop.settings, receipt))
    async with shop.database.begin() as db:
        row = insert(ReceiptFile).values(
            receipt_id=wanted,
            member_id=receipt.member_id,
            content=pdf,
            sha256=hashlib.sha256(pdf).hexdigest(),
        )
        await db.execute(row.on_conflict_do_nothing())


def write(settings: Settings, receipt: Receipt) -> str:
    """The receipt as HTML, in French whatever the donor's language: it is a French legal document."""
    token = i18n.language.set("fr")
    try:
        template = environment(settings).get_template("pdf/receipt.html")
        lines = [
            {
                "day": i18n.day(date.fromisoformat(line["on"])),
                "means": line["means"],
                "amount": i18n.money(Decimal(line["amount"]), receipt.currency),
            }
            for line in receipt.lines
        ]
        return template.render(receipt=receipt, lines=lines, words=in_words(receipt.amount, receipt.currency))
    finally:
        i18n.language.reset(token)


def in_words(amount: Decimal, currency: str) -> str:
    """Cinquante euros et dix centimes; nothing for other currencies, whose figures stand between asterisks."""
    if currency != "EUR":
        return ""
    euros, cents = divmod(int(amount * 100), 100)
    unit = "d’euros" if euros and euros % 1_000_000 == 0 else "euro" if euros < 2 else "euros"  # noqa: PLR2004 - plural from two on
    text = f"{num2words(euros, lang='fr')} {unit}"
    if cents:
        text += f" et {num2words(cents, lang='fr')} {'centime' if cents == 1 else 'centimes'}"
    return text[0].upper() + text[1:]
