"""The desk of corrections: what is asked, old beside new, and the decision."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.changes import STATUS_WORDS
from portal.corrections import actions, queries, rules
from portal.corrections.forms import parse_correction, parse_refusal
from portal.corrections.rules import Decision
from portal.members.rules import full_name
from portal.settings import Settings
from portal.web import forms, session
from portal.web.errors import NotFound
from portal.web.guards import EDITORS
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

DECIDE = {"for_staff": True, "roles": EDITORS}
DESK, ONE = "/staff/corrections", "/staff/corrections/{change_id:uuid}"


@get(DESK, opt=DECIDE)
async def show_corrections(db: NamedDependency[AsyncSession], number: FromQuery[int] = 1) -> Template:
    pages = Pages(number, total=await queries.count_open(db))
    found = await queries.listed(db, offset=pages.offset, limit=PER_PAGE)
    requests = [
        {"id": row.id, "asked_at": row.recorded_at, "who": full_name(row.Member) or row.Member.number,
         "old": rules.in_words(row.old), "new": rules.in_words(row.new)}
        for row in found
    ]  # fmt: skip
    return page("staff/corrections", requests=requests, pages=pages)


@get(ONE, opt=DECIDE)
async def show_correction(
    request: HTTPRequest, db: NamedDependency[AsyncSession], change_id: FromPath[UUID]
) -> Template:
    return await _request_page(request, db, await _found(db, change_id))


@get(f"{ONE}/document", opt=DECIDE)
async def download_document(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    change_id: FromPath[UUID],
) -> Response[bytes]:
    """Saved, never shown by the browser in our name."""
    found, sealed = await queries.one(db, change_id), await queries.document(db, change_id)
    if found is None or sealed is None:
        raise NotFound
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=found.member_id)
    content = actions.opened(settings, sealed)
    kind = rules.kind_of(content) or ""
    name = f"document-{found.Member.number}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=rules.MEDIA_TYPES[kind], headers=headers)


@post(f"{ONE}/approval", opt=DECIDE)
async def accept_correction(
    request: HTTPRequest, db: NamedDependency[AsyncSession], change_id: FromPath[UUID]
) -> Response[Any]:
    await forms.read(request, ())
    return await _decide(request, db, change_id, Decision(accepted=True))


@post(f"{ONE}/correction", opt=DECIDE)
async def accept_corrected(
    request: HTTPRequest, db: NamedDependency[AsyncSession], change_id: FromPath[UUID]
) -> Response[Any]:
    """The request as the colleague has put it right."""
    found = await _found(db, change_id)
    form = await forms.read(request, set(rules.fields_of(found.Member.kind)))
    decision = parse_correction(form, found.Member.kind, _wanted(found))
    if not form.ok:
        return await _request_page(request, db, found, form, status=422)
    return await _decide(request, db, change_id, decision)


@post(f"{ONE}/refusal", opt=DECIDE)
async def refuse_correction(
    request: HTTPRequest, db: NamedDependency[AsyncSession], change_id: FromPath[UUID]
) -> Response[Any]:
    form = await forms.read(request, {"reason"})
    decision = parse_refusal(form)
    if not form.ok:
        return await _request_page(request, db, await _found(db, change_id), form, status=422)
    return await _decide(request, db, change_id, decision)


async def _found(db: AsyncSession, change_id: UUID) -> queries.Request:
    found = await queries.one(db, change_id)
    if found is None:
        raise NotFound
    return found


def _wanted(found: queries.Request) -> rules.Identity:
    """What would hold if the request were accepted as it is."""
    return rules.merged(queries.identity_of(found.Member), old=found.old, new=found.new)


async def _decide(request: HTTPRequest, db: AsyncSession, change_id: UUID, decision: Decision) -> Response[Any]:
    """Where somebody else was faster, the page shows what they decided."""
    await _found(db, change_id)
    if not await actions.decide(db, change_id, decision, actor=request.user.actor):
        await session.flash(db, request.user, "correction-decided-before")
        return see(f"{DESK}/{change_id}")
    await session.flash(db, request.user, "correction-accepted" if decision.accepted else "correction-refused")
    return see(DESK)


async def _request_page(
    request: HTTPRequest, db: AsyncSession, found: queries.Request, form: forms.Form | None = None, *, status: int = 200
) -> Template:
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=found.member_id)
    present, wanted = queries.identity_of(found.Member), _wanted(found)
    rows = [
        (rules.LABELS[name], found.old[name], found.new[name], present[name])
        for name in rules.IDENTITY
        if found.old[name] or found.new[name]
    ]
    fields = rules.fields_of(found.Member.kind)
    form = form or forms.Form({})
    form.typed = {**{name: wanted[name] or "" for name in fields}, **form.typed}
    return page(
        "staff/correction",
        status,
        found=found,
        form=form,
        rows=rows,
        words=STATUS_WORDS,
        who=full_name(found.Member) or found.Member.number,
        fields=[(name, rules.LABELS[name], rules.offered(name, wanted[name])) for name in fields],
    )


HANDLERS = [
    show_corrections,
    show_correction,
    download_document,
    accept_correction,
    accept_corrected,
    refuse_correction,
]
