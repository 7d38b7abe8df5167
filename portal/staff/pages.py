"""The desk: find a member, see what they see, write to them."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.changes import STATUS_WORDS
from portal.members.rules import addressee, full_name
from portal.memos.queries import stored
from portal.profile import queries as profile_queries
from portal.profile.rules import envelope
from portal.staff import queries
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

STAFF = {"for_staff": True}


@get("/staff", opt=STAFF)
async def show_desk(db: NamedDependency[AsyncSession], q: FromQuery[str] = "") -> Template:
    found = await queries.find(db, q) if q.strip() else []
    members = [(row, full_name(row)) for row in found[: queries.MOST_FOUND]]
    return page("staff/desk", q=q, members=members, more=len(found) > queries.MOST_FOUND)


@get("/staff/members/{member_id:uuid}", opt=STAFF)
async def show_member(request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]) -> Template:
    member = await queries.member(db, member_id)
    if member is None:
        raise NotFound
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=member_id)
    profile = await profile_queries.profile(db, Donor(member_id))
    lines = envelope(profile_queries.address_value(profile.address), addressee(member)) if profile.address else []
    return page(
        "staff/member",
        member=member,
        title=full_name(member),
        profile=profile,
        lines=lines,
        memo=await stored(db, member_id),
        activity=await queries.activity(db, member_id),
        words=STATUS_WORDS,
        kinds=journal.KINDS,
    )


@post("/staff/members/{member_id:uuid}/viewing", opt=STAFF)
async def start_viewing(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]
) -> Response[Any]:
    """See the portal as this member sees it, reading only; noted in the member's journal."""
    await forms.read(request, ())
    if await queries.member(db, member_id) is None:
        raise NotFound
    visitor = request.user
    await journal.write(db, "staff.viewing.started", actor=visitor.actor, member_id=member_id)
    await session.start(db, request, mailbox=visitor.mailbox, staff_id=visitor.staff_id, viewing_id=member_id)
    return see("/")


@post("/staff/viewing-end", opt=STAFF | {"while_viewing": True})
async def end_viewing(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    await forms.read(request, ())
    visitor = request.user
    if not visitor.viewing:
        return see("/staff")
    await journal.write(db, "staff.viewing.ended", actor=visitor.actor, member_id=visitor.member_id)
    await session.start(db, request, mailbox=visitor.mailbox, staff_id=visitor.staff_id)
    return see(f"/staff/members/{visitor.member_id}")


HANDLERS = [show_desk, show_member, start_viewing, end_viewing]
