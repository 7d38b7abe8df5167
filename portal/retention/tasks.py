"""Once a month what is due is erased, where the association has switched it on."""

from procrastinate import JobContext, RetryStrategy

from portal import clock
from portal.jobs import queue, workshop
from portal.retention import actions


@queue.periodic(cron="30 2 1 * *")
@queue.task(
    name="retention.erase_due",
    pass_context=True,
    queueing_lock="retention",
    lock="retention",
    retry=RetryStrategy(max_attempts=6, exponential_wait=2),
)
async def erase_due(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    shop = workshop(context)
    if shop.settings.retention_enabled:
        await actions.run(shop.database, shop.settings, clock.today())
