"""Writing a message."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n
from portal.i18n import N_
from portal.memos.rules import VARIABLES
from portal.messages import actions, queries, rules
from portal.messages.forms import FIELDS, numbers, parse, selection
from portal.selections import queries as selections
from portal.web import forms, session
from portal.web.body import LARGEST_UPLOAD
from portal.web.errors import NotFound
from portal.web.guards import EDITORS
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

EDIT = {"for_staff": True, "roles": EDITORS}
SEND = EDIT | {"takes_file": True}
CHANGED = N_("A colleague changed or published this message meanwhile. Open it again before you go on.")


@get("/staff/messages/new", opt=EDIT)
async def new_message(db: NamedDependency[AsyncSession]) -> Template:
    return await _form_page(db, forms.Form({"priority": "2"}), "/staff/messages")


@post("/staff/messages", opt=SEND, request_max_body_size=LARGEST_UPLOAD)
async def write_message(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Response[Any]:
    form, content = await forms.read_with_file(request, FIELDS, "file")
    text, typed = parse(form), numbers(form, content, kept=False)
    audience = await _audience(db, form)
    if not form.ok or audience is None:
        return await _form_page(db, form, "/staff/messages", HTTPStatus.UNPROCESSABLE_ENTITY)
    message_id = await actions.write_message(db, text, audience, typed or [], actor=request.user.actor)
    await session.flash(db, request.user, "message-written")
    return see(f"/staff/messages/{message_id}")


@get("/staff/messages/{message_id:uuid}/form", opt=EDIT)
async def edit_message(db: NamedDependency[AsyncSession], message_id: FromPath[UUID]) -> Template:
    found = await queries.one(db, message_id)
    if found is None or found.Message.state not in {"draft", "waiting"}:
        raise NotFound
    values = rules.content(found.Message)
    typed = {name: str(value or "") for name, value in values.items() if name != "audience"}
    typed |= {"audience": values["audience"]["kind"], forms.SEEN: forms.fingerprint(rules.version(found.Message))}
    return await _form_page(db, forms.Form(typed), f"/staff/messages/{message_id}", found=found)


@post("/staff/messages/{message_id:uuid}", opt=SEND, request_max_body_size=LARGEST_UPLOAD)
async def rewrite_message(
    request: HTTPRequest, db: NamedDependency[AsyncSession], message_id: FromPath[UUID]
) -> Response[Any]:
    form, content = await forms.read_with_file(request, FIELDS, "file")
    found = await queries.one(db, message_id)
    if found is None:
        raise NotFound
    before = found.Message.audience
    text = parse(form)
    typed = numbers(form, content, kept=before["kind"] == rules.NUMBERS)
    audience = await _audience(db, form, before)
    path = f"/staff/messages/{message_id}"
    if not form.ok or audience is None:
        return await _form_page(db, form, path, HTTPStatus.UNPROCESSABLE_ENTITY, found=found)
    try:
        await actions.rewrite_message(
            db, message_id, text, audience, typed, actor=request.user.actor, seen=form[forms.SEEN]
        )
    except forms.Outdated:
        form.refuse("title", CHANGED)
        return await _form_page(db, form, path, HTTPStatus.CONFLICT, found=found)
    await session.flash(db, request.user, "message-written")
    return see(path)


async def _audience(db: AsyncSession, form: forms.Form, before: dict[str, Any] | None = None) -> rules.Audience | None:
    """For whom it is; a selection that is not chosen anew stays the one that the message has."""
    if form["audience"] != rules.SELECTION:
        return rules.Audience(form["audience"])
    if not form["selection"] and before and before["kind"] == rules.SELECTION:
        return rules.Audience(rules.SELECTION, before["name"], tuple(before["criteria"].items()))
    number = selection(form)
    chosen = await selections.one(db, number) if number else None
    if chosen is None:
        form.refuse("selection", N_("Choose one of the kept selections."))
        return None
    return rules.Audience(rules.SELECTION, chosen.name, tuple(chosen.criteria.items()))


async def _form_page(db: AsyncSession, form: forms.Form, path: str, status: int = 200, found: Any = None) -> Template:
    saved = [(str(row.id), row.name) for row in await selections.saved(db)]
    audiences = [(kind, i18n.gettext(label), i18n.gettext(words)) for kind, label, words in rules.AUDIENCES]
    priorities = [(value, i18n.gettext(words)) for value, words in rules.PRIORITIES.items()]
    return page(
        "messages/edit",
        status,
        form=form,
        path=path,
        found=found,
        saved=saved,
        audiences=audiences,
        priorities=priorities,
        variables=VARIABLES,
    )


HANDLERS = [new_message, write_message, edit_message, rewrite_message]
