"""What both sides had changed: looked at, or put back as the central base had it."""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, journal
from portal.changes import RecordedChange, Status
from portal.reviews import rules
from portal.reviews.actions.telling import tell
from portal.reviews.models import SyncConflict
from portal.reviews.queries import parked, present
from portal.tracking import store


async def note(db: AsyncSession, conflict_id: UUID, *, actor: str) -> bool:
    """Somebody has looked at it, and the rule's decision stays; False when somebody had."""
    found = await parked.conflict(db, conflict_id)
    if found is None or not await _look_at(db, conflict_id, actor):
        return False
    noted = {"group": found.SyncConflict.group, "conflict": str(conflict_id)}
    await journal.write(db, "conflict.noted", actor=actor, member_id=found.SyncConflict.member_id, **noted)
    return True


async def reverse(db: AsyncSession, conflict_id: UUID, reason: str, *, actor: str) -> bool:
    """Let hold again what the central base held; the member reads why. False when it is too late, or never could be."""
    found = await parked.conflict(db, conflict_id)
    if found is None:
        return False
    await changes.lock(db, found.SyncConflict.member_id)
    found = await parked.conflict(db, conflict_id)
    if found is None or not await is_reversible(db, found) or not await _look_at(db, conflict_id, actor):
        return False
    conflict = found.SyncConflict
    await store.put(db, conflict.member_id, conflict.group, conflict.theirs)
    await changes.record(
        db, conflict.member_id, conflict.group, old=conflict.ours, new=conflict.theirs, actor=actor
    )  # fmt: skip
    await _explain(db, conflict, reason)
    noted = {"group": conflict.group, "conflict": str(conflict_id), "reason": reason}
    await journal.write(db, "change.reversed", actor=actor, member_id=conflict.member_id, **noted)
    return True


async def _look_at(db: AsyncSession, conflict_id: UUID, actor: str) -> bool:
    """True for one alone: of two who decide at the same moment the second waits here, and finds it decided."""
    unseen = update(SyncConflict).where(SyncConflict.id == conflict_id, SyncConflict.looked_at.is_(None))
    looked = unseen.values(looked_at=func.now(), looked_by=actor).returning(SyncConflict.id)
    return await db.scalar(looked) is not None


async def is_reversible(db: AsyncSession, found: parked.Conflict) -> bool:
    """Nobody has looked at it, ours has arrived there, and nothing else was saved since."""
    conflict = found.SyncConflict
    if conflict.looked_at is not None or found.is_moving:
        return False
    if not rules.can_be_reversed(conflict.group, conflict.decision, conflict.theirs):
        return False
    return bool(await present.present(db, found.Member, conflict.group) == conflict.ours)


async def _explain(db: AsyncSession, conflict: SyncConflict, reason: str) -> None:
    """Beside the member's own change, which no longer holds."""
    newest = (
        select(RecordedChange.id, RecordedChange.actor)
        .where(RecordedChange.member_id == conflict.member_id, RecordedChange.group == conflict.group)
        .where(RecordedChange.new == conflict.ours, RecordedChange.status == Status.CONFIRMED)
        .order_by(RecordedChange.seq.desc())
        .limit(1)
    )
    row = (await db.execute(newest)).one_or_none()
    if row is not None:
        await changes.mark(db, row.id, Status.REFUSED, reason)
        await tell(db, conflict.member_id, row.actor)
