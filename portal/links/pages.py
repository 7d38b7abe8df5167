"""My other links with the association; and for staff, the days of a legacy."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.links import actions, queries, rules
from portal.links.forms import FIELDS, parse, typed
from portal.members.models import Member
from portal.members.rules import full_name
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.guards import EDITORS
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

LEGACY = "/staff/members/{member_id:uuid}/legacy"
KEEPERS = {"for_staff": True, "roles": ("editor", "compliance", "administrator")}


@get("/links")
async def show_links(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], number: FromQuery[int] = 1
) -> Template:
    total, enquiry = await queries.overview(db, donor)
    pages = Pages(number, total)
    found = await queries.listed(db, donor, offset=pages.offset, limit=PER_PAGE)
    days = [(rules.DAYS[name], day) for name, day in vars(enquiry).items() if day]
    return page("links/mine", links=queries.by_kind(found), pages=pages, days=days, kinds=rules.KINDS,
                states=rules.STATES)  # fmt: skip


@get(LEGACY, opt=KEEPERS)
async def edit_legacy(request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]) -> Template:
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=member_id)
    known = await queries.known_of(db, member_id)
    shown = typed(known) | {forms.SEEN: forms.fingerprint(known.as_noted)}
    return await _legacy_page(db, member_id, forms.Form(shown))


@post(LEGACY, opt={"for_staff": True, "roles": EDITORS})
async def save_legacy(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]
) -> Response[Any]:
    form = await forms.read(request, FIELDS)
    if await db.get(Member, member_id) is None:
        raise NotFound
    wanted = parse(form)
    if not form.ok:
        return await _legacy_page(db, member_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        changed = await actions.note_legacy(db, member_id, wanted, actor=request.user.actor, seen=form[forms.SEEN])
    except forms.Outdated:
        known = await queries.known_of(db, member_id)
        form.typed = {**form.typed, forms.SEEN: forms.fingerprint(known.as_noted)}
        return await _legacy_page(db, member_id, form, HTTPStatus.CONFLICT, outdated=typed(known))
    await session.flash(db, request.user, "legacy-noted" if changed else "nothing-changed")
    return see(f"/staff/members/{member_id}/legacy")


async def _legacy_page(
    db: AsyncSession, member_id: UUID, form: forms.Form, status: int = HTTPStatus.OK, *,
    outdated: dict[str, str] | None = None,
) -> Template:  # fmt: skip
    member = await db.get(Member, member_id)
    if member is None:
        raise NotFound
    asked = await queries.asked_here(db, member_id)
    return page("links/legacy", status, member=member, who=full_name(member) or member.number, form=form, asked=asked,
                days=rules.DESK_DAYS, outdated=outdated)  # fmt: skip


HANDLERS = [show_links, edit_legacy, save_legacy]
