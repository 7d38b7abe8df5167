"""The second pair of eyes: who approves a memo has not written it."""

from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from portal.memos import actions
from portal.memos.pages.subject import EDIT, GENERAL, ONE, subject_of
from portal.web import forms, session
from portal.web.session import HTTPRequest
from portal.web.templating import see


@post([f"{ONE}-approval", f"{GENERAL}-approval"], opt=EDIT)
async def approve_memo(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID | None] = None
) -> Response[Any]:
    form = await forms.read(request, {forms.SEEN})
    subject = await subject_of(db, member_id)
    try:
        done = await actions.approve_memo(db, member_id, actor=request.user.actor, seen=form[forms.SEEN])
    except forms.Outdated:
        await session.flash(db, request.user, "memo-changed-meanwhile")
        return see(subject["path"])
    await session.flash(db, request.user, "memo-saved" if done else "memo-own")
    return see(subject["back"] if done else subject["path"])


@post([f"{ONE}-rejection", f"{GENERAL}-rejection"], opt=EDIT)
async def reject_memo(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID | None] = None
) -> Response[Any]:
    """By whoever: the author may take it back too."""
    await forms.read(request, ())
    subject = await subject_of(db, member_id)
    if await actions.reject_memo(db, member_id, actor=request.user.actor):
        await session.flash(db, request.user, "memo-rejected")
    return see(subject["path"])


HANDLERS = [approve_memo, reject_memo]
