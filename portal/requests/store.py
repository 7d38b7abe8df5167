"""How a request comes to be, whoever makes it: the donor on their pages, or staff for a change that is stuck."""

import uuid
from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, journal
from portal.requests.models import OPEN, MemberRequest
from portal.requests.rules import INTERNAL


class AlreadyAsked(Exception):
    """The member has asked the same of us, and waits for the answer: one open request for each kind and subject."""


async def ask(
    db: AsyncSession, member_id: UUID, kind: str, *, about: str, wish: str, actor: str, asked_on: date | None = None
) -> UUID:
    """Note what is asked of us, today if not before; two who ask the same at once make one request.

    Raises:
        AlreadyAsked: there is an open one; nothing was written.
    """
    request_id = uuid.uuid4()
    row = insert(MemberRequest).values(
        id=request_id,
        key=str(request_id),
        member_id=member_id,
        kind=kind,
        about=about,
        wish=wish,
        asked_on=asked_on or clock.today(),
    )
    one_open = row.on_conflict_do_nothing(index_elements=["member_id", "kind", "about"], index_where=OPEN)
    if await db.scalar(one_open.returning(MemberRequest.id)) is None:
        raise AlreadyAsked
    if kind not in INTERNAL:
        await journal.write(db, "request.asked", actor=actor, member_id=member_id, subject=kind, about=about)
    return request_id
