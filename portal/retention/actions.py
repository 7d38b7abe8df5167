"""Erasing what is due: people one transaction each, rows in batches; a run that was cut short is gone on with."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, journal
from portal.database import Database
from portal.erasure import store
from portal.receipts.models import Receipt, ReceiptFile
from portal.retention import queries
from portal.retention.models import RetentionRun
from portal.retention.rules import CONTACT, Term, cutoff, in_force
from portal.settings import Settings

ACTOR = "retention"
BATCH = 1_000


async def run(database: Database, settings: Settings, today: date) -> dict[str, int]:
    """Everything that is due, by term; what was done is counted in the transaction that did it."""
    async with database.begin() as db:
        run_id, day = await _begin(db, today)
    for term in in_force(day):
        last = cutoff(term, day, settings.retention_years, settings.financial_year_end)
        if term.name == CONTACT:
            await _people(database, settings, run_id, term, last)
        else:
            await _rows(database, run_id, term, last)
    async with database.begin() as db:
        ended = update(RetentionRun).where(RetentionRun.id == run_id).values(ended_at=func.now())
        done: dict[str, int] = (await db.execute(ended.returning(RetentionRun.done))).scalar_one()
        await journal.write(db, "retention.run", actor=ACTOR, member_id=None, day=str(day), **done)
    return done


async def _begin(db: AsyncSession, today: date) -> tuple[UUID, date]:
    """The run that was cut short, counted by its own day, or a new one."""
    if found := await queries.unfinished_run(db):
        return found.id, found.day
    row = insert(RetentionRun).values(day=today).returning(RetentionRun.id)
    return (await db.execute(row)).scalar_one(), today


async def _people(database: Database, settings: Settings, run_id: UUID, term: Term, last: date) -> None:
    """One who comes back while others are erased is looked at again in their own transaction."""
    async with database.begin() as db:
        due = [row.id for row in (await queries.quiet(db, last))[1]]
    for member_id in due:
        async with database.begin() as db:
            if await queries.is_due(db, last, member_id):
                known = {"actor": ACTOR, "key": settings.secret_key, "rule": term.name}
                await _count(db, run_id, term, int(await store.erase(db, member_id, request_id=None, **known)))


async def _rows(database: Database, run_id: UUID, term: Term, last: date) -> None:
    done = BATCH
    while done == BATCH:
        async with database.begin() as db:
            done = await _purge(db, term, last)
            await _count(db, run_id, term, done)


async def _purge(db: AsyncSession, term: Term, last: date) -> int:
    """At most one batch, but for the journal, which the database purges itself."""
    if term.name == "journal":
        until = datetime.combine(last + timedelta(days=1), time.min, clock.PARIS)
        return await db.scalar(select(func.purge_journal(until))) or 0
    model, due = queries.due_rows(term, last)
    if term.name == "receipts":
        return await _strip_receipts(db, due)
    key = tuple_(*model.__table__.primary_key)
    gone = delete(model).where(key.in_(select(*model.__table__.primary_key).where(due).limit(BATCH)))
    return len((await db.execute(gone.returning(literal(1)))).all())


async def _strip_receipts(db: AsyncSession, due: ColumnElement[bool]) -> int:
    """Of name and file: number, day and amount stay, as accounts."""
    ids = list(await db.scalars(select(Receipt.id).where(due).limit(BATCH)))
    await db.execute(delete(ReceiptFile).where(ReceiptFile.receipt_id.in_(ids)))
    nameless = {"donor_name": "", "donor_address": "", "donor_siren": ""}
    await db.execute(update(Receipt).where(Receipt.id.in_(ids)).values(**nameless))
    return len(ids)


async def _count(db: AsyncSession, run_id: UUID, term: Term, number: int) -> None:
    so_far = func.coalesce(RetentionRun.done[term.name].as_integer(), 0)
    counted = RetentionRun.done.concat(func.jsonb_build_object(term.name, so_far + number))
    await db.execute(update(RetentionRun).where(RetentionRun.id == run_id).values(done=counted))
