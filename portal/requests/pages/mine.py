"""My requests: asking our team for what cannot be done here, and what became of it."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n
from portal.changes import GROUP_WORDS
from portal.i18n import N_
from portal.mandates import queries as mandates
from portal.mandates.models import Mandate
from portal.mandates.rules import RHYTHMS
from portal.privacy import queries as privacy
from portal.requests import actions, queries, rules
from portal.requests.forms import CHOSEN, parse
from portal.settings import Settings
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.errors import NotFound, Refusal
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page, see
from portal.web.throttle import Limit, allow

PATH = "/requests"
REQUESTS = Limit("requests made", 10, timedelta(days=1))
"""Each is read by a person."""


class TooManyRequests(Refusal):
    status_code = HTTPStatus.TOO_MANY_REQUESTS
    title = N_("Please wait a while")
    words = N_("You have sent us many requests today. You can send another one tomorrow, or call us.")


@get(PATH)
async def show_requests(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], number: FromQuery[int] = 1
) -> Template:
    pages = Pages(number, total=await queries.count(db, donor))
    found = await queries.listed(db, donor, offset=pages.offset, limit=PER_PAGE)
    return page("requests/mine", requests=found, pages=pages, title=rules.title, states=rules.STATES)


@get(f"{PATH}/{{request_id:uuid}}")
async def show_request(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], request_id: FromPath[UUID]
) -> Template:
    found = await queries.own(db, donor, request_id)
    if found is None:
        raise NotFound
    return page(
        "requests/one",
        found=found,
        title=rules.title(found.kind),
        states=rules.STATES,
        groups=GROUP_WORDS,
        is_open=found.state in rules.UNDECIDED,
        answer_by=found.asked_on + rules.ANSWERED_WITHIN,
        one=await privacy.own(db, donor, request_id) if found.kind == "data" else None,
    )


@get(f"{PATH}/new")
async def show_kinds(donor: NamedDependency[Donor]) -> Template:  # noqa: ARG001 - for donors only
    return page("requests/kinds", kinds=rules.KINDS, purposes=rules.PURPOSES)


@get(f"{PATH}/new/{{kind:str}}")
async def edit_request(
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    kind: FromPath[str],
    mandate: FromQuery[str] = "",
    wish: FromQuery[str] = "",
) -> Template:
    """With what the link that led here was beside, and with the only mandate, chosen already."""
    own = await _mandates(db, donor, kind)
    only = own[0].reference if len(own) == 1 else ""
    return _form_page(
        kind, own, forms.Form({"mandate": mandate or only, "wish": wish or rules.CHOSEN_BEFORE.get(kind, "")})
    )


@post(f"{PATH}/new/{{kind:str}}")
async def save_request(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
    kind: FromPath[str],
) -> Response[Any]:
    own = await _mandates(db, donor, kind)
    form = await forms.read(request, {*CHOSEN[kind], "words"})
    wish = parse(form, kind, [mandate.reference for mandate in own])
    if not form.ok:
        return _form_page(kind, own, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not await allow(db, settings, REQUESTS, str(donor.id)):
        raise TooManyRequests
    request_id = await actions.ask(db, donor, kind, wish)
    if request_id is None:
        first = await queries.open_one(db, donor, kind, wish.about)
        return _form_page(kind, own, form, HTTPStatus.CONFLICT, first=first)
    await session.flash(db, request.user, "request-sent")
    return see(f"{PATH}/{request_id}")


async def _mandates(db: AsyncSession, donor: Donor, kind: str) -> list[Mandate]:
    """Those that a request of this kind can be about."""
    if kind not in rules.KINDS:
        raise NotFound
    if kind != "mandate":
        return []
    return [mandate for mandate in await mandates.listed(db, donor) if mandate.state in {"active", "suspended"}]


def _form_page(
    kind: str, own: list[Mandate], form: forms.Form, status: int = HTTPStatus.OK, *, first: UUID | None = None
) -> Template:
    """With the `first` request on the same subject, which is open still, where there is one."""
    return page(
        "requests/new",
        status,
        kind=kind,
        title=rules.KINDS[kind],
        mandates=[_choice(mandate) for mandate in own],
        wishes=[(value, *map(i18n.gettext, words)) for value, words in rules.WISHES.get(kind, {}).items()],
        form=form,
        first=first,
    )


def _choice(mandate: Mandate) -> tuple[str, str, str]:
    amount, rhythm = i18n.money(mandate.amount, mandate.currency), i18n.gettext(RHYTHMS[mandate.rhythm][1])
    return mandate.reference, f"{amount} {rhythm}", f"{mandate.masked_iban}, {mandate.reference}"


HANDLERS = [show_requests, show_request, show_kinds, edit_request, save_request]
