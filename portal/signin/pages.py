"""Signing in without a password: an address, a mail, one press."""

import re
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.i18n import LANGUAGES, N_
from portal.settings import Settings
from portal.signin import actions, queries, rules
from portal.web import cookies, draft, forms, proof, refusals, session
from portal.web.admission import KEPT, safe_path
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

PUBLIC = {"public": True}
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY


@get("/sign-in", opt=PUBLIC)
async def show_sign_in(request: HTTPRequest) -> Response[Any]:
    next_path = safe_path(request.query_params.get("next", "/"))
    if request.user.is_signed_in:
        return see(next_path)
    return _sign_in_page(forms.Form({"next": next_path}))


@post("/sign-in", opt=PUBLIC)
async def ask_for_link(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"email", "next"})
    email = rules.read_email(form["email"])
    if email is None:
        form.refuse("email", N_("Enter an e-mail address such as marie.dupont@example.org."))
        return _sign_in_page(form, UNPROCESSABLE)
    return await _ask(request, db, settings, email, safe_path(form["next"]))


def _sign_in_page(form: forms.Form, status: int = 200) -> Template:
    return page("signin/sign-in", status, form=form, kept=form["next"] == KEPT)


@post("/sign-in/again", opt=PUBLIC)
async def ask_again(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    """A new mail in one press, in the browser that asked for the last one; the same page waits after it."""
    await forms.read(request, ())
    wish = await proof.waiting(db, request.user.session_id, proof.SIGN_IN)
    return await _ask(request, db, settings, wish.email, wish.next_path) if wish else see("/sign-in")


async def _ask(request: HTTPRequest, db: AsyncSession, settings: Settings, email: str, next_path: str) -> Response[Any]:
    if not await proof.ask(db, settings, request, email, next_path=next_path):
        return page("signin/too-many", HTTPStatus.TOO_MANY_REQUESTS)
    return see("/sign-in/code")


@get("/sign-in/code", opt=PUBLIC)
async def show_code(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    wish = await proof.waiting(db, request.user.session_id, proof.SIGN_IN)
    if wish is None:
        return see("/sign-in")
    return page("signin/code", form=forms.Form({}), email=wish.email)


@post("/sign-in/code", opt=PUBLIC)
async def use_code(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"code"})
    session_id = request.user.session_id
    wish = await proof.waiting(db, session_id, proof.SIGN_IN)
    if wish is None or session_id is None:
        return see("/sign-in")
    if wish.ended:
        return page("signin/link-ended", HTTPStatus.GONE, ended=wish.ended, may_ask_again=True, next_path="/")
    code = rules.read_code(form["code"])
    proved = await proof.use_code(db, settings, code, session_id=session_id, purpose=proof.SIGN_IN)
    if proved is None:
        form.refuse("code", proof.WRONG_CODE)
        return page("signin/code", UNPROCESSABLE, form=form, email=wish.email)
    return see(await actions.come_in(db, settings, request, proved))


@get("/sign-in/link/{token:str}", opt=PUBLIC)
async def open_link(request: HTTPRequest, settings: NamedDependency[Settings], token: FromPath[str]) -> Redirect:
    """Put the secret out of the address, into a short-lived cookie. Opening a link changes nothing."""
    if not re.fullmatch("[A-Za-z0-9_-]{20,60}", token):
        refusals.mark(request.scope, "link")
        raise NotFound
    cookies.put(request.scope, cookies.LINK, token, seconds=settings.link_minutes * 60)
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
    token = cookies.linked_token(request.scope)
    proved = await proof.use_link(db, token, session_id=request.user.session_id, typed_email=typed)
    if proved is None:
        if "email" in form.typed:
            form.refuse("email", N_("This is not the address to which we sent the link."))
        return await _confirm_page(request, db, form, UNPROCESSABLE)
    cookies.put(request.scope, cookies.LINK, "", seconds=0)
    return see(await actions.come_in(db, settings, request, proved))


async def _confirm_page(request: HTTPRequest, db: AsyncSession, form: forms.Form, status: int = 200) -> Template:
    wish = await proof.by_token(db, cookies.linked_token(request.scope), proof.SIGN_IN, proof.INVITATION)
    if wish is None:
        refusals.mark(request.scope, "link")
        return page("signin/link-ended", HTTPStatus.GONE, ended="unknown", may_ask_again=False, next_path="/")
    asking = wish.session_id is not None and wish.session_id == request.user.session_id
    if wish.ended:
        return page(
            "signin/link-ended",
            HTTPStatus.GONE,
            ended=wish.ended,
            may_ask_again=asking and wish.purpose == proof.SIGN_IN,
            next_path=wish.next_path,
        )
    return page("signin/confirm", status, form=form, same_browser=asking)


@get("/sign-in/not-me", opt=PUBLIC)
async def show_not_me() -> Template:
    """For whoever got a mail that they did not ask for."""
    return page("signin/not-me")


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
    if mailbox is None or request.user.viewing or request.user.second_factor_due:
        return see("/sign-in")
    await session.reveal(db, mailbox=mailbox)
    people = await queries.identities(db, mailbox, with_staff=settings.staff_email_sign_in)
    chosen = next((person for person in people if str(person.id) == form["person"]), None)
    if chosen is None:
        raise NotFound
    return see(await actions.choose(db, settings, request, chosen))


@get(KEPT, opt={"personal": True})
async def show_draft(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    """What was sent just after the last visit had ended: one press sends it again."""
    kept = await draft.find(db, request.user)
    return page("signin/continue", draft=kept) if kept else see("/")


@post(f"{KEPT}-removal", opt={"personal": True})
async def discard_draft(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    await forms.read(request, ())
    await draft.discard(db, request.user)
    return see("/")


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
        cookies.put_language(request.scope, form["language"])
    return see(safe_path(form["path"]))


HANDLERS = [
    show_sign_in, ask_for_link, ask_again, show_code, use_code, open_link, show_confirm, use_link, show_not_me,
    show_choice, choose, show_draft, discard_draft, sign_out, show_signed_out, choose_language,
]  # fmt: skip
