"""Whom a memo is for, and the form in which it is written."""

from typing import Any
from uuid import UUID

from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.members.models import Member
from portal.members.rules import full_name
from portal.memos import actions, queries
from portal.memos.rules import VARIABLES, version
from portal.staff.models import StaffAccount
from portal.web import forms
from portal.web.errors import NotFound
from portal.web.guards import EDITORS
from portal.web.templating import page

EDIT = {"for_staff": True, "roles": EDITORS}
ONE, GENERAL = "/staff/members/{member_id:uuid}/memo", "/staff/memo"


async def subject_of(db: AsyncSession, member_id: UUID | None) -> dict[str, Any]:
    """Whom the memo addresses, and the address of its form."""
    if member_id is None:
        return {"member_name": None, "path": GENERAL, "back": "/staff"}
    member = await db.get(Member, member_id)
    if member is None:
        raise NotFound
    back = f"/staff/members/{member_id}"
    return {"member_name": full_name(member), "path": f"{back}/memo", "back": back}


async def form_page(
    db: AsyncSession, member_id: UUID | None, form: forms.Form, *, status: int = 200, outdated: bool = False
) -> Template:
    subject = await subject_of(db, member_id)
    waiting = await queries.proposal(db, member_id)
    return page(
        "memos/edit",
        status,
        form=form,
        memo=await queries.stored(db, member_id),
        outdated=outdated,
        english=await queries.english_of(db, member_id) if outdated else "",
        waiting=waiting,
        waiting_seen=forms.fingerprint(actions.content_of(waiting)) if waiting else "",
        author=await db.get(StaffAccount, waiting.author_id) if waiting else None,
        versions=await queries.versions(db, member_id),
        history=await queries.history(db, member_id) if member_id else [],
        kinds=journal.KINDS,
        variables=VARIABLES,
        **subject,
    )


async def outdated_page(db: AsyncSession, member_id: UUID | None, form: forms.Form) -> Template:
    """Both are shown, what was typed and what a colleague wrote meanwhile; the editor decides."""
    stored = version(await queries.text_of(db, member_id), await queries.english_of(db, member_id))
    form.typed = {**form.typed, forms.SEEN: forms.fingerprint(stored)}
    return await form_page(db, member_id, form, status=409, outdated=True)
