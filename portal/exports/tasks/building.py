"""Building an answer step by step: each is finished in a transaction of its own, so a new worker goes on behind it."""

import logging
from uuid import UUID

from procrastinate import JobContext
from sqlalchemy import func, select, update

from portal import journal
from portal.exports import rules, store
from portal.exports.models import UNFINISHED, DataExport
from portal.exports.tasks import reading, records
from portal.exports.tasks.step import Answer, Stopped
from portal.extracts import queries as extracts
from portal.jobs import Workshop, queue, workshop
from portal.members.models import Member

log = logging.getLogger("portal.exports")


@queue.task(name="exports.build", pass_context=True)
async def build(context: JobContext, *, export_id: str) -> None:
    """Go on with an answer where it stands; what goes wrong is tried again by `go_on`, a few times."""
    shop = workshop(context)
    try:
        answer = await _take(shop, UUID(export_id))
        if answer is not None and await _gather(answer):
            await _finish(answer)
    except Stopped:
        return
    except Exception as error:
        log.exception("answer %s could not be built", export_id)
        await _stumble(shop, UUID(export_id), type(error).__name__)


@queue.periodic(cron="* * * * *")
@queue.task(name="exports.go_on", pass_context=True, queueing_lock="exports.go_on")
async def go_on(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    """Answers that wait for the central base, or whose worker died."""
    async with workshop(context).database.begin() as db:
        for export_id in (await db.scalars(select(DataExport.id).where(UNFINISHED))).all():
            await store.begin(db, export_id)


async def _take(shop: Workshop, export_id: UUID) -> Answer | None:
    async with shop.database.begin() as db:
        mine = update(DataExport).where(DataExport.id == export_id, UNFINISHED).values(state="gathering")
        export = (await db.scalars(mine.returning(DataExport))).one_or_none()
        return Answer(shop, export, await db.get_one(Member, export.member_id)) if export else None


async def _gather(answer: Answer) -> bool:
    """All files but the zip; False while the central base is waited for."""
    for held in rules.sets(answer.kind):
        async with answer.step(held.name) as db:
            if db:
                await records.give(answer, db, held)
    if answer.kind == rules.ACCESS:
        if await _is_awaited(answer):
            return False
        async with answer.step(records.CENTRAL) as db:
            if db:
                await records.give_central(answer, db)
        await reading.give_page(answer)
        await reading.give_pdf(answer)
    async with answer.step(reading.ABOUT) as db:
        if db:
            await reading.give_manifest(answer, db)
    return True


async def _is_awaited(answer: Answer) -> bool:
    """Whatever an officer decided lately counts too."""
    async with answer.database.begin() as db:
        export = await db.get_one(DataExport, answer.id)
        state = await extracts.state(db, export.extract_id) if export.extract_id else None
        return state is not None and state.is_waiting and not export.without_central


async def _finish(answer: Answer) -> None:
    async with answer.step(reading.ZIP) as db:
        if db is None:
            return
        zipped = await reading.give_zip(answer, db)
        mine = update(DataExport).where(DataExport.id == answer.id)
        ready = {"state": "ready", "ready_at": func.now(), "size": zipped.size, "sha256": zipped.sha256, "problem": ""}
        await db.execute(mine.values(**ready))
        await journal.write(db, "export.built", actor="portal", member_id=answer.member.id, answer=answer.kind)


async def _stumble(shop: Workshop, export_id: UUID, problem: str) -> None:
    async with shop.database.begin() as db:
        unfinished = select(DataExport).where(DataExport.id == export_id, UNFINISHED).with_for_update()
        export = (await db.scalars(unfinished)).one_or_none()
        if export is not None:
            export.attempts += 1
            export.problem = problem
            if export.attempts >= rules.MOST_ATTEMPTS:
                export.state = "failed"
