"""Judging what was reported, as soon as it was and once a night."""

from datetime import datetime

from procrastinate import JobContext, RetryStrategy

from portal.bounces import actions, queries
from portal.jobs import queue, workshop

ONE_AT_A_TIME = "bounces"


@queue.task(
    name="bounces.judge",
    pass_context=True,
    lock=ONE_AT_A_TIME,
    retry=RetryStrategy(max_attempts=6, exponential_wait=2),
)
async def judge(context: JobContext, since: str) -> None:
    """The mailboxes of which something was reported since then; a job holds no address."""
    moment = datetime.fromisoformat(since)
    async with workshop(context).database.begin() as db:
        await actions.honour_complaints(db, moment)
        await actions.conclude(db, queries.reported_since(moment))


@queue.periodic(cron="41 3 * * *")
@queue.task(name="bounces.forgive", pass_context=True, lock=ONE_AT_A_TIME, queueing_lock="bounces.forgive")
async def forgive(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    """A mark for mails that come back for now goes when nothing came back for a while."""
    async with workshop(context).database.begin() as db:
        await actions.conclude(db, queries.softly_bounced())
