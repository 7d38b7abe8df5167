"""A change that did not arrive: sent again, corrected, made a request, or given up."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.changes import GROUP_WORDS, STATUS_WORDS
from portal.members.rules import full_name
from portal.reviews import rules
from portal.reviews.actions import changes as actions
from portal.reviews.forms import corrected
from portal.reviews.forms.reason import parse_reason
from portal.reviews.pages.queue import DECIDE, DESK
from portal.reviews.queries import parked
from portal.reviews.queries.present import mirrored_at, present
from portal.tracking.rules import facts
from portal.web import forms, session
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

ONE = f"{DESK}/{{change_id:uuid}}"


@get(ONE, opt=DECIDE)
async def show_review(request: HTTPRequest, db: NamedDependency[AsyncSession], change_id: FromPath[UUID]) -> Template:
    change = await _change(db, change_id)
    return await _change_page(request, db, change, corrected.first_form(change))


@post(f"{ONE}/retry", opt=DECIDE)
async def send_again(
    request: HTTPRequest, db: NamedDependency[AsyncSession], change_id: FromPath[UUID]
) -> Response[Any]:
    await forms.read(request, ())
    await _change(db, change_id)
    done = await actions.send_again(db, change_id, actor=request.user.actor)
    return await _after(request, db, change_id, "review-sent-again" if done else "")


@post(f"{ONE}/correction", opt=DECIDE)
async def send_corrected(
    request: HTTPRequest, db: NamedDependency[AsyncSession], change_id: FromPath[UUID]
) -> Response[Any]:
    """The value as the colleague has corrected it."""
    change = await _change(db, change_id)
    form = await forms.read(request, corrected.field_names(change))
    value = corrected.parse_corrected(change, form)
    if not form.ok:
        return await _change_page(request, db, change, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    done = await actions.send_again(db, change_id, actor=request.user.actor, corrected=value)
    return await _after(request, db, change_id, "review-sent-again" if done else "")


@post(f"{ONE}/end", opt=DECIDE)
async def give_up(request: HTTPRequest, db: NamedDependency[AsyncSession], change_id: FromPath[UUID]) -> Response[Any]:
    form = await forms.read(request, {"reason"})
    change = await _change(db, change_id)
    reason = parse_reason(form)
    if not form.ok:
        form.typed = {**corrected.first_form(change).typed, **form.typed}
        return await _change_page(request, db, change, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    done = await actions.give_up(db, change_id, reason, actor=request.user.actor)
    return await _after(request, db, change_id, "review-given-up" if done else "")


@post(f"{ONE}/request", opt=DECIDE)
async def make_request(
    request: HTTPRequest, db: NamedDependency[AsyncSession], change_id: FromPath[UUID]
) -> Response[Any]:
    await forms.read(request, ())
    await _change(db, change_id)
    try:
        done = await actions.make_request(db, change_id, actor=request.user.actor)
    except actions.AskedBefore:
        await session.flash(db, request.user, "review-requested-before")
        return see(f"{DESK}/{change_id}")
    return await _after(request, db, change_id, "review-requested" if done else "")


async def _change(db: AsyncSession, change_id: UUID) -> parked.Change:
    found = await parked.one(db, change_id)
    if found is None:
        raise NotFound
    return found


async def _after(request: HTTPRequest, db: AsyncSession, change_id: UUID, done: str) -> Response[Any]:
    """Where somebody else was faster, the page shows what became of it."""
    await session.flash(db, request.user, done or "review-decided-before")
    return see(DESK if done else f"{DESK}/{change_id}")


async def _change_page(
    request: HTTPRequest,
    db: AsyncSession,
    change: parked.Change,
    form: forms.Form,
    status: int = HTTPStatus.OK,
) -> Template:
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=change.member_id)
    known = change.theirs is not None
    held = change.theirs["value"] if known else await present(db, change.Member, change.group)
    again = change.waits and rules.can_be_sent_again(change)
    return page(
        "reviews/change",
        status,
        change=change,
        who=full_name(change.Member) or change.Member.number,
        form=form,
        facts=facts(change),
        held=rules.lines(change.group, held),
        held_at=change.parked_at if known else await mirrored_at(db),
        known=known,
        again=again,
        endable=change.waits and rules.can_be_ended(change),
        parts=corrected.parts(change, form) if again else [],
        boxes=corrected.offered_boxes(change) if again else [],
        risk=rules.risk("refused", change.group),
        level=rules.LEVELS[rules.risk("refused", change.group).level],
        groups=GROUP_WORDS,
        words=STATUS_WORDS,
    )


HANDLERS = [show_review, send_again, send_corrected, give_up, make_request]
