"""The memo desk: write what one member, or everybody without a memo of their own, finds on their home page."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.members.models import Member
from portal.members.rules import full_name
from portal.memos import actions, queries
from portal.memos.forms import FIELDS, parse
from portal.memos.rules import as_group
from portal.web import forms, session
from portal.web.errors import NotFound
from portal.web.guards import EDITORS
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

EDIT = {"for_staff": True, "roles": EDITORS}
ONE, GENERAL = "/staff/members/{member_id:uuid}/memo", "/staff/memo"


@get([ONE, GENERAL], opt=EDIT)
async def edit_memo(db: NamedDependency[AsyncSession], member_id: FromPath[UUID | None] = None) -> Template:
    shown = as_group(await queries.text_of(db, member_id))
    typed = {name: value or "" for name, value in (shown or {}).items()} | {forms.SEEN: forms.fingerprint(shown)}
    return await _form_page(db, member_id, forms.Form(typed))


@post([f"{ONE}/form", f"{GENERAL}/form"], opt=EDIT, status_code=200)
async def edit_again(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID | None] = None
) -> Template:
    """Back from the preview, with what was typed."""
    return await _form_page(db, member_id, await forms.read(request, FIELDS))


@post([f"{ONE}/preview", f"{GENERAL}/preview"], opt=EDIT, status_code=200)
async def preview_memo(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID | None] = None
) -> Template:
    form = await forms.read(request, FIELDS)
    memo = parse(form)
    if not form.ok:
        return await _form_page(db, member_id, form, status=422)
    return page("memos/preview", memo=memo, seen=form[forms.SEEN], **await _subject(db, member_id))


@post([ONE, GENERAL], opt=EDIT)
async def save_memo(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID | None] = None
) -> Response[Any]:
    form = await forms.read(request, FIELDS)
    memo = parse(form)
    if not form.ok:
        return await _form_page(db, member_id, form, status=422)
    await _subject(db, member_id)
    try:
        changed = await actions.set_memo(db, member_id, memo, actor=request.user.actor, seen=form[forms.SEEN])
    except forms.Outdated:
        return await _outdated_page(db, member_id, form)
    await session.flash(db, request.user, "memo-saved" if changed else "nothing-changed")
    return see(_home_of(member_id))


@post([f"{ONE}-removal", f"{GENERAL}-removal"], opt=EDIT)
async def remove_memo(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID | None] = None
) -> Response[Any]:
    await forms.read(request, ())
    await _subject(db, member_id)
    if await actions.remove_memo(db, member_id, actor=request.user.actor):
        await session.flash(db, request.user, "memo-removed")
    return see(_home_of(member_id))


async def _outdated_page(db: AsyncSession, member_id: UUID | None, form: forms.Form) -> Template:
    """Both are shown, what was typed and what a colleague wrote meanwhile; the editor decides."""
    stored = as_group(await queries.text_of(db, member_id))
    form.typed = {**form.typed, forms.SEEN: forms.fingerprint(stored)}
    return await _form_page(db, member_id, form, status=409, outdated=True)


async def _form_page(
    db: AsyncSession, member_id: UUID | None, form: forms.Form, *, status: int = 200, outdated: bool = False
) -> Template:
    memo = await queries.stored(db, member_id)
    return page("memos/edit", status, form=form, memo=memo, outdated=outdated, **await _subject(db, member_id))


async def _subject(db: AsyncSession, member_id: UUID | None) -> dict[str, Any]:
    """Whom the memo addresses, and the address of its form."""
    if member_id is None:
        return {"member_name": None, "path": GENERAL, "back": "/staff"}
    member = await db.get(Member, member_id)
    if member is None:
        raise NotFound
    return {
        "member_name": full_name(member),
        "path": f"{_home_of(member_id)}/memo",
        "back": _home_of(member_id),
    }


def _home_of(member_id: UUID | None) -> str:
    return f"/staff/members/{member_id}" if member_id else "/staff"


HANDLERS = [edit_memo, edit_again, preview_memo, save_memo, remove_memo]
