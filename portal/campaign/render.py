"""Rendering a year's receipts in parallel processes: resumable, and one bad receipt never stops the rest."""

import asyncio
from collections.abc import Callable

from portal.campaign import queries
from portal.campaign.rules import Report
from portal.database import Database
from portal.pdf import Printer
from portal.receipts import paper, press
from portal.receipts.models import Receipt
from portal.receipts.paper import Paper
from portal.settings import Settings
from portal.web.templating import environment

CHUNK = 100
NICENESS = 10
"""The pages come first: the renderers take what processors the web leaves."""

Say = Callable[[], None]


class Rendering:
    """Every receipt of a year without file; what is done is seen in the database."""

    def __init__(self, database: Database, settings: Settings, year: int, report: Report, say: Say) -> None:
        self.database, self.settings, self.year, self.report, self.say = database, settings, year, report, say
        self._env = environment(settings)
        self._seal = paper.seal(settings)

    async def run(self, processes: int) -> None:
        waiting: asyncio.Queue[tuple[Receipt, Paper] | None] = asyncio.Queue(maxsize=2 * processes)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._freeze_all(waiting, processes))
            for _ in range(processes):
                tasks.create_task(self._print_all(waiting))

    async def _freeze_all(self, waiting: asyncio.Queue[tuple[Receipt, Paper] | None], processes: int) -> None:
        after = ""
        while True:
            async with self.database.begin() as db:
                chunk = await queries.to_render(db, self.year, after=after, limit=CHUNK)
                frozen = [(receipt, await press.freeze(db, self.settings, receipt)) for receipt in chunk]
            if not chunk:
                break
            after = chunk[-1].number
            for receipt, content in frozen:
                if content is None:
                    self.report.set_aside += 1
                    self.say()
                else:
                    await waiting.put((receipt, content))
        for _ in range(processes):
            await waiting.put(None)

    async def _print_all(self, waiting: asyncio.Queue[tuple[Receipt, Paper] | None]) -> None:
        printer = Printer(niceness=NICENESS)
        ready = press.Press(self.database, printer, self._env, self._seal)
        try:
            while job := await waiting.get():
                receipt, frozen = job
                if await ready.print_out(receipt, "original", frozen):
                    self.report.rendered += 1
                else:
                    self.report.set_aside += 1
                self.say()
        finally:
            printer.close()
