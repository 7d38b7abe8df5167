"""Adding an address: it is typed, a mail goes to it, and its code or link proves that the member reads it."""

import re
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.emails import actions, queries, rules
from portal.emails.forms import FIELDS, parse_new
from portal.emails.rules import Email
from portal.settings import Settings
from portal.signin.rules import read_code
from portal.web import cookies, forms, proof, refusals
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.proof import Wish
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

PATH, NEW = "/profile/emails", "/profile/emails/new"
PUBLIC = {"public": True}
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
PURPOSES = {rules.MAIN: proof.NEW_MAIN, rules.BESIDE: proof.NEW_OTHER}


@get(NEW, opt={"step_up": NEW})
async def edit_email(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], settings: NamedDependency[Settings]
) -> Template:
    uses = _offered(settings)
    return _form_page(uses, forms.Form({"use": uses[0]}), await queries.emails(db, donor))


@post(PATH, opt={"step_up": NEW})
async def save_email(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """Nothing is changed yet: a mail goes to the new address. Whether somebody else has it, the worker finds out."""
    form = await forms.read(request, FIELDS)
    emails = await queries.emails(db, donor)
    uses = _offered(settings)
    address = parse_new(form, emails, uses)
    if not form.ok:
        return _form_page(uses, form, emails, UNPROCESSABLE)
    return await ask(request, db, settings, address, PURPOSES[form["use"]])


async def ask(request: HTTPRequest, db: AsyncSession, settings: Settings, email: str, purpose: str) -> Response[Any]:
    if not await proof.ask(db, settings, request, email, purpose=purpose):
        return page("signin/too-many", HTTPStatus.TOO_MANY_REQUESTS)
    return see(f"{PATH}/code")


@get(f"{PATH}/code")
async def show_code(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Response[Any]:
    wish = await proof.waiting(db, request.user.session_id, *proof.NEW_EMAIL)
    if wish is None or wish.ended or wish.member_id != donor.id:
        return see(PATH)
    return _code_page(wish, forms.Form({}))


@post(f"{PATH}/code")
async def use_code(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """No step before it: asking for the code had one, and reading it is a proof of its own."""
    form = await forms.read(request, {"code"})
    session_id = request.user.session_id
    wish = await proof.waiting(db, session_id, *proof.NEW_EMAIL)
    if wish is None or session_id is None or wish.member_id != donor.id:
        return see(PATH)
    if wish.ended:
        return page("emails/link-ended", HTTPStatus.GONE, ended=wish.ended)
    code = read_code(form["code"])
    proved = await proof.use_code(db, settings, code, session_id=session_id, purpose=wish.purpose)
    if proved is None:
        form.refuse("code", proof.WRONG_CODE)
        return _code_page(wish, form, UNPROCESSABLE)
    await actions.use(db, request, donor, proved)
    return see(PATH)


@get(f"{PATH}/link/{{token:str}}", opt=PUBLIC)
async def open_link(request: HTTPRequest, settings: NamedDependency[Settings], token: FromPath[str]) -> Redirect:
    """Put the secret out of the address, into a short-lived cookie. Opening a link changes nothing."""
    if not re.fullmatch("[A-Za-z0-9_-]{20,60}", token):
        refusals.mark(request.scope, "link")
        raise NotFound
    cookies.put(request.scope, cookies.EMAIL_LINK, token, seconds=settings.link_minutes * 60)
    return Redirect(f"{PATH}/link", status_code=303, headers={"Referrer-Policy": "no-referrer"})


@get(f"{PATH}/link", opt=PUBLIC)
async def show_link(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Template:
    """A button for the member who asked, wherever they are signed in; to anybody else it says what to do."""
    token = cookies.linked_token(request.scope, cookies.EMAIL_LINK)
    wish = await proof.by_token(db, token, *proof.NEW_EMAIL)
    if wish is None:
        refusals.mark(request.scope, "link")
        return page("emails/link-ended", HTTPStatus.GONE, ended="unknown")
    if wish.ended:
        return page("emails/link-ended", HTTPStatus.GONE, ended=wish.ended)
    if wish.member_id is None or wish.member_id != request.user.member_id or request.user.viewing:
        return page("emails/link-elsewhere")
    return page("emails/link", email=wish.email, as_main=wish.purpose == proof.NEW_MAIN)


@post(f"{PATH}/link")
async def use_link(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Response[Any]:
    await forms.read(request, ())
    token = cookies.linked_token(request.scope, cookies.EMAIL_LINK)
    proved = await proof.use_members_link(db, token, member_id=donor.id)
    if proved is None:
        return see(f"{PATH}/link")
    cookies.put(request.scope, cookies.EMAIL_LINK, "", seconds=0)
    await actions.use(db, request, donor, proved)
    return see(PATH)


def possible_uses(settings: Settings) -> list[str]:
    """What a new address may become."""
    parts = {rules.MAIN: "email", rules.BESIDE: "other_emails"}
    return [use for use, part in parts.items() if settings.may(part) == "edit"]


def _offered(settings: Settings) -> list[str]:
    if offered := possible_uses(settings):
        return offered
    raise NotFound


def _form_page(uses: list[str], form: forms.Form, emails: list[Email], status: int = 200) -> Template:
    return page("emails/new", status, form=form, uses=uses, former=rules.main_of(emails))


def _code_page(wish: Wish, form: forms.Form, status: int = 200) -> Template:
    return page("emails/code", status, form=form, email=wish.email, as_main=wish.purpose == proof.NEW_MAIN)


HANDLERS = [edit_email, save_email, show_code, use_code, open_link, show_link, use_link]
