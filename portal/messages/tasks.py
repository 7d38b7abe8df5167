"""Writing down to whom a message goes."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.jobs import queue, workshop
from portal.members.models import Member
from portal.messages import queries
from portal.messages.models import Message, MessageAddressee

CHUNK = 10_000
NOBODY = UUID(int=0)


@queue.task(name="messages.address", pass_context=True, retry=RetryStrategy(max_attempts=6, exponential_wait=2))
async def address(context: JobContext, message_id: str) -> None:
    """In parts, each its own transaction: the page shows how far it is, and a stopped worker goes on from there."""
    shop, going = workshop(context), True
    while going:
        async with shop.database.begin() as db:
            going = await address_some(db, UUID(message_id))


async def address_some(db: AsyncSession, message_id: UUID) -> bool:
    """The next part, in the order of the members' numbers; False when nothing is left, or it was withdrawn."""
    message = await db.scalar(select(Message).where(Message.id == message_id).with_for_update())
    if message is None or message.state != "published" or message.addressed_at is not None:
        return False
    if message.wanted is None:
        message.wanted = await queries.count(db, message_id, message.audience)
    part = (
        select(literal(message_id), Member.id)
        .where(*queries.audience(message_id, message.audience), Member.id > (message.addressed_upto or NOBODY))
        .order_by(Member.id)
        .limit(CHUNK)
    )
    written = insert(MessageAddressee).from_select(["message_id", "member_id"], part).on_conflict_do_nothing()
    ids = (await db.scalars(written.returning(MessageAddressee.member_id))).all()
    values = {"wanted": message.wanted, "addressee_count": Message.addressee_count + len(ids)}
    if ids:
        values["addressed_upto"] = max(ids)
    if len(ids) < CHUNK:
        values["addressed_at"] = func.now()
        await journal.write(db, "message.addressed", actor="portal", message=str(message_id))
    await db.execute(update(Message).where(Message.id == message_id).values(**values))
    return len(ids) == CHUNK
