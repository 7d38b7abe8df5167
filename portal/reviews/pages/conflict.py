"""What both sides had changed: what each said, what holds, and the way back to what the central base had."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.changes import GROUP_WORDS
from portal.members.rules import full_name
from portal.reviews import rules
from portal.reviews.actions import conflicts as actions
from portal.reviews.forms.reason import parse_reason
from portal.reviews.pages.queue import DECIDE, DESK
from portal.reviews.queries import parked
from portal.reviews.queries.present import present
from portal.web import forms, session
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

ONE = f"{DESK}/conflicts/{{conflict_id:uuid}}"


@get(ONE, opt=DECIDE)
async def show_conflict(
    request: HTTPRequest, db: NamedDependency[AsyncSession], conflict_id: FromPath[UUID]
) -> Template:
    return await _conflict_page(request, db, await _conflict(db, conflict_id), forms.Form({}))


@post(ONE, opt=DECIDE)
async def save_conflict(
    request: HTTPRequest, db: NamedDependency[AsyncSession], conflict_id: FromPath[UUID]
) -> Response[Any]:
    """Noted by somebody: it leaves the list, and stays stored."""
    await forms.read(request, ())
    await _conflict(db, conflict_id)
    done = await actions.note(db, conflict_id, actor=request.user.actor)
    return await _after(request, db, conflict_id, "conflict-noted" if done else "")


@post(f"{ONE}/reversal", opt=DECIDE)
async def reverse_conflict(
    request: HTTPRequest, db: NamedDependency[AsyncSession], conflict_id: FromPath[UUID]
) -> Response[Any]:
    form = await forms.read(request, {"reason"})
    found = await _conflict(db, conflict_id)
    reason = parse_reason(form)
    if not form.ok:
        return await _conflict_page(request, db, found, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    done = await actions.reverse(db, conflict_id, reason, actor=request.user.actor)
    return await _after(request, db, conflict_id, "conflict-reversed" if done else "")


async def _conflict(db: AsyncSession, conflict_id: UUID) -> parked.Conflict:
    found = await parked.conflict(db, conflict_id)
    if found is None:
        raise NotFound
    return found


async def _after(request: HTTPRequest, db: AsyncSession, conflict_id: UUID, done: str) -> Response[Any]:
    """Where somebody else was faster, the page shows what became of it."""
    await session.flash(db, request.user, done or "review-decided-before")
    return see(DESK if done else f"{DESK}/conflicts/{conflict_id}")


async def _conflict_page(
    request: HTTPRequest, db: AsyncSession, found: parked.Conflict, form: forms.Form, status: int = HTTPStatus.OK
) -> Template:
    conflict = found.SyncConflict
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=conflict.member_id)
    held = await present(db, found.Member, conflict.group)
    return page(
        "reviews/conflict",
        status,
        conflict=conflict,
        member=found.Member,
        who=full_name(found.Member) or found.Member.number,
        form=form,
        held=rules.lines(conflict.group, held),
        reversible=await actions.is_reversible(db, found),
        in_words=rules.lines,
        decisions=rules.DECISIONS,
        groups=GROUP_WORDS,
    )


HANDLERS = [show_conflict, save_conflict, reverse_conflict]
