"""Passkeys: sign in with a fingerprint, a face or the telephone's code; prove oneself once more; add and remove."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.i18n import N_
from portal.passkeys import actions, queries, rules
from portal.passkeys.models import Passkey
from portal.passkeys.rules import PasskeyRefused
from portal.settings import Settings
from portal.web import forms, refusals, session, throttle
from portal.web.admission import SECOND_FACTOR, safe_path
from portal.web.errors import NotFound, ReadOnly
from portal.web.session import HTTPRequest
from portal.web.templating import page, see
from portal.web.throttle import Limit

PUBLIC = {"public": True}
MINE = {"personal": True, "step_up": "/security"}
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
PER_NETWORK = Limit("passkey network", 120, timedelta(hours=1))
NOT_TAKEN = N_("Your passkey was not accepted. Please try again, or sign in another way.")


@post("/passkey/start", opt=PUBLIC)
async def start_using(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    """To sign in, or for whoever is signed in, to prove it once more."""
    form = await forms.read(request, {"next"})
    if not await throttle.allow(db, settings, PER_NETWORK, throttle.network(session.client_address(request))):
        return page("signin/too-many", HTTPStatus.TOO_MANY_REQUESTS)
    await actions.begin_using(db, settings, request, then=safe_path(form["next"]))
    return see("/passkey")


@get("/passkey", opt=PUBLIC)
async def show_using(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    wish = await session.remembered(db, request, actions.USING)
    if wish is None:
        return see("/sign-in")
    return page("passkeys/use", options=wish["options"], form=forms.Form({}))


@post("/passkey", opt=PUBLIC)
async def use(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"answer"})
    wish = await session.remembered(db, request, actions.USING)
    try:
        passkey, then = await actions.use(db, settings, request, form["answer"])
        return see(await actions.admit(db, request, passkey, then=then))
    except PasskeyRefused:
        refusals.mark(request.scope, "passkey")
        form.refuse("answer", NOT_TAKEN)
        options = await actions.begin_using(db, settings, request, then=wish["then"] if wish else "/")
        return page("passkeys/use", UNPROCESSABLE, options=options, form=form)


@get(SECOND_FACTOR, opt=PUBLIC)
async def show_second_factor(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    """Staff are half in: the passkey they have, or their first one, lets them in wholly."""
    visitor = request.user
    if not visitor.second_factor_due:
        return see("/sign-in")
    has_passkey = bool(await queries.mine(db, visitor))
    if not has_passkey and not visitor.proved_just_now:  # too long ago to add one: they begin anew
        await session.end(db, request)
        return see("/sign-in")
    return page("passkeys/second-factor", has_passkey=has_passkey)


@post("/security/passkeys/start", opt=MINE | {"finishing": True})
async def start_making(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    await forms.read(request, ())
    await _refuse_half_in(request, db)
    if len(await queries.mine(db, request.user)) >= rules.MOST_PASSKEYS:
        await session.flash(db, request.user, "passkeys-enough")
        return see("/security")
    await actions.begin_making(db, settings, request)
    return see("/security/passkeys/new")


@get("/security/passkeys/new", opt=MINE | {"finishing": True})
async def show_making(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    options = await session.remembered(db, request, actions.MAKING)
    if options is None:
        return see("/security")
    return page("passkeys/new", options=options, form=forms.Form({"name": ""}))


@post("/security/passkeys", opt=MINE | {"finishing": True})
async def add(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"name", "answer"})
    await _refuse_half_in(request, db)
    name = form["name"][: rules.LONGEST_NAME] or actions.unnamed(request)
    try:
        return see(await actions.add(db, settings, request, answer=form["answer"], name=name))
    except PasskeyRefused:
        refusals.mark(request.scope, "passkey")
        form.refuse("answer", N_("No passkey was made. Please try again."))
        options = await actions.begin_making(db, settings, request)
        return page("passkeys/new", UNPROCESSABLE, options=options, form=form)


async def _refuse_half_in(request: HTTPRequest, db: AsyncSession) -> None:
    """Who has a passkey and did not use it may not replace it by another."""
    visitor = request.user
    if visitor.viewing:
        raise ReadOnly
    if visitor.second_factor_due and await queries.mine(db, visitor):
        raise NotFound


@get("/security/passkeys/{passkey_id:uuid}", opt=MINE)
async def show_passkey(request: HTTPRequest, db: NamedDependency[AsyncSession], passkey_id: FromPath[UUID]) -> Template:
    passkey = await _mine(request, db, passkey_id)
    return page("passkeys/passkey", passkey=passkey, form=forms.Form({"name": passkey.name}))


@post("/security/passkeys/{passkey_id:uuid}", opt=MINE)
async def rename(request: HTTPRequest, db: NamedDependency[AsyncSession], passkey_id: FromPath[UUID]) -> Response[Any]:
    form = await forms.read(request, {"name"})
    passkey = await _mine(request, db, passkey_id)
    if not form["name"] or len(form["name"]) > rules.LONGEST_NAME:
        form.refuse("name", N_("Enter a name of at most %(most)s characters."), most=rules.LONGEST_NAME)
        return page("passkeys/passkey", UNPROCESSABLE, passkey=passkey, form=form)
    await actions.rename(db, request.user, passkey, form["name"])
    return see("/security")


@post("/security/passkeys/{passkey_id:uuid}/removal", opt=MINE)
async def remove(request: HTTPRequest, db: NamedDependency[AsyncSession], passkey_id: FromPath[UUID]) -> Response[Any]:
    await forms.read(request, ())
    await actions.remove(db, request.user, await _mine(request, db, passkey_id))
    await session.flash(db, request.user, "passkey-removed")
    return see("/security")


async def _mine(request: HTTPRequest, db: AsyncSession, passkey_id: UUID) -> Passkey:
    passkey = await queries.one_of_mine(db, request.user, passkey_id)
    if passkey is None:
        raise NotFound
    return passkey


HANDLERS = [
    start_using, show_using, use, show_second_factor, start_making, show_making, add, show_passkey, rename, remove,
]  # fmt: skip
