"""My details: what the association knows of me, and whether that is still right."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.members.rules import addressee
from portal.phones.rules import KINDS, shown
from portal.profile import actions, queries, rules
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.session import HTTPRequest
from portal.web.templating import page, see


@get("/profile")
async def show_profile(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    profile = await queries.profile(db, donor)
    address = queries.address_value(profile.address)
    lines = rules.envelope(address, addressee(profile.member)) if profile.address else []
    phones = [(KINDS[phone.kind], shown(phone.number, address.country)) for phone in profile.phones]
    return page("profile/profile", profile=profile, lines=lines, phones=phones)


@post("/profile/check")
async def confirm_details(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Response[Any]:
    """Home asks once a year whether all is still right: one press says yes."""
    await forms.read(request, ())
    await actions.confirm_details(db, donor)
    await session.flash(db, request.user, "details-confirmed")
    return see("/")


HANDLERS = [show_profile, confirm_details]
