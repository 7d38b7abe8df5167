"""The archive of documents: the donor's own page, and the staff's, who add to it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, journal
from portal.documents import actions, queries, rules
from portal.documents.forms import FIELDS, FILE, parse
from portal.members.models import Member
from portal.members.rules import full_name
from portal.settings import Settings
from portal.web import forms, session
from portal.web.body import LARGEST_UPLOAD
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.guards import EDITORS
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

MINE, ONE = "/documents", "/documents/{document_id:uuid}/file"
DESK = "/staff/members/{member_id:uuid}/documents"
KEEPERS = {"for_staff": True, "roles": ("editor", "compliance", "administrator")}
ADD = {"for_staff": True, "roles": EDITORS}


@get(MINE)
async def show_documents(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], number: FromQuery[int] = 1
) -> Template:
    pages = Pages(number, await queries.count(db, donor))
    found = await queries.listed(db, donor, offset=pages.offset, limit=PER_PAGE)
    return page("documents/mine", documents=found, pages=pages, directions=rules.DIRECTIONS)


@get(ONE)
async def download_document(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
    document_id: FromPath[UUID],
) -> Response[bytes]:
    return await _file(request, db, settings, donor, document_id)


@get(DESK, opt=KEEPERS)
async def show_archive(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID], number: FromQuery[int] = 1
) -> Template:
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=member_id)
    blank = {"direction": "sent", "for_member": "no", "dated_on": clock.today().strftime("%d/%m/%Y")}
    return await _archive(db, member_id, forms.Form(blank), number)


@get(f"{DESK}/{{document_id:uuid}}/file", opt=KEEPERS)
async def download_archived(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    member_id: FromPath[UUID],
    document_id: FromPath[UUID],
) -> Response[bytes]:
    return await _file(request, db, settings, Donor(member_id), document_id, for_staff=True)


@post(DESK, opt=ADD | {"takes_file": True}, request_max_body_size=LARGEST_UPLOAD)
async def save_document(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    member_id: FromPath[UUID],
) -> Response[Any]:
    form, content = await forms.read_with_file(request, FIELDS, FILE)
    if await db.get(Member, member_id) is None:
        raise NotFound
    added = parse(form, content)
    if not form.ok:
        return await _archive(db, member_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    author = settings.organisation_name if added.direction == "sent" else ""
    await actions.add(db, settings, member_id, added, content, actor=request.user.actor, author=author)
    await session.flash(db, request.user, "document-added")
    return see(f"/staff/members/{member_id}/documents")


@post(f"{DESK}/{{document_id:uuid}}/removal", opt=ADD)
async def remove_document(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID], document_id: FromPath[UUID]
) -> Response[Any]:
    await forms.read(request, ())
    if not await actions.remove(db, member_id, document_id, actor=request.user.actor):
        raise NotFound
    await session.flash(db, request.user, "document-removed")
    return see(f"/staff/members/{member_id}/documents")


async def _archive(
    db: AsyncSession, member_id: UUID, form: forms.Form, number: int = 1, *, status: int = HTTPStatus.OK
) -> Template:
    member = await db.get(Member, member_id)
    if member is None:
        raise NotFound
    donor = Donor(member_id)
    pages = Pages(number, await queries.count(db, donor, for_staff=True))
    found = await queries.listed(db, donor, offset=pages.offset, limit=PER_PAGE, for_staff=True)
    return page("documents/archive", status, documents=found, pages=pages, member=member, form=form,
                directions=rules.DESK_DIRECTIONS, who=full_name(member) or member.number)  # fmt: skip


async def _file(
    request: HTTPRequest, db: AsyncSession, settings: Settings, donor: Donor, document_id: UUID, *,
    for_staff: bool = False,
) -> Response[bytes]:  # fmt: skip
    """Saved, never shown by the browser in our name."""
    found = await queries.file_of(db, donor, document_id, for_staff=for_staff)
    if found is None:
        raise NotFound
    content = actions.opened(settings, found.content)
    await journal.write(db, "document.downloaded", actor=request.user.actor, member_id=donor.id, title=found.title)
    name = rules.file_name(found.title, found.dated_on, content)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=rules.media_type(content), headers=headers)


HANDLERS = [show_documents, download_document, show_archive, download_archived, save_document, remove_document]
