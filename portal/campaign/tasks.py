"""Telling donors that their receipts are there: a mail without the document, with the way to it."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from sqlalchemy import update

from portal import i18n
from portal.campaign import queries
from portal.jobs import queue, workshop
from portal.receipts.models import Receipt


@queue.task(name="campaign.tell_ready", pass_context=True, retry=RetryStrategy(max_attempts=6, exponential_wait=2))
async def tell_ready(context: JobContext, member_id: str, year: int, count: int) -> None:
    """The job holds no address: who has lost theirs meanwhile was not told, and gets a letter from the next run."""
    shop = workshop(context)
    async with shop.database.begin() as db:
        found = await queries.reader(db, UUID(member_id))
        if found is None:
            told = (Receipt.member_id == UUID(member_id), Receipt.fiscal_year == year, Receipt.handed_by == "email")
            await db.execute(update(Receipt).where(*told).values(handed_at=None, handed_by=""))
    if found:
        language = found.language if found.language in i18n.LANGUAGES else i18n.DEFAULT
        await shop.postman.send(found.address, "receipts-ready", language, year=year, count=count)
