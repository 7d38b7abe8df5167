"""Deciding on a pair: once, by whoever is first."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, journal
from portal.duplicates import store
from portal.duplicates.models import SuspectedDuplicate
from portal.requests.store import AlreadyAsked

FRESH = select(SuspectedDuplicate).execution_options(populate_existing=True)


async def are_different(db: AsyncSession, pair_id: UUID, reason: str, *, actor: str) -> bool:
    """Two people: remembered for good. False when it is decided already."""
    pair = await _undecided(db, pair_id)
    if pair is None:
        return False
    members = pair.member_id, pair.other_id
    await store.decide(db, *members, "different", reason=reason, actor=actor)
    for one in members:
        await journal.write(db, "duplicate.denied", actor=actor, member_id=one, pair=str(pair_id), reason=reason)
    return True


async def propose(db: AsyncSession, pair_id: UUID, kept: int, reason: str, *, actor: str) -> bool:
    """One person: the central base is asked to merge them into the first (0) or the second (1).

    False as above, and when somebody else has asked for it.
    """
    pair = await _undecided(db, pair_id)
    if pair is None:
        return False
    members = pair.member_id, pair.other_id
    try:
        await store.propose_merge(db, members[kept], members[1 - kept], reason, actor)
    except AlreadyAsked:
        return False
    return True


async def _undecided(db: AsyncSession, pair_id: UUID) -> SuspectedDuplicate | None:
    """As it stands now that nobody else decides on either of the two."""
    found = await db.get(SuspectedDuplicate, pair_id)
    if found is None:
        return None
    await changes.lock_all(db, (found.member_id, found.other_id))
    pair = await db.scalar(FRESH.where(SuspectedDuplicate.id == pair_id))
    return pair if pair is not None and not pair.decision else None
