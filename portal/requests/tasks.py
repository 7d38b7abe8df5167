"""A mail that says that there is an answer, wherever it was given: here, or in the central base."""

from datetime import timedelta
from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from sqlalchemy import func, update

from portal import clock, jobs, journal
from portal.jobs import queue, workshop
from portal.profile import queries as profile
from portal.requests.models import MemberRequest
from portal.requests.rules import INTERNAL

NEWS = timedelta(days=30)
"""An older answer comes with the first load of a central base, and is news to nobody."""


@queue.periodic(cron="*/5 * * * *")
@queue.task(name="requests.tell_answers", pass_context=True, queueing_lock="requests.tell_answers")
async def tell_answers(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    """Put a mail on its way for each answer that the member does not know of."""
    untold = MemberRequest.told_at.is_(None), MemberRequest.decided_on >= clock.today() - NEWS
    answered = MemberRequest.state.in_(["accepted", "refused"]) & MemberRequest.kind.not_in(INTERNAL)
    told = (
        update(MemberRequest)
        .where(answered, *untold)
        .values(told_at=func.now())
        .returning(MemberRequest.member_id, MemberRequest.central_id, MemberRequest.kind, MemberRequest.state)
    )
    async with workshop(context).database.begin() as db:
        rows = (await db.execute(told)).all()
        for row in rows:
            if row.central_id is not None:  # what was decided here is in the journal already
                noted = {"subject": row.kind, "accepted": row.state == "accepted"}
                await journal.write(db, "request.answered", actor="central base", member_id=row.member_id, **noted)
        mails = [{"member_id": str(member)} for member in sorted({row.member_id for row in rows})]
        if mails:
            await jobs.defer_many(db, "requests.tell_answer", mails)


@queue.task(name="requests.tell_answer", pass_context=True, retry=RetryStrategy(max_attempts=6, exponential_wait=2))
async def tell_answer(context: JobContext, *, member_id: str) -> None:
    """To the main address, in the member's language; to nobody when mails to it come back, or nobody can sign in."""
    shop = workshop(context)
    async with shop.database.begin() as db:
        found = await profile.news_goes_to(db, UUID(member_id))
    if found is not None:
        await shop.postman.send(found[0], "request-answered", found[1])
