"""The security of my account: visits, passkeys, what happened, and the step before what is sensitive."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.i18n import N_
from portal.oidc.queries import identities_of
from portal.passkeys import queries as passkeys
from portal.security import actions, queries, rules
from portal.settings import Settings
from portal.signin.rules import read_code
from portal.web import forms, places, proof, session
from portal.web.admission import safe_path
from portal.web.errors import NotFound, ReadOnly, VisitEnded
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

MINE = {"personal": True}
SENSITIVE = MINE | {"step_up": "/security"}
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY


@get("/security", opt=MINE)
async def show_security(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Template:
    visitor = request.user
    here = places.fingerprint(settings, session.client_address(request))
    visits = [
        {
            "visit": row,
            "device": places.device(row.user_agent),
            "method": rules.METHODS.get(row.method, ""),
            "is_this": row.id == visitor.session_id,
            "same_network": row.network == here,
        }
        for row in await queries.visits(db, settings, visitor)
    ]
    return page(
        "security/security",
        visits=visits,
        passkeys=await passkeys.mine(db, visitor),
        identities=await identities_of(db, visitor.member_id) if visitor.member_id else [],
        happened=_in_words(await queries.events(db, visitor, rules.HAPPENED)),
        looked_at=_in_words(await queries.events(db, visitor, rules.LOOKED_AT)) if visitor.member_id else [],
    )


def _in_words(entries: Any) -> list[tuple[journal.JournalEntry, str, tuple[str, str]]]:
    return [(entry, journal.KINDS[entry.kind], rules.details(entry.kind, entry.data)) for entry in entries]


@post("/security/visits/{session_id:uuid}/end", opt=SENSITIVE)
async def end_visit(
    request: HTTPRequest, db: NamedDependency[AsyncSession], session_id: FromPath[UUID]
) -> Response[Any]:
    await forms.read(request, ())
    if not await actions.end_visit(db, request.user, session_id):
        raise NotFound
    await session.flash(db, request.user, "visit-ended")
    return see("/security")


@post("/security/visits/end-others", opt=SENSITIVE)
async def end_other_visits(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    await forms.read(request, ())
    await actions.end_other_visits(db, request.user)
    await session.flash(db, request.user, "visits-ended")
    return see("/security")


@post("/visit/extension", opt={"public": True}, status_code=HTTPStatus.NO_CONTENT)
async def extend_visit(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> None:
    """For the script that warns before a visit ends for want of a click; one that has ended stays so."""
    await forms.read(request, ())
    if not request.user.is_signed_in:
        raise VisitEnded
    await actions.extend(db, request.user)


@get("/security/confirmation", opt=MINE)
async def show_confirmation(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    if request.user.viewing:
        raise ReadOnly
    next_path = safe_path(request.query_params.get("next", "/security"))
    if request.user.proved_just_now:
        return see(next_path)
    return page(
        "security/confirmation",
        form=forms.Form({"next": next_path}),
        mailbox=await _mailbox(request, db, settings),
        has_passkey=bool(await passkeys.mine(db, request.user)),
    )


@post("/security/confirmation/code", opt=MINE)
async def ask_for_code(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"next"})
    mailbox = await _mailbox(request, db, settings)
    if mailbox is None:
        raise NotFound
    next_path = safe_path(form["next"])
    if not await proof.ask(db, settings, request, mailbox, purpose=proof.STEP_UP, next_path=next_path):
        return page("signin/too-many", HTTPStatus.TOO_MANY_REQUESTS)
    return see("/security/confirmation/code")


@get("/security/confirmation/code", opt=MINE)
async def show_code(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    wish = await proof.waiting(db, request.user.session_id, proof.STEP_UP)
    if wish is None or wish.ended:
        return see("/security/confirmation")
    return _code_page(wish.email, forms.Form({}))


@post("/security/confirmation", opt=MINE)
async def confirm(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"code"})
    session_id = request.user.session_id
    wish = await proof.waiting(db, session_id, proof.STEP_UP)
    if wish is None or wish.ended or session_id is None:
        return see("/security/confirmation")
    code = read_code(form["code"])
    proved = await proof.use_code(db, settings, code, session_id=session_id, purpose=proof.STEP_UP)
    if proved is None:
        form.refuse("code", proof.WRONG_CODE)
        return _code_page(wish.email, form, UNPROCESSABLE)
    await actions.confirm(db, request)
    return see(proved.next_path)


def _code_page(email: str, form: forms.Form, status: int = 200) -> Template:
    path = "/security/confirmation"
    words = {"button": N_("Confirm that it is me"), "otherwise": N_("Send another code, or use another way")}
    return page("signin/mailed-code", status, form=form, email=email, action=path, back=path, **words)


async def _mailbox(request: HTTPRequest, db: AsyncSession, settings: Settings) -> str | None:
    """Where a code may go; to staff only where mails may sign them in."""
    if request.user.is_staff and not settings.staff_email_sign_in:
        return None
    return await queries.mailbox(db, request.user)


HANDLERS = [
    show_security, end_visit, end_other_visits, extend_visit, show_confirmation, ask_for_code, show_code, confirm,
]  # fmt: skip
