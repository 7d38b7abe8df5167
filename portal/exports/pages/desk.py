"""An answer before it is given: its state, its files, the files themselves."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Stream, Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.database import release
from portal.exports import actions, paper, queries, rules
from portal.exports.models import DataExport, ExportFile
from portal.members.models import Member
from portal.members.rules import full_name
from portal.settings import Settings
from portal.web import forms, session
from portal.web.errors import NotFound
from portal.web.guards import OFFICERS
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

HANDLE = {"for_staff": True, "roles": OFFICERS}
ONE = "/staff/exports/{export_id:uuid}"


@get(ONE, opt=HANDLE)
async def show_export(
    request: HTTPRequest, db: NamedDependency[AsyncSession], export_id: FromPath[UUID], number: FromQuery[int] = 1
) -> Template:
    export, member = await found(db, export_id)
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=member.id)
    files = [file for file in await queries.files(db, export_id) if file.is_given]
    pages = Pages(number, total=len(files))
    cuts = await queries.redactions(db, export_id)
    return page(
        "exports/desk",
        export=export,
        weight=paper.weight,
        member=member,
        who=full_name(member) or member.number,
        kind=rules.KINDS[export.kind],
        state=rules.STATES[export.state],
        files=files[pages.offset : pages.offset + PER_PAGE],
        pages=pages,
        cuts=[(cut, paper.title(cut.record_set)) for cut in cuts],
        may_change=export.state in rules.BEFORE_RELEASE,
        is_outdated=export.state == "ready" and export.ready_at is None,
        is_under_way=export.state in {"ordered", "gathering"},
    )


@get(f"{ONE}/files/{{file_number:int}}", opt=HANDLE)
async def download_file(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    export_id: FromPath[UUID],
    file_number: FromPath[int],
) -> Response[Any]:
    """Saved, never shown by the browser in our name."""
    export, _ = await found(db, export_id)
    file = await queries.file(db, export_id, file_number)
    if file is None or export.state == "purged":
        raise NotFound
    await journal.write(db, "export.looked_at", actor=request.user.actor, member_id=export.member_id, file=file.name)
    name = file.name.replace("/", "-")
    return Stream(
        _parts(db, settings, request, file),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Content-Length": str(file.size)},
    )


async def _parts(db: AsyncSession, settings: Settings, request: HTTPRequest, file: ExportFile) -> AsyncIterator[bytes]:
    number = 0
    while True:
        await session.reveal(db, staff_id=request.user.staff_id)
        opened = await queries.part(db, settings, file.export_id, file.number, number)
        await release(db)
        if not opened:
            return
        yield opened
        number += 1


@post(f"{ONE}/rebuild", opt=HANDLE)
async def rebuild(request: HTTPRequest, db: NamedDependency[AsyncSession], export_id: FromPath[UUID]) -> Response[Any]:
    await forms.read(request, ())
    await found(db, export_id)
    begun = await actions.rebuild(db, export_id, actor=request.user.actor)
    await session.flash(db, request.user, "export-begun" if begun else "export-too-late")
    return see(f"/staff/exports/{export_id}")


@post(f"{ONE}/without-central", opt=HANDLE)
async def go_on(request: HTTPRequest, db: NamedDependency[AsyncSession], export_id: FromPath[UUID]) -> Response[Any]:
    await forms.read(request, ())
    await found(db, export_id)
    begun = await actions.go_on_without_central(db, export_id)
    await session.flash(db, request.user, "export-begun" if begun else "export-too-late")
    return see(f"/staff/exports/{export_id}")


async def found(db: AsyncSession, export_id: UUID) -> tuple[DataExport, Member]:
    """The answer, and whose it is."""
    export = await queries.one(db, export_id)
    if export is None:
        raise NotFound
    return export, await db.get_one(Member, export.member_id)


HANDLERS = [show_export, download_file, rebuild, go_on]
