"""`portal receipts render`: render a year's receipts, tell who reads mails, print for the others.

Everything is resumable: what is done is seen in the database, so a run that was cut short is simply started again.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import func, insert, text, update

from portal.campaign.handover import Handover
from portal.campaign.outcome import write_report
from portal.campaign.render import Rendering, Say
from portal.campaign.rules import Report
from portal.database import Database
from portal.receipts.models import ReceiptRun
from portal.settings import Settings

LOCK_CLASS = 7_106


class AlreadyRunning(Exception):
    """Another run is at work on the same year."""


async def render_year(
    database: Database, settings: Settings, year: int, folder: Path, *, processes: int, mail: bool, post: bool, say: Say
) -> Report:
    """All of it; `say` is called for each receipt that is done. Gives the report, which staff see on their page too.

    Raises:
        AlreadyRunning: nothing was done.
    """
    report = Report()
    async with _only_run(database, year) as is_only:
        if not is_only:
            raise AlreadyRunning
        async with database.begin() as db:
            started = insert(ReceiptRun).values(year=year, act="render").returning(ReceiptRun.id)
            run_id = (await db.execute(started)).scalar_one()
        await Rendering(database, settings, year, report, say).run(processes)
        handover = Handover(database, settings, year, report, folder)
        await handover.run(mail=mail, post=post)
        await write_report(database, year, report, handover.chosen, folder / "report.csv")
        async with database.begin() as db:
            ended = {"ended_at": func.now(), "figures": report.figures}
            await db.execute(update(ReceiptRun).where(ReceiptRun.id == run_id).values(**ended))
    return report


@asynccontextmanager
async def _only_run(database: Database, year: int) -> AsyncIterator[bool]:
    """Is this the only run for the year? A session lock says so: of a run that was killed nothing is left behind."""
    key = {"class": LOCK_CLASS, "year": year}
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        mine = bool(await connection.scalar(text("SELECT pg_try_advisory_lock(:class, :year)"), key))
        try:
            yield mine
        finally:
            if mine:
                await connection.execute(text("SELECT pg_advisory_unlock(:class, :year)"), key)
