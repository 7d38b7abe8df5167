"""Writing, saving and removing a memo."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.memos import actions, queries
from portal.memos.forms import FIELDS, parse
from portal.memos.pages.subject import EDIT, GENERAL, ONE, form_page, outdated_page, subject_of
from portal.memos.rules import as_group, version
from portal.settings import Settings
from portal.web import forms, session
from portal.web.session import HTTPRequest
from portal.web.templating import see


@get([ONE, GENERAL], opt=EDIT)
async def edit_memo(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID | None] = None
) -> Template:
    """Of a member, with all that they were shown: they can see that somebody looked."""
    memo, english = await queries.text_of(db, member_id), await queries.english_of(db, member_id)
    typed = {name: value or "" for name, value in (as_group(memo) or {}).items()}
    seen = {forms.SEEN: forms.fingerprint(version(memo, english))}
    shown = await form_page(db, member_id, forms.Form(typed | seen | {"english": english}))
    if member_id:
        await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=member_id)
    return shown


@post([f"{ONE}/form", f"{GENERAL}/form"], opt=EDIT, status_code=200)
async def edit_again(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID | None] = None
) -> Template:
    """Back from the preview, with what was typed."""
    return await form_page(db, member_id, await forms.read(request, FIELDS))


@post([ONE, GENERAL], opt=EDIT)
async def save_memo(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    member_id: FromPath[UUID | None] = None,
) -> Response[Any]:
    """Shown to the member from now on; where the installation asks for four eyes, laid before a colleague."""
    form = await forms.read(request, FIELDS)
    memo, english = parse(form)
    if not form.ok:
        return await form_page(db, member_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    subject = await subject_of(db, member_id)
    put = actions.propose_memo if settings.memo_four_eyes else actions.set_memo
    try:
        changed = await put(db, member_id, memo, actor=request.user.actor, seen=form[forms.SEEN], english=english)
    except forms.Outdated:
        return await outdated_page(db, member_id, form)
    done = "memo-proposed" if settings.memo_four_eyes else "memo-saved"
    await session.flash(db, request.user, done if changed else "nothing-changed")
    return see(subject["back"])


@post([f"{ONE}-removal", f"{GENERAL}-removal"], opt=EDIT)
async def remove_memo(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID | None] = None
) -> Response[Any]:
    await forms.read(request, ())
    subject = await subject_of(db, member_id)
    if await actions.remove_memo(db, member_id, actor=request.user.actor):
        await session.flash(db, request.user, "memo-removed")
    return see(subject["back"])


HANDLERS = [edit_memo, edit_again, save_memo, remove_memo]
