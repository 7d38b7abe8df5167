"""Signing in at an OpenID Connect provider: staff at their organisation's, donors at one that the settings offer."""

import logging
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, database
from portal.oidc import actions
from portal.oidc.provider import DONOR, STAFF, Provider, ProviderRefused, ProviderUnreachable, provider_of
from portal.settings import Settings
from portal.web import forms, refusals, session, throttle
from portal.web.admission import safe_path
from portal.web.errors import BadForm, NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see
from portal.web.throttle import Limit
from portal.web.visitor import STEP_UP

log = logging.getLogger("portal")
PUBLIC = {"public": True}
PENDING = "oidc"
PER_NETWORK = Limit("provider network", 60, timedelta(hours=1))


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
    if not await throttle.allow(db, settings, PER_NETWORK, throttle.network(session.client_address(request))):
        return page("signin/too-many", HTTPStatus.TOO_MANY_REQUESTS)
    again = audience == STAFF and request.user.is_staff
    more = _wishes(settings, audience, again=again)
    await database.release(db)
    try:
        address, remembered = await provider.begin(**more)
    except (ProviderRefused, ProviderUnreachable) as problem:
        return _failed(request, audience, problem)
    pending = remembered | {"audience": audience, "next": safe_path(form["next"]), "again": again}
    await session.remember(db, request, **{PENDING: pending})
    leaving = page("oidc/leaving", address=address)
    leaving.headers["Refresh"] = f"0; url={address}"
    return leaving


def _wishes(settings: Settings, audience: str, *, again: bool) -> dict[str, str]:
    """What we ask the provider for besides the person; staff who are signed in must prove it there once more."""
    if again:
        return {"prompt": "login", "max_age": "0"}
    if audience == STAFF:
        return {"max_age": str(settings.staff_session_hours * 3600)}  # it then tells when they proved it
    return {"acr_values": settings.donor_oidc_acr} if settings.donor_oidc_acr else {}


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
        if remembered["again"] and clock.now() - person.proved_at > STEP_UP:
            return _failed(request, audience, ProviderRefused("they were not asked again"))
        if audience == STAFF:
            return see(await actions.admit_staff_person(db, settings, request, person, next_path=remembered["next"]))
        return see(await actions.admit_donor(db, request, person, next_path=remembered["next"]))
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


@post(f"{actions.LINK}-removal")
async def refuse_link(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    """Not now, or not me: the identity that waits is forgotten."""
    await forms.read(request, ())
    await session.recall(db, request, session.IDENTITY)
    return see("/")


@post("/security/identities-removal", opt={"step_up": "/security"})
async def unlink(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    await forms.read(request, ())
    await actions.unlink_identities(db, request)
    await session.flash(db, request.user, "identity-removed")
    return see("/security")


HANDLERS = [start, come_back, end_provided, show_link, link, refuse_link, unlink]
"""Addresses to give to the provider: /oidc/staff/callback and /oidc/staff/logout, or the same with donor."""
