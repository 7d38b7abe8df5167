"""First access without a known mailbox: the code of a letter, a detail only the member knows, an e-mail address."""

import re
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import crypto
from portal.activation import actions, queries, rules
from portal.activation.models import ActivationCode
from portal.i18n import N_
from portal.settings import Settings
from portal.signin.rules import read_code, read_email
from portal.web import forms, proof, refusals
from portal.web.errors import NotFound
from portal.web.guards import EDITORS
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

PUBLIC = {"public": True}
DESK = {"for_staff": True, "roles": EDITORS}
UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
MOST_LOOKS = 90


@get("/first-access", opt=PUBLIC)
async def show_first_access() -> Template:
    return page("activation/code", form=forms.Form({}))


@post("/first-access", opt=PUBLIC)
async def use_code(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"number", "code"})
    right = await actions.use_code(db, settings, request, number=form["number"], code=form["code"])
    if right is None:
        return page("activation/too-many", HTTPStatus.TOO_MANY_REQUESTS)
    if not right:
        refusals.mark(request.scope, "letter")
        form.refuse("code", N_("Number and code do not belong together, or the letter is too old. Compare both again."))
        return page("activation/code", UNPROCESSABLE, form=form)
    return see("/first-access/detail")


@get("/first-access/detail", opt=PUBLIC)
async def show_detail(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    code = await actions.under_way(db, request)
    return _detail_page(code, forms.Form({})) if code else see("/first-access")


@post("/first-access/detail", opt=PUBLIC)
async def prove_detail(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"detail", "month", "email"})
    code = await actions.under_way(db, request)
    if code is None:
        return see("/first-access")
    email = read_email(form["email"])
    if email is None:
        form.refuse("email", N_("Enter an e-mail address such as marie.dupont@example.org."))
        return _detail_page(code, form, UNPROCESSABLE)
    if not await actions.check_detail(db, request, code, typed=form["detail"], month=form["month"]):
        if code.tries >= rules.MOST_TRIES:
            return page("activation/ended", HTTPStatus.GONE)
        form.refuse("detail", N_("This is not what we have in our records. Please look again, or call us."))
        return _detail_page(code, form, UNPROCESSABLE)
    if not await proof.ask(db, settings, request, email, purpose=proof.FIRST_ACCESS):
        return page("signin/too-many", HTTPStatus.TOO_MANY_REQUESTS)
    return see("/first-access/confirmation")


def _detail_page(code: ActivationCode, form: forms.Form, status: int = 200) -> Template:
    question = rules.QUESTIONS[code.detail]
    return page("activation/detail", status, form=form, detail=code.detail, question=question, most=rules.MOST_TRIES)


@get("/first-access/confirmation", opt=PUBLIC)
async def show_confirmation(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    wish = await proof.waiting(db, request.user.session_id, proof.FIRST_ACCESS)
    letter = await actions.under_way(db, request, proved=True)
    if letter is None or wish is None or wish.ended:
        return see("/first-access/detail")
    return _code_page(wish.email, forms.Form({}))


@post("/first-access/confirmation", opt=PUBLIC)
async def confirm_email(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"code"})
    session_id = request.user.session_id
    wish = await proof.waiting(db, session_id, proof.FIRST_ACCESS)
    letter = await actions.under_way(db, request, proved=True)
    if letter is None or wish is None or wish.ended or session_id is None:
        return see("/first-access/detail")
    code = read_code(form["code"])
    proved = await proof.use_code(db, settings, code, session_id=session_id, purpose=proof.FIRST_ACCESS)
    if proved is None:
        form.refuse("code", proof.WRONG_CODE)
        return _code_page(wish.email, form, UNPROCESSABLE)
    return see(await actions.complete(db, request, letter, proved))


def _code_page(email: str, form: forms.Form, status: int = 200) -> Template:
    words = {"button": N_("Open my donor space"), "otherwise": N_("Use another address")}
    paths = {"action": "/first-access/confirmation", "back": "/first-access/detail"}
    return page("signin/mailed-code", status, form=form, email=email, **words, **paths)


@get("/staff/letters", opt=DESK)
async def show_letters(numbers: FromQuery[str] = "") -> Template:
    return page("activation/letters", form=forms.Form({"numbers": numbers}), most=rules.MOST_LETTERS)


@post("/staff/letters", opt=DESK)
async def order_letters(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    """For a list of member numbers, however they are separated."""
    form = await forms.read(request, {"numbers"})
    numbers = list(dict.fromkeys(re.findall(r"[^\s,;]+", form["numbers"])))
    if not numbers:
        form.refuse("numbers", N_("Enter at least one member number."))
    elif len(numbers) > rules.MOST_LETTERS:
        form.refuse("numbers", N_("At most %(most)s letters at a time."), most=rules.MOST_LETTERS)
    if not form.ok:
        return page("activation/letters", UNPROCESSABLE, form=form, most=rules.MOST_LETTERS)
    return see(f"/staff/letters/{await actions.order_letters(db, _staff_id(request), numbers)}")


@get("/staff/letters/{batch_id:uuid}", opt=DESK)
async def show_batch(
    request: HTTPRequest, db: NamedDependency[AsyncSession], batch_id: FromPath[UUID], look: FromQuery[int] = 0
) -> Template:
    batch = await queries.batch(db, _staff_id(request), batch_id)
    if batch is None:
        raise NotFound
    shown = page("activation/batch", batch=batch, late=look >= MOST_LOOKS)
    if batch.done_at is None and look < MOST_LOOKS:
        shown.headers["Refresh"] = f"1; url=/staff/letters/{batch_id}?look={look + 1}"
    return shown


@get("/staff/letters/{batch_id:uuid}/pdf", opt=DESK)
async def download_letters(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    batch_id: FromPath[UUID],
) -> Response[bytes]:
    batch = await queries.batch(db, _staff_id(request), batch_id)
    if batch is None or batch.content is None:
        raise NotFound
    return Response(
        crypto.unseal(settings.secret_key, "letters", batch.content),
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="letters-{batch_id}.pdf"'},
    )


def _staff_id(request: HTTPRequest) -> UUID:
    if request.user.staff_id is None:
        raise NotFound
    return request.user.staff_id


HANDLERS = [
    show_first_access, use_code, show_detail, prove_detail, show_confirmation, confirm_email, show_letters,
    order_letters, show_batch, download_letters,
]  # fmt: skip
