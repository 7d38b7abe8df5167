"""Staff attach an address after a proof: what was proved and how is noted, and who else has the address is shown."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.emails import queries as emails
from portal.emails import rules as addresses
from portal.i18n import N_
from portal.members.models import Member
from portal.members.rules import full_name
from portal.settings import Settings
from portal.signin_help import actions, rules
from portal.signin_help.forms import FIELDS, SHARED, parse
from portal.signin_help.pages.desk import DESK, MEMBER, PATH, found
from portal.signin_help.queries import member as queries
from portal.signin_help.rules import Neighbour
from portal.web import forms, proof, session
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see
from portal.web.throttle import allow

UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
ATTACH = DESK | {"step_up": f"{PATH}/members/{{member_id}}/email"}
"""As for members who add an address themselves: it opens the space to whoever reads it."""


@get(f"{MEMBER}/email", opt=ATTACH)
async def edit_email(request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]) -> Template:
    member = await _open(db, member_id)
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=member_id)
    return await _form_page(db, member, forms.Form({}))


@post(f"{MEMBER}/email", opt=ATTACH)
async def save_email(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    member_id: FromPath[UUID],
) -> Response[Any]:
    """Nothing is attached yet: a mail goes to the address, and its reader confirms it."""
    form = await forms.read(request, FIELDS)
    member = await _open(db, member_id)
    wanted = parse(form, await emails.emails(db, Donor(member_id)))
    others = await queries.holders(db, member, wanted.address) if wanted.address else []
    if others and form[SHARED] != _names(wanted.address, others):
        form.refuse("email", N_("Others have this address already. Look below before you go on."))
    if not form.ok:
        return await _form_page(db, member, form, UNPROCESSABLE, others)
    if not await allow(db, settings, proof.PER_ADDRESS_HOUR, wanted.address):
        form.refuse("email", N_("Several mails went to this address within the hour. Please wait a while."))
        return await _form_page(db, member, form, HTTPStatus.TOO_MANY_REQUESTS, others)
    await actions.vouch(db, member_id, wanted, shared=bool(others), actor=request.user.actor)
    await session.flash(db, request.user, "email-vouched")
    return see(f"{PATH}/members/{member_id}")


async def _open(db: AsyncSession, member_id: UUID) -> Member:
    """With a record that is closed, or of somebody deceased, nobody signs in."""
    member = await found(db, member_id)
    if member.closed or member.deceased_on:
        raise NotFound
    return member


async def _form_page(
    db: AsyncSession, member: Member, form: forms.Form, status: int = 200, others: list[Neighbour] | None = None
) -> Template:
    held = await emails.emails(db, Donor(member.id))
    former = addresses.main_of(held)
    return page(
        "signin_help/email",
        status,
        form=form,
        member=member,
        who=full_name(member) or member.number,
        former=former,
        others=others or [],
        shared=_names(form["email"].lower(), others or []),
        proofs=rules.PROOFS,
    )


def _names(address: str, others: list[Neighbour]) -> str:
    """Whoever ticks that they share the address must have seen just these."""
    return forms.fingerprint([address, *(one.id for one in others)])


HANDLERS = [edit_email, save_email]
