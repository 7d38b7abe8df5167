"""Ordering an answer, letting the member have it, and making it go: for whoever handles requests, and for erasure."""

from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import jobs, journal
from portal.exports.models import DataExport, ExportFile, ExportPart
from portal.exports.rules import ACCESS, APART
from portal.extracts import store as extracts

BUILT = DataExport.state == "ready", DataExport.ready_at.is_not(None)
"""As it would be given: nothing was left out, or put back, since."""


class TooSoon(Exception):
    """There is an answer of the same kind from the last seven days."""


class NotReady(Exception):
    """It is not built yet, leaves out something else since it was built, or was released before."""


async def order(db: AsyncSession, *, member_id: UUID, kind: str, request_id: UUID | None, actor: str) -> UUID:
    """Have an answer (access or portability) built; a request that has one already gets the same.

    Raises:
        TooSoon: another of this kind was ordered in the last seven days.
    """
    await db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"export {member_id}", 0))))
    lately = (
        select(DataExport.id, DataExport.request_id)
        .where(DataExport.member_id == member_id, DataExport.kind == kind)
        .where(DataExport.state != "failed", DataExport.ordered_at > func.now() - APART)
    )
    for found in await db.execute(lately):
        if request_id is not None and found.request_id == request_id:
            return found.id  # type: ignore[no-any-return]
        raise TooSoon
    extract_id = await extracts.order(db, member_id) if kind == ACCESS else None
    row = insert(DataExport).values(
        member_id=member_id, request_id=request_id, kind=kind, ordered_by=actor, extract_id=extract_id
    )
    export_id: UUID = (await db.execute(row.returning(DataExport.id))).scalar_one()
    await journal.write(db, "export.ordered", actor=actor, member_id=member_id, answer=kind)
    await begin(db, export_id)
    return export_id


async def begin(db: AsyncSession, export_id: UUID) -> None:
    await jobs.defer(db, "exports.build", once=f"export {export_id}", export_id=str(export_id))


async def release(db: AsyncSession, export_id: UUID, *, actor: str) -> None:
    """Let the member download it, and tell them by e-mail that it is there.

    Raises:
        NotReady: there is nothing to release.
    """
    released = (
        update(DataExport)
        .where(DataExport.id == export_id, *BUILT)
        .values(state="released", released_at=func.now(), released_by=actor)
        .returning(DataExport.member_id)
    )
    member_id = await db.scalar(released)
    if member_id is None:
        raise NotReady
    await journal.write(db, "export.released", actor=actor, member_id=member_id)
    await jobs.defer(db, "exports.tell", export_id=str(export_id))


async def purge(db: AsyncSession, member_id: UUID) -> None:
    """Delete the content of all answers of a member; the rows stay as proof."""
    mine = select(DataExport.id).where(DataExport.member_id == member_id)
    for table in (ExportPart, ExportFile):
        await db.execute(delete(table).where(table.export_id.in_(mine)))
    done = update(DataExport).where(DataExport.member_id == member_id, DataExport.state != "purged")
    await db.execute(done.values(state="purged", purged_at=func.now()))
