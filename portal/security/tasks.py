"""Mails that tell the owner of a change to their ways in, so that nobody else's goes unseen."""

from datetime import datetime
from uuid import UUID

from procrastinate import JobContext, RetryStrategy

from portal.jobs import queue, workshop
from portal.security import queries


@queue.task(name="security.send_notice", pass_context=True, retry=RetryStrategy(max_attempts=6, exponential_wait=2))
async def send_notice(
    context: JobContext, *, letter: str, at: str, language: str, member_id: str = "", staff_id: str = ""
) -> None:
    """To every address of the owner; after a failure those who had it may have it twice."""
    shop = workshop(context)
    owner = {"member_id": UUID(member_id) if member_id else None, "staff_id": UUID(staff_id) if staff_id else None}
    async with shop.database.begin() as db:
        addresses = await queries.mailboxes(db, **owner)
    for address in addresses:
        await shop.postman.send(address, letter, language, at=datetime.fromisoformat(at))
