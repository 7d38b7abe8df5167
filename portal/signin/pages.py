"""Signing in without a password: an address, a mail, one press."""

import re
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import crypto
from portal.i18n import LANGUAGES, N_
from portal.settings import Settings
from portal.signin import actions, queries, rules
from portal.web import forms, session
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

PUBLIC = {"public": True}
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY


@get("/sign-in", opt=PUBLIC)
async def show_sign_in(request: HTTPRequest) -> Response[Any]:
    if request.user.sees_member_pages:
        return see("/")
    return page("signin/sign-in", form=forms.Form({}))


@post("/sign-in", opt=PUBLIC)
async def ask_for_link(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"email"})
    email = rules.read_email(form["email"])
    if email is None:
        form.refuse("email", N_("Enter an e-mail address such as marie.dupont@example.org."))
        return page("signin/sign-in", UNPROCESSABLE, form=form)
    return await _ask(request, db, settings, email)


@post("/sign-in/again", opt=PUBLIC)
async def ask_again(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    """A new mail in one press, in the browser that asked for the last one."""
    await forms.read(request, ())
    wish = await queries.waiting(db, request.user.session_id)
    return await _ask(request, db, settings, wish.email) if wish else see("/sign-in")


async def _ask(
    request: HTTPRequest, db: AsyncSession, settings: NamedDependency[Settings], email: str
) -> Response[Any]:
    if not await actions.ask(db, settings, request, email):
        return page("signin/too-many", HTTPStatus.TOO_MANY_REQUESTS)
    return see("/sign-in/code")


@get("/sign-in/code", opt=PUBLIC)
async def show_code(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    wish = await queries.waiting(db, request.user.session_id)
    if wish is None:
        return see("/sign-in")
    return page("signin/code", form=forms.Form({}), email=wish.email)


@post("/sign-in/code", opt=PUBLIC)
async def use_code(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"code"})
    wish = await queries.waiting(db, request.user.session_id)
    if wish is None:
        return see("/sign-in")
    if wish.used_at or wish.expired or wish.tries >= rules.MOST_TRIES:
        return page("signin/link-ended", HTTPStatus.GONE, ended=_why_ended(wish), may_ask_again=True)
    mailbox = await actions.use_code(db, settings, rules.read_code(form["code"]), session_id=request.user.session_id)
    if mailbox is None:
        form.refuse("code", N_("This is not the code in our latest e-mail. Look for the six digits in it."))
        return page("signin/code", UNPROCESSABLE, form=form, email=wish.email)
    return see(await actions.come_in(db, settings, request, mailbox))


@get("/sign-in/link/{token:str}", opt=PUBLIC)
async def open_link(request: HTTPRequest, settings: NamedDependency[Settings], token: FromPath[str]) -> Redirect:
    """Put the secret out of the address, into a short-lived cookie. Opening a link changes nothing."""
    if not re.fullmatch("[A-Za-z0-9_-]{20,60}", token):
        raise NotFound
    session.set_cookie(request, session.LINK_COOKIE, token, seconds=settings.link_minutes * 60)
    return Redirect("/sign-in/confirm", status_code=303, headers={"Referrer-Policy": "no-referrer"})


@get("/sign-in/confirm", opt=PUBLIC)
async def show_confirm(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    return await _confirm_page(request, db, forms.Form({}))


@post("/sign-in/confirm", opt=PUBLIC)
async def use_link(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"email"})
    typed = rules.read_email(form["email"]) if "email" in form.typed else None
    token = session.linked_token(request)
    mailbox = await actions.use_link(db, token, session_id=request.user.session_id, typed_email=typed)
    if mailbox is None:
        if "email" in form.typed:
            form.refuse("email", N_("This is not the address to which we sent the link."))
        return await _confirm_page(request, db, form, UNPROCESSABLE)
    session.set_cookie(request, session.LINK_COOKIE, "", seconds=0)
    return see(await actions.come_in(db, settings, request, mailbox))


async def _confirm_page(request: HTTPRequest, db: AsyncSession, form: forms.Form, status: int = 200) -> Template:
    found = await queries.by_token(db, crypto.digest(session.linked_token(request)))
    asking = found is not None and found[1] is not None and found[1] == request.user.session_id
    if found is None:
        return page("signin/link-ended", HTTPStatus.GONE, ended="unknown", may_ask_again=False)
    wish = found[0]
    if wish.used_at or wish.expired or wish.tries >= rules.MOST_TRIES:
        return page("signin/link-ended", HTTPStatus.GONE, ended=_why_ended(wish), may_ask_again=asking)
    return page("signin/confirm", status, form=form, same_browser=asking)


def _why_ended(wish: queries.Waiting) -> str:
    if wish.used_at:
        return "used"
    return "expired" if wish.expired else "tries"


@get("/sign-in/choice", opt=PUBLIC)
async def show_choice(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    mailbox = request.user.mailbox
    if mailbox is None:
        return see("/sign-in")
    people = await queries.identities(db, mailbox, with_staff=settings.staff_email_sign_in)
    return page("signin/choice", people=people, mailbox=mailbox)


@post("/sign-in/choice", opt=PUBLIC)
async def choose(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"person"})
    mailbox = request.user.mailbox
    if mailbox is None:
        return see("/sign-in")
    await session.reveal(db, mailbox=mailbox)
    people = await queries.identities(db, mailbox, with_staff=settings.staff_email_sign_in)
    chosen = next((person for person in people if str(person.id) == form["person"]), None)
    if chosen is None:
        raise NotFound
    return see(await actions.become(db, request, mailbox, chosen))


@post("/sign-out", opt=PUBLIC)
async def sign_out(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    await forms.read(request, ())
    if request.user.session_id:
        await actions.sign_out(db, request)
    return Redirect("/signed-out", status_code=303, headers={"Clear-Site-Data": '"cache"'})


@get("/signed-out", opt=PUBLIC)
async def show_signed_out() -> Template:
    return page("signin/signed-out")


@post("/language", opt=PUBLIC | {"without_csrf": True})
async def choose_language(request: HTTPRequest) -> Redirect:
    """A choice of display that any page may ask for; nothing private changes."""
    form = await forms.read(request, {"language", "path"})
    if form["language"] in LANGUAGES:
        session.set_language_cookie(request, form["language"])
    path = form["path"]
    return see(path if path.startswith("/") and path[1:2] not in {"/", "\\"} else "/")


HANDLERS = [
    show_sign_in, ask_for_link, ask_again, show_code, use_code, open_link, show_confirm, use_link,
    show_choice, choose, sign_out, show_signed_out, choose_language,
]  # fmt: skip
