"""Nothing of an extract outlives its week."""

from procrastinate import JobContext

from portal.extracts import store
from portal.jobs import queue, workshop


@queue.periodic(cron="23 * * * *")
@queue.task(name="extracts.purge", pass_context=True, queueing_lock="extracts.purge")
async def purge(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    async with workshop(context).database.begin() as db:
        await store.purge_old(db)
