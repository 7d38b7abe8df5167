"""`portal receipts render`: render a year's receipts, tell who reads mails, print for the others.

Everything is resumable: what is done is seen in the database, so a run that was cut short is simply started again.
"""

from pathlib import Path

from sqlalchemy import func, insert, update

from portal.campaign import queries
from portal.campaign.handover import Handover
from portal.campaign.outcome import write_report
from portal.campaign.render import Rendering, Say
from portal.campaign.rules import Report
from portal.database import Database
from portal.receipts.models import ReceiptRun
from portal.settings import Settings


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
    async with queries.only_run(database, year) as is_only:
        if not is_only:
            raise AlreadyRunning
        async with database.begin() as db:
            started = insert(ReceiptRun).values(year=year, act="render").returning(ReceiptRun.id)
            run_id = (await db.execute(started)).scalar_one()
        await Rendering(database, settings, year, report, say).run(processes)
        chosen = await Handover(database, settings, year, report, folder).run(mail=mail, post=post)
        await write_report(database, year, report, chosen, folder / "report.csv")
        async with database.begin() as db:
            ended = {"ended_at": func.now(), "figures": report.figures}
            await db.execute(update(ReceiptRun).where(ReceiptRun.id == run_id).values(**ended))
    return report
