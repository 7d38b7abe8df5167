"""Reading answers: for the member, for officers, for the worker that builds them."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, TableClause, bindparam, column, func, select, table
from sqlalchemy.ext.asyncio import AsyncSession

from portal import crypto
from portal.exports import rules
from portal.exports.models import DataExport, ExportFile, ExportPart, Redaction
from portal.exports.rules import Cut
from portal.holdings.rules import RecordSet
from portal.settings import Settings
from portal.web.donor import Donor

OPEN: tuple[ColumnElement[bool], ...] = (
    DataExport.state == "released",
    DataExport.released_at > func.now() - rules.OPEN_FOR,
    DataExport.downloads < rules.MOST_DOWNLOADS,
)
"""What a member may download now."""
ZIP = 0


async def of_request(db: AsyncSession, request_id: UUID) -> DataExport | None:
    """The latest answer to this request."""
    query = select(DataExport).where(DataExport.request_id == request_id).order_by(DataExport.ordered_at.desc())
    return (await db.scalars(query.limit(1))).one_or_none()


async def one(db: AsyncSession, export_id: UUID) -> DataExport | None:
    return await db.get(DataExport, export_id, populate_existing=True)


async def own(db: AsyncSession, donor: Donor, export_id: UUID) -> DataExport | None:
    """An answer that this member may download now."""
    query = select(DataExport).where(DataExport.id == export_id, DataExport.member_id == donor.id, *OPEN)
    return (await db.scalars(query)).one_or_none()


async def files(db: AsyncSession, export_id: UUID) -> Sequence[ExportFile]:
    """All but the zip, in the order of the answer."""
    query = select(ExportFile).where(ExportFile.export_id == export_id, ExportFile.number != ZIP)
    return (await db.scalars(query.order_by(ExportFile.number))).all()


async def file(db: AsyncSession, export_id: UUID, number: int) -> ExportFile | None:
    return await db.get(ExportFile, (export_id, number))


async def part(db: AsyncSession, settings: Settings, export_id: UUID, file: int, number: int) -> bytes:
    """A part, opened; nothing behind the last."""
    sealed = await db.scalar(select(ExportPart.content).where(
        ExportPart.export_id == export_id, ExportPart.file == file, ExportPart.number == number
    ))  # fmt: skip
    if sealed is None:
        return b""
    return crypto.unseal_part(settings.secret_key, rules.place(export_id, file, number), sealed)


async def content(db: AsyncSession, settings: Settings, export_id: UUID, file: int) -> AsyncIterator[bytes]:
    """A file part by part: never more than one in memory."""
    number = 0
    while opened := await part(db, settings, export_id, file, number):
        yield opened
        number += 1


async def lines(db: AsyncSession, settings: Settings, export_id: UUID, file: int) -> AsyncIterator[bytes]:
    """The records of a JSON file of ours, which stand on a line each."""
    rest = b""
    async for opened in content(db, settings, export_id, file):
        *whole, rest = (rest + opened).split(b"\n")
        for line in whole:
            if line.startswith(b"{"):
                yield line.rstrip(b",")


async def redactions(db: AsyncSession, export_id: UUID) -> Sequence[Redaction]:
    query = select(Redaction).where(Redaction.export_id == export_id).order_by(Redaction.made_at, Redaction.id)
    return (await db.scalars(query)).all()


async def cuts(db: AsyncSession, export_id: UUID) -> rules.Cuts:
    found: dict[tuple[str, str], list[Cut]] = defaultdict(list)
    for one in await redactions(db, export_id):
        found[one.record_set, one.record_key].append(Cut(one.field, one.passage))
    return found


member: BindParameter[UUID] = bindparam("member")


def records(held: RecordSet, names: Sequence[str]) -> Select[Any]:
    """These columns of what belongs to a member, with the texts of what they name; key and file as `_key`, `_file`."""
    own_file = [held.file.column] if held.file and not held.file.table else []
    owners = [held.owner, held.also_owner or held.owner]
    mine = table(held.table, *map(column, {*owners, held.key, held.order or held.key, *held.columns, *own_file}))
    whose: ColumnElement[bool] = mine.c[held.owner] == member
    if held.also_owner:
        whose |= mine.c[held.also_owner] == member
    if held.by_mailbox:
        mails = table("email_address", column("mailbox"), column("member_id"))
        whose = mine.c[held.owner].in_(select(mails.c.mailbox).where(mails.c.member_id == member))
    wanted = [_column(held, mine, name) for name in names]
    extra = [mine.c[held.key].label("_key"), *_file(held, mine)]
    return select(*wanted, *extra).where(whose).order_by(mine.c[held.order or held.key], mine.c[held.key])


def _column(held: RecordSet, mine: TableClause, name: str) -> ColumnElement[Any]:
    if name not in held.lookups:
        return mine.c[name]
    other, text = held.lookups[name]
    there = table(other, column("id"), column(text))
    return select(there.c[text]).where(there.c.id == mine.c[name]).scalar_subquery().label(name)


def _file(held: RecordSet, mine: TableClause) -> list[ColumnElement[Any]]:
    if held.file is None:
        return []
    if not held.file.table:
        return [mine.c[held.file.column].label("_file")]
    there = table(held.file.table, column(held.file.key), column(held.file.column))
    named = there.c[held.file.key] == mine.c[held.key]
    return [select(there.c[held.file.column]).where(named).scalar_subquery().label("_file")]
