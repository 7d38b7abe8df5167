"""Sealing the files that the sync has left: each is in clear text for a minute, one at a time in memory."""

from procrastinate import JobContext
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.documents import store
from portal.documents.models import Document, DocumentArrival, DocumentFile
from portal.jobs import queue, workshop
from portal.settings import Settings


@queue.periodic(cron="* * * * *")
@queue.task(name="documents.seal", pass_context=True, queueing_lock="documents.seal")
async def seal(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    shop = workshop(context)
    is_left = True
    while is_left:
        async with shop.database.begin() as db:
            is_left = await _seal_one(db, shop.settings)


async def _seal_one(db: AsyncSession, settings: Settings) -> bool:
    """False when none is left."""
    one = (
        delete(DocumentArrival)
        .where(DocumentArrival.document_id == select(DocumentArrival.document_id).limit(1).scalar_subquery())
        .returning(DocumentArrival.document_id, DocumentArrival.member_id, DocumentArrival.content)
    )
    arrived = (await db.execute(one)).one_or_none()
    if arrived is None:
        return False
    sealed = {"sealed": store.seal(settings, arrived.content)}
    row = insert(DocumentFile).values(document_id=arrived.document_id, member_id=arrived.member_id, **sealed)
    await db.execute(row.on_conflict_do_update(index_elements=[DocumentFile.document_id], set_=sealed))
    of = update(Document).where(Document.id == arrived.document_id)
    await db.execute(of.values(held=store.checksum(arrived.content)))
    return True
