"""Watching the sync from the portal's worker, so that a sync that died is noticed too."""

from datetime import timedelta

from procrastinate import JobContext
from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert

from portal import i18n
from portal.alarms import queries, rules
from portal.alarms.models import Alarm
from portal.jobs import queue, workshop


@queue.periodic(cron="* * * * *")
@queue.task(name="alarms.watch", pass_context=True, queueing_lock="alarms", lock="alarms")
async def watch(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    """One mail for all that begins, again after a day, and one for all that is over.

    They are noted after they were sent: a relay that is away is tried again the next minute.
    """
    shop = workshop(context)
    to = shop.settings.alarm_mail
    if not to:
        return
    async with shop.database.begin() as db:
        reading, told = await queries.reading(db), await queries.told(db)
    present = rules.alarms(reading, patience=timedelta(minutes=shop.settings.alarm_minutes))
    new = [alarm for alarm in present if alarm.name not in told or _is_old(told[alarm.name], reading)]
    over = told.keys() - {alarm.name for alarm in present}
    if new:
        await shop.postman.send(to, "alarm", i18n.DEFAULT, alarms=new)
    if over:
        await shop.postman.send(
            to, "alarm-over", i18n.DEFAULT, since=min(told[name].since for name in over), left=present
        )
    async with shop.database.begin() as db:
        for alarm in new:
            row = insert(Alarm).values(name=alarm.name, told_at=func.now())
            await db.execute(row.on_conflict_do_update(index_elements=[Alarm.name], set_={"told_at": func.now()}))
        await db.execute(delete(Alarm).where(Alarm.name.in_(over)))


def _is_old(told: Alarm, reading: rules.Reading) -> bool:
    return told.told_at is None or reading.now - told.told_at > rules.AGAIN
