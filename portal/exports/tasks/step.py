"""What the steps of building an answer share: the answer, its next file, and the turn of whoever builds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n
from portal.database import Database
from portal.exports.models import UNFINISHED, DataExport, ExportFile
from portal.exports.paper import ANSWER
from portal.exports.press import Writer
from portal.jobs import Workshop
from portal.members.models import Member


class Stopped(Exception):
    """The answer is no longer to be built: it was given up, or somebody else has finished it."""


@dataclass(frozen=True)
class Answer:
    shop: Workshop
    export: DataExport
    member: Member

    @property
    def id(self) -> UUID:
        return self.export.id

    @property
    def kind(self) -> str:
        return self.export.kind

    @property
    def database(self) -> Database:
        return self.shop.database

    @property
    def language(self) -> str:
        return i18n.choose(self.member.language)

    @property
    def stem(self) -> str:
        return ANSWER[self.language]

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[AsyncSession | None]:
        """A transaction for the files of this step; None when they are there already.

        Two who build the same answer take turns, so nothing is built twice.

        Raises:
            Stopped: it is not to be built any more, or anew, with something else left out.
        """
        async with self.database.begin() as db:
            same = DataExport.id == self.id, DataExport.ordered_at == self.export.ordered_at
            turn = select(DataExport.id).where(*same, UNFINISHED).with_for_update()
            if await db.scalar(turn) is None:
                raise Stopped
            done = select(ExportFile.number).where(ExportFile.export_id == self.id, ExportFile.record_set == name)
            yield None if await db.scalar(done.limit(1)) is not None else db

    async def next_number(self, db: AsyncSession) -> int:
        last = select(func.max(ExportFile.number)).where(ExportFile.export_id == self.id)
        return (await db.scalar(last) or 0) + 1

    def writer(self, db: AsyncSession, number: int) -> Writer:
        return Writer(db, self.shop.settings, self.id, number)
