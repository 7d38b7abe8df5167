"""The link that went to an address: its reader types their member number, and the address is theirs."""

import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.i18n import N_
from portal.settings import Settings
from portal.signin_help import actions
from portal.web import cookies, forms, refusals, session, throttle
from portal.web.errors import NotFound, Refusal
from portal.web.session import HTTPRequest
from portal.web.templating import page, see
from portal.web.throttle import Limit

PATH = "/new-address"
PUBLIC = {"public": True}
PER_NETWORK = Limit("new address network", 20, timedelta(hours=1))


class TooManyTries(Refusal):
    status_code = HTTPStatus.TOO_MANY_REQUESTS
    title = N_("Please wait a while")
    words = N_("Links were tried too often in a short time. Try again in an hour, or call us.")


@get(f"{PATH}/{{token:str}}", opt=PUBLIC)
async def open_link(request: HTTPRequest, settings: NamedDependency[Settings], token: FromPath[str]) -> Redirect:
    """Put the secret out of the address, into a short-lived cookie. Opening a link changes nothing."""
    if not re.fullmatch("[A-Za-z0-9_-]{20,60}", token):
        refusals.mark(request.scope, "link")
        raise NotFound
    cookies.put(request.scope, cookies.EMAIL_LINK, token, seconds=settings.link_minutes * 60)
    return Redirect(PATH, status_code=303, headers={"Referrer-Policy": "no-referrer"})


@get(PATH, opt=PUBLIC)
async def show_link(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Template:
    row = await actions.find(db, cookies.linked_token(request.scope, cookies.EMAIL_LINK))
    if row is None:
        return _ended(request)
    if row.confirmed_at:
        return page("signin_help/confirmed", email=row.address)
    return page("signin_help/confirm", form=forms.Form({}), email=row.address)


@post(PATH, opt=PUBLIC)
async def use_link(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    """Signs nobody in: whoever has confirmed the address signs in with it, as always."""
    form = await forms.read(request, {"member_number"})
    if not await throttle.allow(db, settings, PER_NETWORK, throttle.network(session.client_address(request))):
        raise TooManyTries
    token = cookies.linked_token(request.scope, cookies.EMAIL_LINK)
    confirmed = await actions.confirm(db, token, form["member_number"])
    if confirmed:
        return see(PATH)
    row = await actions.find(db, token)
    if confirmed is None or row is None:
        return _ended(request)
    refusals.mark(request.scope, "link")
    form.refuse("member_number", N_("This is not the number that belongs to this link. It stands on our letters."))
    return page("signin_help/confirm", HTTPStatus.UNPROCESSABLE_ENTITY, form=form, email=row.address)


def _ended(request: HTTPRequest) -> Template:
    refusals.mark(request.scope, "link")
    return page("signin_help/ended", HTTPStatus.GONE)


HANDLERS = [open_link, show_link, use_link]
