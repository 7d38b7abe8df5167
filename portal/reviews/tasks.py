"""A mail that says that our team has decided on a change: what and why stands in the donor space only."""

from uuid import UUID

from procrastinate import JobContext, RetryStrategy

from portal.jobs import queue, workshop
from portal.profile import queries as profile


@queue.task(name="reviews.tell_decision", pass_context=True, retry=RetryStrategy(max_attempts=6, exponential_wait=2))
async def tell_decision(context: JobContext, *, member_id: str) -> None:
    """To the main address, in the member's language; to nobody when mails to it come back, or nobody can sign in."""
    shop = workshop(context)
    async with shop.database.begin() as db:
        found = await profile.news_goes_to(db, UUID(member_id))
    if found is not None:
        await shop.postman.send(found[0], "change-decided", found[1])
