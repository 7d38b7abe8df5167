"""How the sync stands, and of what the administrator was told."""

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock
from portal.alarms.models import Alarm
from portal.alarms.rules import Duty, Reading
from portal.changes import RecordedChange, SyncHeartbeat

PASSES_ON = text("SELECT coalesce(bool_or(pushes), false) FROM sync_cursor")
"""The table is the sync's own."""


async def reading(db: AsyncSession) -> Reading:
    beats = await db.scalars(select(SyncHeartbeat))
    parked = select(func.count()).select_from(RecordedChange).where(RecordedChange.parked_at.is_not(None))
    return Reading(
        now=clock.now(),
        duties={one.duty: Duty(one.at, one.problem, one.problem_since, one.figures) for one in beats},
        passes_on=bool(await db.scalar(PASSES_ON)),
        oldest_open=await db.scalar(select(func.oldest_open_change())),
        parked=await db.scalar(parked) or 0,
    )


async def told(db: AsyncSession) -> dict[str, Alarm]:
    """By name, what somebody was told of and that is not over yet."""
    return {alarm.name: alarm for alarm in await db.scalars(select(Alarm))}
