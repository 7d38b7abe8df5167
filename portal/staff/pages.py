"""The desk: find a member, see what they see, write to them."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.addresses.rules.derived import derived
from portal.changes import GROUP_WORDS, STATUS_WORDS
from portal.corrections import queries as corrections
from portal.i18n import N_
from portal.members.rules import addressee, full_name
from portal.memos.queries import stored
from portal.profile import queries as profile_queries
from portal.profile.rules import envelope
from portal.requests import queries as requests
from portal.requests import rules as request_rules
from portal.reviews import queries as reviews
from portal.staff import actions, queries
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.guards import EDITORS
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

STAFF = {"for_staff": True}
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
LONGEST_REASON = 300


@get("/staff", opt=STAFF)
async def show_desk(request: HTTPRequest, db: NamedDependency[AsyncSession], q: FromQuery[str] = "") -> Template:
    found = await queries.find(db, q) if q.strip() else []
    members = [(row, full_name(row)) for row in found[: queries.MOST_FOUND]]
    waiting = await corrections.count_open(db) if request.user.role in EDITORS else None
    to_look_at = await reviews.count_open(db) if request.user.role in EDITORS else None
    role = request.user.role
    asked = await requests.count_open(db, request_rules.handled_by(role)) if role in request_rules.ROLES else None
    return page(
        "staff/desk",
        q=q,
        members=members,
        more=len(found) > queries.MOST_FOUND,
        open_corrections=waiting,
        open_reviews=to_look_at,
        open_requests=asked,
    )


@get("/staff/members/{member_id:uuid}", opt=STAFF)
async def show_member(request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]) -> Template:
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=member_id)
    return await _member_page(db, member_id, forms.Form({}))


async def _member_page(db: AsyncSession, member_id: UUID, form: forms.Form, status: int = 200) -> Template:
    member = await queries.member(db, member_id)
    if member is None:
        raise NotFound
    profile = await profile_queries.profile(db, Donor(member_id))
    address = profile_queries.address_value(profile.address)
    return page(
        "staff/member",
        status,
        form=form,
        member=member,
        title=full_name(member),
        profile=profile,
        lines=envelope(address, addressee(member)) if profile.address else [],
        address_forms=derived(address) if profile.address else [],
        memo=await stored(db, member_id),
        activity=await queries.activity(db, member_id),
        words=STATUS_WORDS,
        groups=GROUP_WORDS,
        kinds=journal.KINDS,
    )


@post("/staff/members/{member_id:uuid}/viewing", opt=STAFF)
async def start_viewing(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]
) -> Response[Any]:
    """See the portal as this member sees it, reading only; noted, with the reason, where the member can read it."""
    form = await forms.read(request, {"reason"})
    if not form["reason"]:
        form.refuse("reason", N_("Say in a few words why. The member can read it."))
        return await _member_page(db, member_id, form, UNPROCESSABLE)
    if await queries.member(db, member_id) is None:
        raise NotFound
    reason = form["reason"][:LONGEST_REASON]
    await journal.write(db, "staff.viewing.started", actor=request.user.actor, member_id=member_id, reason=reason)
    await session.rotate(db, request, viewing_id=member_id)
    return see("/")


@post("/staff/members/{member_id:uuid}/visits-end", opt=STAFF | {"roles": ("administrator",)})
async def end_visits(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]
) -> Response[Any]:
    """When a member says on the phone that somebody else is in their space."""
    await forms.read(request, ())
    if await queries.member(db, member_id) is None:
        raise NotFound
    await actions.end_visits_of_member(db, member_id, actor=request.user.actor)
    await session.flash(db, request.user, "visits-ended-by-staff")
    return see(f"/staff/members/{member_id}")


@post("/staff/viewing-end", opt=STAFF | {"while_viewing": True})
async def end_viewing(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    await forms.read(request, ())
    visitor = request.user
    if not visitor.viewing:
        return see("/staff")
    await journal.write(db, "staff.viewing.ended", actor=visitor.actor, member_id=visitor.member_id)
    await session.rotate(db, request, viewing_id=None)
    return see(f"/staff/members/{visitor.member_id}")


HANDLERS = [show_desk, show_member, start_viewing, end_visits, end_viewing]
