"""Signing in at an OpenID Connect provider: staff at their organisation's, donors at one that the settings offer."""

import logging
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import database
from portal.oidc import actions
from portal.oidc.provider import DONOR, STAFF, Provider, ProviderRefused, ProviderUnreachable, provider_of
from portal.settings import Settings
from portal.web import forms, refusals, session
from portal.web.admission import safe_path
from portal.web.errors import BadForm, NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

log = logging.getLogger("portal")
PUBLIC = {"public": True}
PENDING = "oidc"


def _provider(settings: Settings, audience: str) -> Provider:
    found = provider_of(settings, audience) if audience in {STAFF, DONOR} else None
    if found is None:
        raise NotFound
    return found


@post("/oidc/{audience:str}/start", opt=PUBLIC, status_code=HTTPStatus.OK)
async def start(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    audience: FromPath[str],
) -> Template:
    """Off to the provider: by a page that leads there, because a form of ours may only lead to ourselves."""
    form = await forms.read(request, {"next"})
    provider = _provider(settings, audience)
    more = {"acr_values": settings.donor_oidc_acr} if audience == DONOR and settings.donor_oidc_acr else {}
    await database.release(db)
    try:
        address, remembered = await provider.begin(**more)
    except (ProviderRefused, ProviderUnreachable) as problem:
        return _failed(request, audience, problem)
    pending = remembered | {"audience": audience, "next": safe_path(form["next"])}
    await session.remember(db, request, **{PENDING: pending})
    leaving = page("oidc/leaving", address=address)
    leaving.headers["Refresh"] = f"0; url={address}"
    return leaving


@get("/oidc/{audience:str}/callback", opt=PUBLIC)
async def come_back(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    audience: FromPath[str],
) -> Response[Any]:
    """Back from the provider. What was remembered is used up first: an answer counts once, in this browser."""
    provider = _provider(settings, audience)
    remembered = await session.recall(db, request, PENDING)
    await database.release(db)
    if remembered is None or remembered["audience"] != audience:
        return _failed(request, audience, ProviderRefused("nobody asked"))
    try:
        person = await provider.finish(remembered, request.query_params)
        admit = actions.admit_staff_person if audience == STAFF else actions.admit_donor
        return see(await admit(db, settings, request, person, next_path=remembered["next"]))
    except (ProviderRefused, ProviderUnreachable) as problem:
        return _failed(request, audience, problem)


def _failed(request: HTTPRequest, audience: str, problem: Exception) -> Template:
    log.info("sign-in of %s by OpenID Connect: %s %s", audience, type(problem).__name__, problem)
    if isinstance(problem, ProviderUnreachable):
        return page("oidc/failed", HTTPStatus.BAD_GATEWAY, audience=audience, unreachable=True)
    refusals.mark(request.scope, "oidc")
    return page("oidc/failed", HTTPStatus.FORBIDDEN, audience=audience, unreachable=False)


@post("/oidc/{audience:str}/logout", opt=PUBLIC | {"without_csrf": True}, status_code=HTTPStatus.OK)
async def end_provided(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    audience: FromPath[str],
) -> None:
    """The provider tells us, server to server, that somebody signed out there; the token proves that it is the one."""
    form = await forms.read(request, {"logout_token"})
    provider = _provider(settings, audience)
    await database.release(db)
    try:
        sid, subject = await provider.read_logout(form["logout_token"])
    except (ProviderRefused, ProviderUnreachable) as problem:
        raise BadForm from problem  # section 2.8: 400 when the logout failed, whyever
    await actions.end_provided(db, provider.issuer, sid=sid, subject=subject)


@get(actions.LINK, opt={"step_up": actions.LINK})
async def show_link(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    if await session.remembered(db, request, session.IDENTITY) is None:
        return see("/security")
    return page("oidc/link")


@post(actions.LINK, opt={"step_up": actions.LINK})
async def link(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    await forms.read(request, ())
    if await actions.link_identity(db, request):
        await session.flash(db, request.user, "identity-linked")
    return see("/security")


HANDLERS = [start, come_back, end_provided, show_link, link]
"""Addresses to give to the provider: /oidc/staff/callback and /oidc/staff/logout, or the same with donor."""
