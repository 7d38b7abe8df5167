"""What becomes of a message: handed in, approved, returned, published, withdrawn."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncSession

from portal.messages import actions
from portal.settings import Settings
from portal.web import forms, session
from portal.web.guards import EDITORS
from portal.web.session import HTTPRequest
from portal.web.templating import see

EDIT = {"for_staff": True, "roles": EDITORS}


@post("/staff/messages/{message_id:uuid}/publication", opt=EDIT)
async def publish_message(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    message_id: FromPath[UUID],
) -> Response[Any]:
    """At once, or, where the installation asks for four eyes, by a colleague of its author once it was handed in."""

    async def publish(seen: str) -> str:
        done = await actions.publish(
            db, message_id, actor=request.user.actor, seen=seen, four_eyes=settings.memo_four_eyes
        )
        return "message-published" if done else "memo-own"

    return await _done(request, db, message_id, publish)


@post("/staff/messages/{message_id:uuid}/approval-request", opt=EDIT)
async def hand_in_message(
    request: HTTPRequest, db: NamedDependency[AsyncSession], message_id: FromPath[UUID]
) -> Response[Any]:
    async def hand_in(seen: str) -> str:
        await actions.hand_in(db, message_id, actor=request.user.actor, seen=seen)
        return "message-handed-in"

    return await _done(request, db, message_id, hand_in)


@post("/staff/messages/{message_id:uuid}/return", opt=EDIT)
async def return_message(
    request: HTTPRequest, db: NamedDependency[AsyncSession], message_id: FromPath[UUID]
) -> Response[Any]:
    async def hand_back(seen: str) -> str:
        await actions.hand_back(db, message_id, actor=request.user.actor, seen=seen)
        return "message-returned"

    return await _done(request, db, message_id, hand_back)


async def _done(
    request: HTTPRequest, db: AsyncSession, message_id: UUID, act: Callable[[str], Awaitable[str]]
) -> Response[Any]:
    """On the text as it was seen, and only while it is that text still."""
    form = await forms.read(request, {forms.SEEN})
    try:
        told = await act(form[forms.SEEN])
    except forms.Outdated:
        told = "memo-changed-meanwhile"
    await session.flash(db, request.user, told)
    return see(f"/staff/messages/{message_id}")


@post("/staff/messages/{message_id:uuid}/withdrawal", opt=EDIT)
async def withdraw_message(
    request: HTTPRequest, db: NamedDependency[AsyncSession], message_id: FromPath[UUID]
) -> Response[Any]:
    await forms.read(request, ())
    if await actions.withdraw(db, message_id, actor=request.user.actor):
        await session.flash(db, request.user, "message-withdrawn")
    return see(f"/staff/messages/{message_id}")


HANDLERS = [publish_message, hand_in_message, return_message, withdraw_message]
