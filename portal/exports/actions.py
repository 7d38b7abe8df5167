"""What the member and the officer do with an answer."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.exports import rules, store
from portal.exports.models import UNFINISHED, DataExport, ExportFile, ExportPart, Redaction
from portal.exports.queries import OPEN
from portal.extracts import queries as extract_queries
from portal.extracts import store as extracts
from portal.web.donor import Donor


async def claim(db: AsyncSession, donor: Donor, export_id: UUID, *, actor: str) -> DataExport | None:
    """One of the member's downloads, used up; None when there is nothing that they may download. One statement."""
    mine = update(DataExport).where(DataExport.id == export_id, DataExport.member_id == donor.id, *OPEN)
    used = mine.values(downloads=DataExport.downloads + 1, downloaded_at=func.now()).returning(DataExport)
    found = (await db.scalars(used)).one_or_none()
    if found is not None:
        await journal.write(db, "export.downloaded", actor=actor, member_id=donor.id, time=found.downloads)
    return found


@dataclass(frozen=True)
class Wanted:
    """What an officer leaves out of an answer, and why; without field the whole record."""

    record_set: str
    record_key: str
    field: str
    passage: str
    reason: str


async def cut(db: AsyncSession, export: DataExport, wanted: Wanted, *, actor: str) -> bool:
    """Leave something out from the next building on, before which it is not released; False when it is too late."""
    if not await _must_be_built_anew(db, export):
        return False
    values = vars(wanted) | {"export_id": export.id, "made_by": actor}
    await db.execute(insert(Redaction).values(**values).inline())
    noted = {"record_set": wanted.record_set, "field": wanted.field}
    await journal.write(db, "export.cut", actor=actor, member_id=export.member_id, **noted)
    return True


async def uncut(db: AsyncSession, export: DataExport, cut_id: UUID, *, actor: str) -> bool:
    """Put it back, from the next building on; False when it is too late."""
    if not await _must_be_built_anew(db, export):
        return False
    mine = delete(Redaction).where(Redaction.id == cut_id, Redaction.export_id == export.id)
    gone = await db.scalar(mine.returning(Redaction.record_set))
    if gone is not None:
        await journal.write(db, "export.uncut", actor=actor, member_id=export.member_id, record_set=gone)
    return gone is not None


async def _must_be_built_anew(db: AsyncSession, export: DataExport) -> bool:
    """What lies there holds too much, or too little; False when it was released, or is being built."""
    mine = update(DataExport).where(DataExport.id == export.id, DataExport.state.in_(rules.BEFORE_RELEASE))
    return await db.scalar(mine.values(ready_at=None).returning(DataExport.id)) is not None


async def rebuild(db: AsyncSession, export_id: UUID, *, actor: str) -> bool:
    """Build it anew, with what is left out now; False when it is being built, or was released already."""
    before = DataExport.state.in_(rules.BEFORE_RELEASE)
    locked = select(DataExport).where(DataExport.id == export_id, before).with_for_update()
    export = (await db.scalars(locked, execution_options={"populate_existing": True})).one_or_none()
    if export is None:
        return False
    for table in (ExportPart, ExportFile):
        await db.execute(delete(table).where(table.export_id == export_id))
    if export.kind == rules.ACCESS and not await _has_extract(db, export):
        export.extract_id = await extracts.order(db, export.member_id)
    export.state, export.attempts, export.problem, export.without_central = "ordered", 0, "", False
    export.ordered_at, export.ready_at = func.now(), None
    await journal.write(db, "export.ordered", actor=actor, member_id=export.member_id, answer=export.kind)
    await store.begin(db, export_id)
    return True


async def _has_extract(db: AsyncSession, export: DataExport) -> bool:
    """The records out of which something was cut are given again: others might have other keys."""
    state = await extract_queries.state(db, export.extract_id) if export.extract_id else None
    return state is not None and not state.problem


async def go_on_without_central(db: AsyncSession, export_id: UUID) -> bool:
    """Wait for the central base no longer; the answer says so. False when it is built already."""
    mine = update(DataExport).where(DataExport.id == export_id, UNFINISHED).values(without_central=True)
    if await db.scalar(mine.returning(DataExport.id)) is None:
        return False
    await store.begin(db, export_id)
    return True
