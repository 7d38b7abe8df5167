"""Mails of the legal clock: to the member that an answer takes longer, to officers before a day is missed."""

from datetime import date
from uuid import UUID

from procrastinate import JobContext, RetryStrategy
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, i18n, jobs
from portal.jobs import queue, workshop
from portal.privacy import queries
from portal.privacy.models import DataCase
from portal.privacy.queries import Standing
from portal.privacy.rules import answers, legal_clock
from portal.staff.models import StaffAccount

TOLD = "compliance"
"""The role of those who answer for it."""


@queue.task(name="privacy.send_notice", pass_context=True, retry=RetryStrategy(max_attempts=8, exponential_wait=3))
async def send_notice(context: JobContext, *, request_id: str) -> None:
    """Tell the member that it takes two months more; from then on they are ours, if the first month is not over."""
    shop, today = workshop(context), clock.today()
    async with shop.database.begin() as db:
        found = await queries.one(db, UUID(request_id))
        to = await queries.mail_address(db, found.case.member_id) if found else None
    if found is None or found.member is None or to is None or found.case.notice_sent_at or found.case.answered_on:
        return
    await shop.postman.send(
        to,
        "data-request-extended",
        i18n.choose(found.member.language),
        received_on=found.case.received_on,
        due_on=legal_clock.due_if_told(found.clock, today),
        reason=found.case.extension_reason,
        remedies=answers.REMEDIES,
    )
    mine = update(DataCase).where(DataCase.request_id == found.case.request_id)
    async with shop.database.begin() as db:
        await db.execute(mine.values(notice_sent_at=func.now()))


@queue.periodic(cron="5 7 * * *")
@queue.task(name="privacy.warn", pass_context=True, queueing_lock="privacy.warn")
async def warn(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    """Each morning, of the requests that have come nearer to their last day by a step; each step is told once."""
    shop = workshop(context)
    async with shop.database.begin() as db:
        pressing = [one for one in await queries.open_ones(db) if _is_news(one)]
        if not pressing:
            return
        for one in pressing:
            await _note(db, one)
        officers = select(StaffAccount.email).where(StaffAccount.role == TOLD, StaffAccount.ended_at.is_(None))
        to = {*await db.scalars(officers), shop.settings.alarm_mail} - {""}
        cases = [[str(one.case.request_id), one.due_on.isoformat(), one.left] for one in pressing]
        if to:
            await jobs.defer_many(db, "privacy.send_warning", [{"to": one, "cases": cases} for one in sorted(to)])


@queue.task(name="privacy.send_warning", pass_context=True, retry=RetryStrategy(max_attempts=8, exponential_wait=3))
async def send_warning(context: JobContext, *, to: str, cases: list[tuple[str, str, int]]) -> None:
    """Numbers and days alone: no name leaves the portal."""
    rows = [(request_id, date.fromisoformat(due_on), left) for request_id, due_on, left in cases]
    await workshop(context).postman.send(to, "data-requests-due", i18n.DEFAULT, cases=rows)


def _is_news(one: Standing) -> bool:
    """A day that was moved counts afresh."""
    step = legal_clock.warning(one.clock, clock.today())
    if one.case.answered_on or step is None:
        return False
    told = one.case.warned_at if one.case.warned_of == one.due_on else None
    return told is None or step < told


async def _note(db: AsyncSession, one: Standing) -> None:
    mine = update(DataCase).where(DataCase.request_id == one.case.request_id)
    step = legal_clock.warning(one.clock, clock.today())
    await db.execute(mine.values(warned_of=one.due_on, warned_at=step))
