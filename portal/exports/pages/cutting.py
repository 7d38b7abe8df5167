"""Leaving something about other people out of an answer: the records as they would be given, and what is cut."""

import json
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.exports import actions, paper, queries, rules
from portal.exports.forms import FIELDS, WHOLE, check
from portal.exports.models import ExportFile
from portal.exports.pages.desk import HANDLE, ONE, found
from portal.settings import Settings
from portal.web import forms, session
from portal.web.errors import NotFound
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

LIST = f"{ONE}/records/{{file_number:int}}"
RECORD = f"{LIST}/{{position:int}}"


@get(LIST, opt=HANDLE)
async def show_records(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    export_id: FromPath[UUID],
    file_number: FromPath[int],
    number: FromQuery[int] = 1,
) -> Template:
    export, _ = await found(db, export_id)
    file = await _records_file(db, export_id, file_number)
    await journal.write(db, "export.looked_at", actor=request.user.actor, member_id=export.member_id, file=file.name)
    pages = Pages(number, total=file.records)
    rows = await _read(db, _settings(request), file, pages.offset, PER_PAGE)
    return page(
        "exports/records",
        export=export,
        file=file,
        pages=pages,
        may_change=export.state in rules.BEFORE_RELEASE,
        **paper.table(file.record_set, rows),
    )


@get(RECORD, opt=HANDLE)
async def edit_cut(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    export_id: FromPath[UUID],
    file_number: FromPath[int],
    position: FromPath[int],
) -> Template:
    export, _ = await found(db, export_id)
    file = await _records_file(db, export_id, file_number)
    await journal.write(db, "export.looked_at", actor=request.user.actor, member_id=export.member_id, file=file.name)
    record = await _record(db, _settings(request), file, position)
    return _form_page(file, position, record, forms.Form({"key": str(record["_key"])}))


@post(RECORD, opt=HANDLE)
async def save_cut(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    export_id: FromPath[UUID],
    file_number: FromPath[int],
    position: FromPath[int],
) -> Response[Any]:
    """What was looked at is told by its key: another building may have moved the records."""
    form = await forms.read(request, FIELDS)
    export, _ = await found(db, export_id)
    file = await _records_file(db, export_id, file_number)
    record = await _record(db, _settings(request), file, position)
    if export.state not in rules.BEFORE_RELEASE or str(record["_key"]) != form["key"]:
        await session.flash(db, request.user, "export-too-late")
        return see(f"/staff/exports/{export_id}")
    check(form, record)
    if not form.ok:
        return _form_page(file, position, record, form, status=422)
    field = "" if form["field"] == WHOLE else form["field"]
    wanted = actions.Wanted(file.record_set, form["key"], field, form["passage"], form["reason"])
    done = await actions.cut(db, export, wanted, actor=request.user.actor)
    await session.flash(db, request.user, "export-cut" if done else "export-too-late")
    return see(f"/staff/exports/{export_id}")


@post(f"{ONE}/cuts/{{cut_id:uuid}}/removal", opt=HANDLE)
async def remove_cut(
    request: HTTPRequest, db: NamedDependency[AsyncSession], export_id: FromPath[UUID], cut_id: FromPath[UUID]
) -> Response[Any]:
    await forms.read(request, ())
    export, _ = await found(db, export_id)
    gone = await actions.uncut(db, export, cut_id, actor=request.user.actor)
    await session.flash(db, request.user, "export-cut-removed" if gone else "export-too-late")
    return see(f"/staff/exports/{export_id}")


def _settings(request: HTTPRequest) -> Settings:
    found: Settings = request.scope["state"]["settings"]
    return found


async def _records_file(db: AsyncSession, export_id: UUID, number: int) -> ExportFile:
    file = await queries.file(db, export_id, number)
    if file is None or not file.records or not file.name.endswith(".json"):
        raise NotFound
    return file


async def _record(db: AsyncSession, settings: Settings, file: ExportFile, position: int) -> rules.Row:
    rows = await _read(db, settings, file, position, 1)
    if not rows or "_key" not in rows[0]:
        raise NotFound
    return rows[0]


async def _read(db: AsyncSession, settings: Settings, file: ExportFile, offset: int, limit: int) -> list[rules.Row]:
    rows: list[rules.Row] = []
    at = 0
    async for line in queries.lines(db, settings, file.export_id, file.number):
        if offset <= at < offset + limit:
            rows.append(json.loads(line))
        at += 1
        if at >= offset + limit:
            break
    return rows


def _form_page(file: ExportFile, position: int, record: rules.Row, form: forms.Form, *, status: int = 200) -> Template:
    held = paper.table(file.record_set, [record])
    names = [name for name, value in record.items() if name not in {"_key", "file"} and value not in (None, "")]
    return page(
        "exports/cut",
        status,
        file=file,
        position=position,
        form=form,
        title=held["title"],
        shown=list(zip(held["columns"], held["cells"][0], strict=True)) if held["cells"] else [],
        fields=paper.choices(file.record_set, names),
        whole=WHOLE,
    )


HANDLERS = [show_records, edit_cut, save_cut, remove_cut]
