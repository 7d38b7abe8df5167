"""The desk of changes that did not reach the central records, and of what both sides had changed."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n, journal
from portal.addresses.rules.checks import shown_fields
from portal.changes import GROUP_WORDS, STATUS_WORDS
from portal.members.rules import full_name
from portal.profile.rules import FIELDS, Address, regions
from portal.reviews import actions, queries, rules
from portal.reviews.forms import parse_address, parse_reason
from portal.tracking.rules import facts
from portal.web import forms, session
from portal.web.errors import BadForm, NotFound
from portal.web.guards import EDITORS
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

DECIDE = {"for_staff": True, "roles": EDITORS}
DESK, ONE = "/staff/reviews", "/staff/reviews/{change_id:uuid}"


@get(DESK, opt=DECIDE)
async def show_reviews(db: NamedDependency[AsyncSession], number: FromQuery[int] = 1) -> Template:
    waiting = await queries.counts(db)
    pages = Pages(number, total=waiting.changes)
    found = await queries.listed(db, offset=pages.offset, limit=PER_PAGE)
    conflicts = await queries.conflicts(db, limit=PER_PAGE) if waiting.conflicts else []
    return page(
        "reviews/desk",
        changes=[(row, _who(row.Member), facts(row)) for row in found],
        conflicts=[(row.SyncConflict, _who(row.Member)) for row in conflicts],
        waiting=waiting,
        pages=pages,
        groups=GROUP_WORDS,
        in_words=rules.lines,
        decisions=rules.DECISIONS,
    )


@post(f"{DESK}/conflicts/{{conflict_id:uuid}}", opt=DECIDE)
async def save_conflict(
    request: HTTPRequest, db: NamedDependency[AsyncSession], conflict_id: FromPath[UUID]
) -> Response[Any]:
    """Noted by somebody: it leaves the list, and stays stored."""
    await forms.read(request, ())
    await actions.note_conflict(db, conflict_id, actor=request.user.actor)
    await session.flash(db, request.user, "conflict-noted")
    return see(DESK)


@get(ONE, opt=DECIDE)
async def show_review(request: HTTPRequest, db: NamedDependency[AsyncSession], change_id: FromPath[UUID]) -> Template:
    change = await _change(db, change_id)
    typed = change.new if change.group == "address" and change.new else {}
    return await _change_page(request, db, change, forms.Form(typed))


@post(f"{ONE}/retry", opt=DECIDE)
async def send_again(
    request: HTTPRequest, db: NamedDependency[AsyncSession], change_id: FromPath[UUID]
) -> Response[Any]:
    await forms.read(request, ())
    await _change(db, change_id)
    done = await actions.send_again(db, change_id, actor=request.user.actor)
    return await _after(request, db, change_id, "review-sent-again" if done else "")


@post(f"{ONE}/address", opt=DECIDE)
async def send_address(
    request: HTTPRequest, db: NamedDependency[AsyncSession], change_id: FromPath[UUID]
) -> Response[Any]:
    """The address as the colleague has corrected it."""
    form = await forms.read(request, FIELDS)
    change = await _change(db, change_id)
    if change.group != "address":
        raise BadForm
    address = parse_address(form)
    if not form.ok:
        return await _change_page(request, db, change, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    done = await actions.send_again(db, change_id, actor=request.user.actor, corrected=address.as_group())
    return await _after(request, db, change_id, "review-sent-again" if done else "")


@post(f"{ONE}/end", opt=DECIDE)
async def give_up(request: HTTPRequest, db: NamedDependency[AsyncSession], change_id: FromPath[UUID]) -> Response[Any]:
    form = await forms.read(request, {"reason"})
    change = await _change(db, change_id)
    reason = parse_reason(form)
    if not form.ok:
        address = change.new if change.group == "address" and change.new else {}
        form.typed = {**address, **form.typed}
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


async def _change(db: AsyncSession, change_id: UUID) -> queries.Change:
    found = await queries.one(db, change_id)
    if found is None:
        raise NotFound
    return found


async def _after(request: HTTPRequest, db: AsyncSession, change_id: UUID, done: str) -> Response[Any]:
    """Where somebody else was faster, the page shows what became of it."""
    await session.flash(db, request.user, done or "review-decided-before")
    return see(DESK if done else f"{DESK}/{change_id}")


async def _change_page(
    request: HTTPRequest, db: AsyncSession, change: queries.Change, form: forms.Form, status: int = 200
) -> Template:
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=change.member_id)
    address = Address(**{name: form[name] for name in FIELDS})
    return page(
        "reviews/change",
        status,
        change=change,
        who=_who(change.Member),
        form=form,
        facts=facts(change),
        present=rules.lines(change.group, await queries.present(db, change)),
        again=rules.can_be_sent_again(change),
        endable=rules.can_be_ended(change),
        shown=shown_fields(address),
        regions=regions(address.country),
        countries=i18n.countries(),
        groups=GROUP_WORDS,
        words=STATUS_WORDS,
    )


def _who(member: Any) -> str:
    return full_name(member) or str(member.number)


HANDLERS = [show_reviews, save_conflict, show_review, send_again, send_address, give_up, make_request]
