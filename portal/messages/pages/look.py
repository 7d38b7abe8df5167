"""Reading messages: the list, one with all that is known of it, and its preview as a member."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n, journal
from portal.home import queries as home
from portal.i18n import N_
from portal.members.queries import by_number
from portal.members.rules import full_name
from portal.memos import queries as memos
from portal.memos import rules as memo_rules
from portal.messages import queries, rules
from portal.settings import Settings
from portal.web import forms
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.guards import EDITORS
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page

EDIT = {"for_staff": True, "roles": EDITORS}


@get("/staff/messages", opt=EDIT)
async def show_messages(db: NamedDependency[AsyncSession], number: FromQuery[int] = 1) -> Template:
    wanted = min(max(number, 1), 10_000)
    rows = await queries.listed(db, offset=(wanted - 1) * PER_PAGE, limit=PER_PAGE)
    waiting = [(row, full_name(row) if row.member_id else "") for row in await memos.proposals(db)]
    pages = Pages(wanted, rows[0].total if rows else 0)
    return page("messages/all", rows=rows, waiting=waiting, pages=pages, states=rules.STATES)


@get("/staff/messages/{message_id:uuid}", opt=EDIT)
async def show_message(
    db: NamedDependency[AsyncSession], settings: NamedDependency[Settings], message_id: FromPath[UUID]
) -> Template:
    """While its addressees are being written down, the page asks again each second."""
    return await message_page(db, settings, message_id, forms.Form({}))


@post("/staff/messages/{message_id:uuid}/preview", opt=EDIT, status_code=200)
async def preview_message(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    message_id: FromPath[UUID],
) -> Template:
    """The home page of the member with this number, with the message; they can see that staff looked."""
    form = await forms.read(request, {"number", "language"})
    member = await by_number(db, form["number"])
    if member is None:
        form.refuse("number", N_("No member has this number."))
        return await message_page(db, settings, message_id, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    found = await queries.one(db, message_id)
    if found is None:
        raise NotFound
    message = found.Message
    draft = memo_rules.draft("message", message.body_fr, message.body_en, rank=message.priority, id=message_id)
    language = i18n.choose(form["language"] or member.language)
    i18n.language.set(language)  # of the rest of this answer
    await journal.write(db, "memo.previewed", actor=request.user.actor, member_id=member.id)
    contents = await home.contents(db, Donor(member.id), draft)
    return page(
        "messages/preview",
        preview=True,
        previewed=full_name(member),
        message=message,
        typed=dict(form.typed),
        language=language,
        **contents,
    )


async def message_page(
    db: AsyncSession, settings: Settings, message_id: UUID, form: forms.Form, status: int = 200
) -> Template:
    found = await queries.one(db, message_id)
    if found is None:
        raise NotFound
    message = found.Message
    shown = page("messages/one", status, form=form, found=found, message=message, **await _facts(db, message, settings))
    if message.state == "published" and message.addressed_at is None and form.ok:
        shown.headers["Refresh"] = "1"
    return shown


async def _facts(db: AsyncSession, message: Any, settings: Settings) -> dict[str, Any]:
    being_written = message.state in {"draft", "waiting"}
    listed = message.audience["kind"] == rules.NUMBERS
    return {
        "count": await queries.count(db, message.id, message.audience) if being_written else None,
        "left_out": await queries.left_out(db, message.id) if listed else [],
        "versions": await memos.versions(db, None, str(message.id)),
        "seen": forms.fingerprint(rules.version(message)),
        "texts": [("fr", message.body_fr), ("en", message.body_en)],
        "kinds": journal.KINDS,
        "states": rules.STATES,
        "priorities": rules.PRIORITIES,
        "four_eyes": settings.memo_four_eyes,
    }


HANDLERS = [show_messages, show_message, preview_message]
