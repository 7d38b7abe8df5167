"""The mail that an answer is there, and the end of what was kept long enough."""

from datetime import timedelta
from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from sqlalchemy import delete, func, or_, update

from portal import journal
from portal.exports import queries, rules
from portal.exports.models import DataExport, ExportFile, ExportPart
from portal.extracts import store as extracts
from portal.jobs import queue, workshop
from portal.profile import queries as profile

UNDER_WAY = timedelta(hours=1)
"""The last download may take so long."""
NEVER_RELEASED = timedelta(days=60)
"""After which an answer that nobody let go is built anew if it is wanted still."""


@queue.task(name="exports.tell", pass_context=True, retry=RetryStrategy(max_attempts=6, exponential_wait=2))
async def tell(context: JobContext, *, export_id: str) -> None:
    """To the main address, in the member's language, and nothing of the content; to nobody when mails come back.

    What the central base gave for the answer has done its work: it is not cut once more.
    """
    shop = workshop(context)
    async with shop.database.begin() as db:
        export = await queries.one(db, UUID(export_id))
        if export is None:  # erased meanwhile
            return
        found = await profile.news_goes_to(db, export.member_id)
        if export.extract_id:
            await extracts.purge(db, export.extract_id)
    if found is not None:
        await shop.postman.send(found[0], "answer-ready", found[1], export_id=export_id)


@queue.periodic(cron="7 * * * *")
@queue.task(name="exports.purge", pass_context=True, queueing_lock="exports.purge")
async def purge(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    """What may not be downloaded any more is not kept any more; the row stays as proof."""
    over = or_(
        DataExport.released_at < func.now() - rules.OPEN_FOR,
        (DataExport.downloads >= rules.MOST_DOWNLOADS) & (DataExport.downloaded_at < func.now() - UNDER_WAY),
        DataExport.released_at.is_(None) & (DataExport.ordered_at < func.now() - NEVER_RELEASED),
    )
    ended = update(DataExport).where(DataExport.state != "purged", over)
    async with workshop(context).database.begin() as db:
        purged = ended.values(state="purged", purged_at=func.now()).returning(DataExport.id, DataExport.member_id)
        for row in (await db.execute(purged)).all():
            await db.execute(delete(ExportPart).where(ExportPart.export_id == row.id))
            await db.execute(delete(ExportFile).where(ExportFile.export_id == row.id, ExportFile.number == 0))
            await journal.write(db, "export.purged", actor="portal", member_id=row.member_id)
