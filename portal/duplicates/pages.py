"""Two records that may be one person's, side by side, and the decision. Their list is the review queue."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.duplicates import actions, queries, rules
from portal.duplicates.forms import FIELDS, parse
from portal.members.models import Member
from portal.members.rules import full_name
from portal.profile.queries import address_value
from portal.profile.rules import envelope
from portal.web import forms, session
from portal.web.errors import NotFound
from portal.web.guards import EDITORS
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

DECIDE = {"for_staff": True, "roles": EDITORS}
DESK, ONE = "/staff/reviews", "/staff/duplicates/{pair_id:uuid}"


@get(ONE, opt=DECIDE)
async def show_pair(request: HTTPRequest, db: NamedDependency[AsyncSession], pair_id: FromPath[UUID]) -> Template:
    return await _pair_page(request, db, await _pair(db, pair_id), forms.Form({}))


@post(ONE, opt=DECIDE)
async def save_pair(request: HTTPRequest, db: NamedDependency[AsyncSession], pair_id: FromPath[UUID]) -> Response[Any]:
    """Where somebody else was faster, the page shows what they decided."""
    form = await forms.read(request, FIELDS)
    pair, decision = await _pair(db, pair_id), parse(form)
    if not form.ok:
        return await _pair_page(request, db, pair, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    actor = request.user.actor
    if decision.kept is None:
        done = await actions.are_different(db, pair_id, decision.reason, actor=actor)
    else:
        done = await actions.propose(db, pair_id, decision.kept, decision.reason, actor=actor)
    said = "duplicate-denied" if decision.kept is None else "merge-proposed"
    await session.flash(db, request.user, said if done else "review-decided-before")
    return see(DESK if done else f"/staff/duplicates/{pair_id}")


async def _pair(db: AsyncSession, pair_id: UUID) -> queries.Pair:
    found = await queries.one(db, pair_id)
    if found is None:
        raise NotFound
    return found


async def _pair_page(
    request: HTTPRequest, db: AsyncSession, found: queries.Pair, form: forms.Form, status: int = HTTPStatus.OK
) -> Template:
    pair = found.SuspectedDuplicate
    members = pair.member_id, pair.other_id
    for member_id in members:
        await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=member_id)
    records = await queries.records(db, members)
    return page(
        "duplicates/pair",
        status,
        pair=pair,
        records=[
            (record, _named(record.profile.member),
             ", ".join(envelope(address_value(record.profile.address), addressee="")))
            for record in records
        ],
        signs=[rules.SIGNS[sign] for sign in pair.signs],
        likeness=rules.likeness(same_first_name=pair.same_first_name),
        form=form,
    )  # fmt: skip


def _named(member: Member) -> str:
    """With the number, for the names may be the same."""
    return f"{full_name(member)} ({member.number})".strip()


HANDLERS = [show_pair, save_pair]
