"""How I receive my tax receipts: by e-mail or by post, for the year or for each gift, or not at all."""

from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.members.rules import addressee
from portal.preferences import actions, queries, rules
from portal.preferences.forms import FIELDS, parse_wish
from portal.profile.queries import address_value
from portal.profile.rules import envelope
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

PATH = "/preferences/receipts"


@get(PATH)
async def edit_receipts(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], by: FromQuery[str] = ""
) -> Template:
    """Home links to it with `by=email`: then one press of the button is enough."""
    standing = await _standing(db, donor)
    proposed = replace(standing.wish, receipt_by="email") if by == "email" and standing.takes_mail else standing.wish
    return _form_page(standing, forms.Form(proposed.as_group() | _seen(standing)))


@post(PATH)
async def save_receipts(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Response[Any]:
    form = await forms.read(request, FIELDS)
    standing = await _standing(db, donor)
    wish = parse_wish(form, takes_mail=standing.takes_mail)
    if not form.ok:
        return _form_page(standing, form, status=422)
    try:
        changed = await actions.save_wish(db, donor, wish, seen=form[forms.SEEN])
    except forms.Outdated:  # both are shown, and the donor decides
        standing = await _standing(db, donor)
        form.typed = {**form.typed, **_seen(standing)}
        return _form_page(standing, form, status=409, outdated=True)
    mailed = "receipts-saved-and-mailed" if standing.takes_mail else "receipts-saved"
    await session.flash(db, request.user, mailed if changed else "nothing-changed")
    return see(PATH)


async def _standing(db: AsyncSession, donor: Donor) -> queries.Standing:
    standing = await queries.standing(db, donor)
    if standing is None:
        raise NotFound
    return standing


def _seen(standing: queries.Standing) -> dict[str, str]:
    return {forms.SEEN: forms.fingerprint(standing.wish.as_group())}


def _form_page(standing: queries.Standing, form: forms.Form, *, status: int = 200, outdated: bool = False) -> Template:
    lines = envelope(address_value(standing.address), addressee(standing.member)) if standing.address else []
    return page(
        "preferences/receipts",
        status,
        form=form,
        standing=standing,
        lines=lines,
        rhythms=rules.RHYTHMS,
        outdated=outdated,
    )


HANDLERS = [edit_receipts, save_receipts]
