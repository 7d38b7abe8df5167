"""What erasing a person would do, in words and counts, before an officer confirms it; and what it did."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.erasure import actions, queries, rules
from portal.holdings.rules import Fate
from portal.i18n import N_
from portal.members.rules import full_name
from portal.settings import Settings
from portal.web import forms, session
from portal.web.errors import NotFound
from portal.web.guards import OFFICERS
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

ERASE = {"for_staff": True, "roles": OFFICERS}
ONE = "/staff/erasures/{erasure_id:uuid}"


@get(ONE, opt=ERASE)
async def show_erasure(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    erasure_id: FromPath[UUID],
) -> Template:
    found = await _found(db, erasure_id)
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=found.Member.id)
    return await _erasure_page(db, settings, found, forms.Form({}))


@post(ONE, opt=ERASE)
async def confirm_erasure(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    erasure_id: FromPath[UUID],
) -> Response[Any]:
    """The worker carries it out; whoever confirms twice confirms once."""
    form = await forms.read(request, {"number"})
    found = await _found(db, erasure_id)
    if not rules.is_number(form["number"], found.Member.number):
        form.refuse("number", N_("Type the donor number of this person, as it stands above."))
        return await _erasure_page(db, settings, found, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if await queries.obstacles(db, found.Member.id, erasure_id) or found.MemberRequest.state == "refused":
        return await _erasure_page(db, settings, found, form, HTTPStatus.CONFLICT)
    if found.Erasure is None:
        await actions.confirm(db, found.Member.id, erasure_id, actor=request.user.actor)
    await session.flash(db, request.user, "erasure-confirmed")
    return see(f"/staff/erasures/{erasure_id}")


async def _found(db: AsyncSession, erasure_id: UUID) -> Any:
    """By the number of the request: before it is carried out there is nothing else."""
    found = await queries.of_request(db, erasure_id)
    if found is None:
        raise NotFound
    return found


async def _erasure_page(
    db: AsyncSession, settings: Settings, found: Any, form: forms.Form, status: int = HTTPStatus.OK
) -> Template:
    member_id = found.Member.id
    dates = await queries.dates(db, member_id)
    lines = rules.preview(await queries.counts(db, member_id), dates, settings.financial_year_end)
    return page(
        "erasure/one",
        status,
        form=form,
        asked=found.MemberRequest,
        member=found.Member,
        who=full_name(found.Member) or found.Member.number,
        erased=found.Erasure,
        deleted=rules.of_fate(lines, Fate.DELETE),
        emptied=rules.of_fate(lines, Fate.PSEUDONYMISE),
        kept=rules.of_fate(lines, Fate.KEEP),
        obstacles=[rules.OBSTACLES[name] for name in await queries.obstacles(db, member_id, found.MemberRequest.id)],
    )


HANDLERS = [show_erasure, confirm_erasure]
