"""Somebody calls and cannot sign in: find them, see why, and what can be done."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, journal
from portal.activation import queries as activation
from portal.emails import queries as emails
from portal.i18n import N_
from portal.members.models import Member
from portal.members.rules import full_name
from portal.search import queries as search
from portal.signin.rules import read_email
from portal.signin_help import actions, rules
from portal.signin_help.queries import lists, vouched
from portal.signin_help.queries import member as queries
from portal.signin_help.rules import Standing
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.errors import BadForm, NotFound
from portal.web.guards import EDITORS
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

PATH = "/staff/sign-in-help"
MEMBER = f"{PATH}/members/{{member_id:uuid}}"
DESK = {"for_staff": True, "roles": EDITORS}


@get(PATH, opt=DESK)
async def show_desk(db: NamedDependency[AsyncSession], q: FromQuery[str] = "") -> Template:
    found, more = await search.find(db, q) if q.strip() else ([], False)
    return page(
        "signin_help/desk",
        q=q,
        members=[(row, full_name(row) or row.number) for row, _ in found],
        more=more,
        is_address=read_email(q) is not None,
        counts=await lists.counts(db),
    )


@get(f"{PATH}/lists/{{list_name:str}}", opt=DESK)
async def show_list(
    db: NamedDependency[AsyncSession], list_name: FromPath[str], number: FromQuery[int] = 1
) -> Template:
    if list_name not in lists.LISTS:
        raise NotFound
    pages = Pages(number, (await lists.counts(db))[list_name])
    rows = await lists.listed(db, list_name, offset=pages.offset, limit=PER_PAGE)
    if list_name == "no-record":
        return page("signin_help/no-record", pages=pages, rows=[(row, rules.words_of(row.address)) for row in rows])
    named = [(row, full_name(row) or row.number) for row in rows]
    if list_name == "shared":
        return page("signin_help/shared", pages=pages, groups=rules.by_address(named))
    return page("signin_help/dead", pages=pages, rows=named)


@get(MEMBER, opt=DESK)
async def show_member(request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]) -> Template:
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=member_id)
    return await _member_page(db, await found(db, member_id), forms.Form({}))


async def found(db: AsyncSession, member_id: UUID) -> Member:
    if (member := await db.get(Member, member_id)) is None:
        raise NotFound
    return member


async def _member_page(db: AsyncSession, member: Member, form: forms.Form, status: int = 200) -> Template:
    held = await emails.emails(db, Donor(member.id))
    neighbours = await queries.neighbours(db, member)
    another_way = await queries.has_another_way(db, member.id)
    standing = Standing(member.closed, member.deceased_on, held, neighbours, another_way)
    letters = await activation.addressees(db, [member.number])
    return page(
        "signin_help/member",
        status,
        form=form,
        member=member,
        who=full_name(member) or member.number,
        standing=standing,
        problems=[rules.PROBLEMS[name] for name in rules.problems(standing)] or [rules.NOTHING],
        asked=await queries.asked(db, member.id),
        now=clock.now(),
        no_letter=activation.reason_against(letters.get(member.number)),
        vouched=await vouched.vouched(db, member.id),
        proofs=rules.PROOFS,
    )


@post(f"{MEMBER}/merge", opt=DESK)
async def save_merge(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]
) -> Response[Any]:
    """Ask the central base to make one record of this one and another with the same address and name."""
    form = await forms.read(request, {"other", "reason"})
    member = await found(db, member_id)
    alike = {str(one.id): one for one in await queries.neighbours(db, member) if one.is_alike}
    if form["other"] not in alike:
        raise BadForm
    if not form["reason"]:
        form.refuse("reason", N_("Say in a few words why. The member can read it."))
        return await _member_page(db, member, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    reason = form["reason"][: rules.LONGEST_NOTE]
    other_id = alike[form["other"]].id
    new = await actions.propose_merge(db, member_id, other_id, reason, actor=request.user.actor)
    await session.flash(db, request.user, "merge-proposed" if new else "merge-proposed-before")
    return see(f"{PATH}/members/{member_id}")


HANDLERS = [show_desk, show_list, show_member, save_merge]
