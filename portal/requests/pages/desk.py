"""The desk of requests: what members ask, by when they are owed an answer, and the answer."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.changes import GROUP_WORDS
from portal.members.rules import full_name
from portal.requests import actions, queries, rules
from portal.requests.forms import parse_answer
from portal.signin_help.queries import vouched
from portal.web import forms, session
from portal.web.errors import NotFound
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

HANDLE = {"for_staff": True, "roles": rules.ROLES}
DESK, ONE = "/staff/requests", "/staff/requests/{request_id:uuid}"


@get(DESK, opt=HANDLE)
async def show_open_requests(db: NamedDependency[AsyncSession], number: FromQuery[int] = 1) -> Template:
    pages = Pages(number, total=await queries.count_open(db, rules.HANDLED))
    found = await queries.waiting(db, rules.HANDLED, offset=pages.offset, limit=PER_PAGE)
    requests = [
        {"asked": row.MemberRequest, "who": full_name(row.Member) or row.Member.number,
         "answer_by": row.MemberRequest.asked_on + rules.ANSWERED_WITHIN}
        for row in found
    ]  # fmt: skip
    return page("requests/desk", requests=requests, pages=pages, title=rules.title)


@get(ONE, opt=HANDLE)
async def show_asked(request: HTTPRequest, db: NamedDependency[AsyncSession], request_id: FromPath[UUID]) -> Template:
    found = await _found(db, request_id)
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=found.Member.id)
    return await _request_page(db, found, forms.Form({}))


@post(f"{ONE}/seen", opt=HANDLE)
async def mark_seen(
    request: HTTPRequest, db: NamedDependency[AsyncSession], request_id: FromPath[UUID]
) -> Response[Any]:
    await forms.read(request, ())
    await _found(db, request_id)
    marked = await actions.mark_seen(db, request_id)
    await session.flash(db, request.user, "request-seen" if marked else "request-answered-before")
    return see(f"{DESK}/{request_id}")


@post(f"{ONE}/answer", opt=HANDLE)
async def save_answer(
    request: HTTPRequest, db: NamedDependency[AsyncSession], request_id: FromPath[UUID]
) -> Response[Any]:
    """Where somebody else was faster, the page shows what they decided."""
    form = await forms.read(request, {"decision", "answer"})
    found, given = await _found(db, request_id), parse_answer(form)
    if not form.ok:
        return await _request_page(db, found, form, status=422)
    answered = await actions.answer(db, request_id, given, actor=request.user.actor)
    await session.flash(db, request.user, "request-answered" if answered else "request-answered-before")
    return see(DESK if answered else f"{DESK}/{request_id}")


async def _found(db: AsyncSession, request_id: UUID) -> queries.Request:
    found = await queries.one(db, request_id, rules.HANDLED)
    if found is None:
        raise NotFound
    return found


async def _request_page(db: AsyncSession, found: queries.Request, form: forms.Form, *, status: int = 200) -> Template:
    asked = found.MemberRequest
    is_open = asked.state in rules.UNDECIDED
    return page(
        "requests/asked",
        status,
        found=asked,
        member=found.Member,
        who=full_name(found.Member) or found.Member.number,
        title=rules.title(asked.kind),
        states=rules.STATES,
        groups=GROUP_WORDS,
        form=form,
        frozen=await vouched.frozen(db, asked.member_id) if asked.kind == "mandate" else None,
        answer_by=asked.asked_on + rules.ANSWERED_WITHIN if is_open else None,
        is_ours=is_open and found.is_ours,
    )


HANDLERS = [show_open_requests, show_asked, mark_seen, save_answer]
