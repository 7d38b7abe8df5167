"""Handing the receipts over: a mail to who chose e-mail, a letter to the others."""

import asyncio
import logging
import shutil
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, jobs
from portal.campaign import queries
from portal.campaign.letters import Letter, write_addresses, write_letters
from portal.campaign.queries import File
from portal.campaign.rules import Recipient, Report, Way, postal_order, way
from portal.database import Database
from portal.i18n import N_
from portal.pdf import Printer, Sheet
from portal.receipts.models import Receipt
from portal.settings import Settings
from portal.web.templating import environment

log = logging.getLogger("portal.campaign")

PART = 500
"""Letters in one file: what a printer takes at once, and what the merging needs in memory."""


class Handover:
    """The year's receipts that have a file and were not handed over."""

    def __init__(self, database: Database, settings: Settings, year: int, report: Report, folder: Path) -> None:
        self.database, self.year, self.report, self.folder = database, year, report, folder
        self.chosen: dict[UUID, tuple[Way, str]] = {}
        self._cover = environment(settings).get_template("pdf/cover.html")

    async def run(self, *, mail: bool, post: bool) -> None:
        """Afterwards `chosen` says which way was found for each member, and why."""
        letters: list[tuple[tuple[str, ...], UUID]] = []
        after = None
        while True:
            async with self.database.begin() as db:
                found = await queries.recipients(db, self.year, after=after)
                self.chosen |= {one.id: way(one) for one in found}
                if mail:
                    await self._tell(db, [one for one in found if self.chosen[one.id][0] is Way.EMAIL])
            if not found:
                break
            after = found[-1].id
            letters += [
                (postal_order(one.address), one.id)
                for one in found
                if one.address and self.chosen[one.id][0] is Way.POST
            ]
        if post and letters:
            await self._post([member_id for _, member_id in sorted(letters)])

    async def _tell(self, db: AsyncSession, readers: list[Recipient]) -> None:
        """The mails are queued in the transaction that notes them, so each goes out once."""
        if not readers:
            return
        await self._note(db, readers, "email")
        mails = [{"member_id": str(reader.id), "year": self.year, "count": len(reader.receipts)} for reader in readers]
        await jobs.defer_many(db, "campaign.tell_ready", mails)
        self.report.mailed += len(readers)

    async def _post(self, members: list[UUID]) -> None:
        """Files first, then the note that they were made: cut short, a run makes them again and forgets nobody.

        Each batch has a folder of its own, which has its name only when all of it is there.
        """
        unfinished = self.folder / f"unfinished-{self.year}"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        posted: list[Recipient] = []
        addresses: list[tuple[str, int, Recipient]] = []
        printer = Printer()
        try:
            for start in range(0, len(members), PART):
                part = members[start : start + PART]
                file = unfinished / f"letters-{start + 1:06}-{start + len(part):06}.pdf"
                letters = await self._letters(printer, part)
                pages = await asyncio.to_thread(write_letters, file, letters)
                posted += [letter.recipient for letter in letters]
                addresses += [
                    (file.name, count, letter.recipient) for count, letter in zip(pages, letters, strict=True)
                ]
        finally:
            printer.close()
        write_addresses(unfinished / "addresses.csv", addresses)
        async with self.database.begin() as db:
            for start in range(0, len(posted), PART):
                await self._note(db, posted[start : start + PART], "post")
            unfinished.rename(self.folder / f"letters-{clock.paris(clock.now()):%Y-%m-%d-%H%M%S-%f}")
        self.report.printed += len(posted)

    async def _letters(self, printer: Printer, members: list[UUID]) -> list[Letter]:
        """Those that can be made; who chose otherwise meanwhile, or whose letter fails, waits for the next run."""
        async with self.database.begin() as db:
            found = await queries.chosen(db, self.year, members)
            recipients = [found[one] for one in members if one in found and way(found[one])[0] is Way.POST]
            files = await queries.files(db, [number for one in recipients for number in one.receipts])
        letters = []
        for one in recipients:
            try:
                letters.append(await self._letter(printer, one, [files[number] for number in one.receipts]))
            except Exception:
                log.exception("no letter could be made for member %s", one.number)
                self.chosen[one.id] = Way.NOTHING, N_("The letter could not be made.")
        return letters

    async def _letter(self, printer: Printer, one: Recipient, files: list[File]) -> Letter:
        """Whose receipts show a former address has a cover sheet with today's for the window."""
        moved = one.has_moved_from(files[0].window)
        cover = await printer.render(Sheet(self._cover.render(lines=one.lines))) if moved else None
        return Letter(one, cover, tuple(file.content for file in files))

    async def _note(self, db: AsyncSession, recipients: list[Recipient], by: str) -> None:
        numbers = [number for recipient in recipients for number in recipient.receipts]
        values = {"handed_at": func.now(), "handed_by": by}
        await db.execute(update(Receipt).where(Receipt.number.in_(numbers)).values(**values))
