"""Ending visits, and proving once more who one is."""

from uuid import UUID

from sqlalchemy import delete, func, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.security.queries import owned_by
from portal.web import places, session
from portal.web.session import HTTPRequest, WebSession
from portal.web.visitor import Visitor


async def end_visit(db: AsyncSession, visitor: Visitor, session_id: UUID) -> bool:
    """End one of the visitor's own; False when there is none of this number."""
    return await _end(db, visitor, WebSession.id == session_id) > 0


async def end_other_visits(db: AsyncSession, visitor: Visitor) -> int:
    return await _end(db, visitor, WebSession.id != visitor.session_id)


async def _end(db: AsyncSession, visitor: Visitor, which: object) -> int:
    rows = delete(WebSession).where(owned_by(visitor), which).returning(WebSession.user_agent)  # type: ignore[arg-type]
    ended = (await db.scalars(rows)).all()
    for user_agent in ended:
        device = places.device(user_agent)
        await journal.write(db, "session.ended", actor=visitor.actor, member_id=visitor.member_id, device=device)
    return len(ended)


async def extend(db: AsyncSession, visitor: Visitor) -> None:
    """The visitor is still there; the longest life of the visit stays as it is."""
    await db.execute(update(WebSession).where(WebSession.id == visitor.session_id).values(seen_at=func.now()))


async def confirm(db: AsyncSession, request: HTTPRequest) -> None:
    """They have just proved who they are, with a code from their mailbox."""
    visitor = request.user
    await session.rotate(db, request, proved_at=func.now())
    await journal.write(db, "security.confirmed", actor=visitor.actor, member_id=visitor.member_id, method="mail")
