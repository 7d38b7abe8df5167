"""The mail that tells the owner of a change to their e-mail addresses, so that nobody else's goes unseen."""

from datetime import datetime
from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from sqlalchemy import select

from portal.changes import RecordedChange
from portal.emails import rules
from portal.jobs import queue, workshop
from portal.profile.models import EmailAddress


@queue.task(name="emails.tell", pass_context=True, retry=RetryStrategy(max_attempts=6, exponential_wait=2))
async def tell(context: JobContext, *, change_id: str, what: str, at: str, language: str) -> None:
    """The addresses are read from the database: the job holds none.

    One of them hears of it also where mails are said to come back (anybody can say so),
    and where another refuses the mail; after that those who had it may have it twice.
    """
    shop = workshop(context)
    changed = select(RecordedChange.member_id, RecordedChange.old, RecordedChange.new)
    async with shop.database.begin() as db:
        row = (await db.execute(changed.where(RecordedChange.id == UUID(change_id)))).one()
        known = set(await db.scalars(select(EmailAddress.address).where(EmailAddress.member_id == row.member_id)))
    refused = []
    for address in sorted(rules.told(row.old, row.new, known)):
        try:
            await shop.postman.send(address, "email-changed", language, what=what, at=datetime.fromisoformat(at))
        except OSError as error:
            refused.append(error)
    if refused:
        raise refused[0]
