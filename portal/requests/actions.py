"""Asking, and what staff do with a request that the central base does not keep; what it keeps is decided there."""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, journal
from portal.requests import queries, store
from portal.requests.models import OPEN, MemberRequest
from portal.requests.rules import Answer, Wish
from portal.web.donor import Donor

OURS = queries.OURS, OPEN


async def ask(db: AsyncSession, donor: Donor, kind: str, wish: Wish) -> UUID | None:
    """Give the new request's number; None when the donor waits for the answer to the same already."""
    actor = f"member:{donor.id}"
    try:
        return await store.ask(db, donor.id, kind, about=wish.about, wish=wish.text, actor=actor)
    except store.AlreadyAsked:
        return None


async def mark_seen(db: AsyncSession, request_id: UUID) -> bool:
    """Let the member see that somebody works on it; False when somebody does, or it is decided, already."""
    mine = update(MemberRequest).where(MemberRequest.id == request_id, MemberRequest.state != "seen", *OURS)
    seen = mine.values(state="seen", seen_on=clock.today()).returning(MemberRequest.id)
    return await db.scalar(seen) is not None


async def answer(db: AsyncSession, request_id: UUID, given: Answer, *, actor: str) -> bool:
    """Decide; False when it is decided already, or in the hands of the central base. A mail follows by itself."""
    today = clock.today()
    decided = (
        update(MemberRequest)
        .where(MemberRequest.id == request_id, *OURS)
        .values(
            state="accepted" if given.accepted else "refused",
            answer=given.text,
            seen_on=func.coalesce(MemberRequest.seen_on, today),
            decided_on=today,
        )
        .returning(MemberRequest.member_id, MemberRequest.kind)
    )
    row = (await db.execute(decided)).one_or_none()
    if row is None:
        return False
    noted = {"subject": row.kind, "accepted": given.accepted}
    await journal.write(db, "request.answered", actor=actor, member_id=row.member_id, **noted)
    return True
