"""Entering a request that came by letter, by phone or at the counter: whose it is, chosen by a person."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n, journal
from portal.i18n import N_
from portal.privacy import queries
from portal.privacy.actions import steps
from portal.privacy.forms import parse_received
from portal.privacy.pages.desk import DESK, HANDLE
from portal.privacy.queries import Card
from portal.privacy.rules import answers
from portal.search import queries as search
from portal.web import forms, session
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

NEW, OF_MEMBER = f"{DESK}/new", f"{DESK}/new/{{member_id:uuid}}"
FIELDS = ("right", "channel", "received_on", "wish", "mark")


@get(NEW, opt=HANDLE)
async def find_member(db: NamedDependency[AsyncSession], q: FromQuery[str] = "") -> Template:
    """All who fit stand there with what tells them apart; nobody is chosen by itself."""
    found, more = await search.find(db, q) if q.strip() else ([], False)
    cards = await queries.cards(db, [row.id for row, _ in found])
    return page("privacy/find", q=q, cards=cards, more=more)


@get(OF_MEMBER, opt=HANDLE)
async def edit_entry(request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]) -> Template:
    card, others = await _found(db, member_id)
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=member_id)
    return _entry_page(card, others, forms.Form({}))


@post(OF_MEMBER, opt=HANDLE)
async def save_entry(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]
) -> Response[Any]:
    form = await forms.read(request, FIELDS)
    card, others = await _found(db, member_id)
    theirs = [mark for other in others for mark in other.marks]
    received = parse_received(form, card.marks, theirs, has_namesakes=bool(others) or card.numbered)
    if received is None:
        return _entry_page(card, others, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    request_id = await steps.enter(db, member_id, received, actor=request.user.actor)
    if request_id is None:
        form.refuse("right", N_("The member waits for the answer to the same already: it stands on the desk."))
        return _entry_page(card, others, form, HTTPStatus.CONFLICT)
    await session.flash(db, request.user, "data-entered")
    return see(f"{DESK}/{request_id}")


async def _found(db: AsyncSession, member_id: UUID) -> tuple[Card, list[Card]]:
    """The member, and the others of that name; where not all of them are known, only the number tells them apart."""
    own = await queries.cards(db, [member_id])
    if not own:
        raise NotFound
    ids, more = await queries.namesakes(db, own[0].member)
    card = replace(own[0], numbered=more)
    return card, await queries.cards(db, ids)


def _entry_page(card: Card, others: list[Card], form: forms.Form, status: int = 200) -> Template:
    return page(
        "privacy/entry",
        status,
        card=card,
        others=others,
        form=form,
        rights=[(name, i18n.gettext(words)) for name, words in answers.RIGHTS.items()],
        channels=[(name, i18n.gettext(answers.CHANNELS[name])) for name in answers.ENTERED],
    )


HANDLERS = [find_member, edit_entry, save_entry]
