"""Telling the central base of the receipts that the portal issued: number, content, state.

Nothing is lost and nothing doubled: the central base keeps a receipt under its number, and what it was last told
stands on ours, so whatever is cut short is simply told again.
"""

import logging

from sqlalchemy import select, update

from backoffice_sync.directory import Directory, IssuedReceipt, Rejected
from portal.database import Database
from portal.members.models import Member
from portal.receipts.models import Receipt

log = logging.getLogger("backoffice_sync.outward.receipts")


async def deliver_receipts(portal: Database, directory: Directory, *, limit: int | None = 100) -> int:
    """Tell what it has not been told yet, the newest first, for a cancelled one names its successor; gives how many.

    Raises:
        DirectoryUnreachable: the rest waits.
    """
    if not directory.capabilities.keeps_receipts:
        return 0
    told = 0
    for receipt, member in await _due(portal, limit):
        answer = await directory.put_receipt(_as_issued(receipt, member))
        if isinstance(answer, Rejected):
            log.error("receipt %s was not taken by the central base: %s", receipt.number, answer.reason)
            values = {"undelivered": answer.reason}
        else:
            values = {"central_id": answer, "delivered": receipt.state, "undelivered": ""}
            told += 1
        async with portal.begin() as db:
            await db.execute(update(Receipt).where(Receipt.id == receipt.id).values(**values))
            if not isinstance(answer, Rejected):  # whom it replaces was perhaps told before it could name it
                replaced = (Receipt.replaced_by == receipt.number, Receipt.delivered == "cancelled")
                await db.execute(update(Receipt).where(*replaced).values(delivered="issued"))
    return told


async def retry_refused(portal: Database) -> None:
    """Let those that were refused be told again: somebody has mended what was wrong."""
    async with portal.begin() as db:
        await db.execute(update(Receipt).where(Receipt.by_portal, Receipt.undelivered != "").values(undelivered=""))


async def _due(portal: Database, limit: int | None) -> list[tuple[Receipt, str]]:
    query = (
        select(Receipt, Member.central_id)
        .join(Member, Member.id == Receipt.member_id)
        .where(Receipt.by_portal, Receipt.delivered != Receipt.state, Receipt.undelivered == "")
        .order_by(Receipt.number.desc())
        .limit(limit)
    )
    async with portal.begin() as db:
        return [(receipt, member) for receipt, member in await db.execute(query)]


def _as_issued(receipt: Receipt, member: str) -> IssuedReceipt:
    return IssuedReceipt(
        member=member,
        number=receipt.number,
        fiscal_year=receipt.fiscal_year,
        kind=receipt.kind,
        article=receipt.article,
        issued_on=receipt.issued_on,
        amount=receipt.amount,
        currency=receipt.currency,
        state=receipt.state,
        cancelled_on=receipt.cancelled_on,
        cancel_reason=receipt.cancel_reason,
        replaced_by=receipt.replaced_by,
        donor_name=receipt.donor_name,
        donor_address=receipt.donor_address,
        donor_siren=receipt.donor_siren,
        gifts=tuple(line["gift"] for line in receipt.lines),
    )
