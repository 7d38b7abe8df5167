"""The life of a message: written, perhaps approved by a second editor, published, withdrawn."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import jobs, journal
from portal.messages.models import Message
from portal.messages.rules import EVERYBODY, Audience, MessageText, columns, content, version
from portal.web.forms import Outdated, fingerprint


async def write_message(
    db: AsyncSession, text: MessageText, audience: Audience, numbers: list[str], *, actor: str
) -> UUID:
    message_id = uuid4()
    values = columns(text) | {"audience": audience.as_json(), "numbers": numbers, "author_id": _id(actor)}
    await db.execute(insert(Message).values(id=message_id, **values))
    await _note(db, "message.written", message_id, actor, values)
    return message_id


async def rewrite_message(
    db: AsyncSession,
    message_id: UUID,
    text: MessageText,
    audience: Audience,
    numbers: list[str] | None,
    *,
    actor: str,
    seen: str,
) -> None:
    """Whoever writes it last is its author; what waited for approval is a draft again. No numbers: those it has.

    Raises:
        Outdated: it is no longer what the editor saw, or was published meanwhile.
    """
    await _hold(db, message_id, ("draft", "waiting"), seen)
    values = columns(text) | {"audience": audience.as_json(), "author_id": _id(actor)}
    more: dict[str, Any] = {"state": "draft", "written_at": func.now()}
    if numbers is not None:
        more["numbers"] = numbers
    await db.execute(update(Message).where(Message.id == message_id).values(**values, **more))
    await _note(db, "message.written", message_id, actor, values)


async def hand_in(db: AsyncSession, message_id: UUID, *, actor: str, seen: str) -> None:
    """Lay it before a second editor.

    Raises:
        Outdated: as `rewrite_message`.
    """
    await _hold(db, message_id, ("draft",), seen)
    await db.execute(update(Message).where(Message.id == message_id).values(state="waiting"))
    await journal.write(db, "message.sent_for_approval", actor=actor, message=str(message_id))


async def hand_back(db: AsyncSession, message_id: UUID, *, actor: str, seen: str) -> None:
    """It is to be written again.

    Raises:
        Outdated: as `rewrite_message`.
    """
    await _hold(db, message_id, ("waiting",), seen)
    await db.execute(update(Message).where(Message.id == message_id).values(state="draft"))
    await journal.write(db, "message.returned", actor=actor, message=str(message_id))


async def publish(db: AsyncSession, message_id: UUID, *, actor: str, seen: str, four_eyes: bool) -> bool:
    """Members see it once all addressees are written down; False for one's own where four eyes are asked for.

    Raises:
        Outdated: as `rewrite_message`.
    """
    found = await _hold(db, message_id, ("waiting",) if four_eyes else ("draft", "waiting"), seen)
    if four_eyes and found.author_id == _id(actor):
        return False
    values: dict[str, Any] = {"state": "published", "published_at": func.now(), "approver_id": _id(actor)}
    if found.audience["kind"] == EVERYBODY:
        values["addressed_at"] = func.now()
    else:
        await jobs.defer(db, "messages.address", once=f"message {message_id}", message_id=str(message_id))
    await db.execute(update(Message).where(Message.id == message_id).values(**values))
    await _note(db, "message.published", message_id, actor, content(found))
    return True


async def withdraw(db: AsyncSession, message_id: UUID, *, actor: str) -> bool:
    """Gone from all home pages at once, however many; who was addressed and who saw it stays known."""
    gone = update(Message).where(Message.id == message_id, Message.state != "withdrawn").returning(Message.id)
    if await db.scalar(gone.values(state="withdrawn", withdrawn_at=func.now())) is None:
        return False
    await journal.write(db, "message.withdrawn", actor=actor, message=str(message_id))
    return True


async def _hold(db: AsyncSession, message_id: UUID, states: tuple[str, ...], seen: str) -> Message:
    found = await db.scalar(select(Message).where(Message.id == message_id).with_for_update())
    if found is None or found.state not in states or fingerprint(version(found)) != seen:
        raise Outdated
    return found


async def _note(db: AsyncSession, kind: str, message_id: UUID, actor: str, values: dict[str, Any]) -> None:
    shown = {name: value for name, value in values.items() if name not in {"numbers", "author_id"}}
    plain = {name: value if isinstance(value, dict | int) else str(value or "") for name, value in shown.items()}
    await journal.write(db, kind, actor=actor, message=str(message_id), new=plain)


def _id(actor: str) -> UUID:
    return UUID(actor.removeprefix("staff:"))
