"""A mail that says that our team has decided on a change: what and why stands in the donor space only."""

from procrastinate import JobContext, RetryStrategy
from sqlalchemy import select

from portal import i18n
from portal.jobs import queue, workshop
from portal.members.models import Member
from portal.profile.models import EmailAddress


@queue.task(name="reviews.tell_decision", pass_context=True, retry=RetryStrategy(max_attempts=6, exponential_wait=2))
async def tell_decision(context: JobContext, *, member_id: str) -> None:
    """To the main address, in the member's language; to nobody when mails to it come back, or nobody can sign in."""
    shop = workshop(context)
    query = (
        select(Member.language, EmailAddress.address)
        .join(EmailAddress, EmailAddress.member_id == Member.id)
        .where(Member.id == member_id, Member.deceased_on.is_(None), ~Member.closed)
        .where(EmailAddress.is_main, EmailAddress.bounced_on.is_(None))
        .limit(1)
    )
    async with shop.database.begin() as db:
        row = (await db.execute(query)).first()
    if row is not None:
        await shop.postman.send(row.address, "change-decided", i18n.choose(row.language))
