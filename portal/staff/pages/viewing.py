"""Seeing the portal as a member sees it, and ending the visits of somebody else in a member's space."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.i18n import N_
from portal.staff import actions, queries
from portal.staff.pages.record import STAFF, record_page
from portal.web import forms, session
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import see

LONGEST_REASON = 300


@post("/staff/members/{member_id:uuid}/viewing", opt=STAFF)
async def start_viewing(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]
) -> Response[Any]:
    """See the portal as this member sees it, reading only; noted, with the reason, where the member can read it."""
    form = await forms.read(request, {"reason"})
    if not form["reason"]:
        form.refuse("reason", N_("Say in a few words why. The donor can read it."))
        return await record_page(request, db, member_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
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


HANDLERS = [start_viewing, end_visits, end_viewing]
