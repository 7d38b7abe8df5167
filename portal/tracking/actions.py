"""Taking a change back while it has not been passed on, or a request while nobody has decided on it."""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, journal
from portal.changes import Status
from portal.consents import store as consents
from portal.corrections.models import CorrectionRequest
from portal.tracking import queries
from portal.tracking.rules import can_be_undone
from portal.tracking.store import put
from portal.web.donor import Donor

CHOICES = {"objections", "consents"}


async def undo(db: AsyncSession, donor: Donor, change_id: UUID) -> bool:
    """Let what was before hold again, of all that was saved together; False when it is too late for any of it.

    So it is, too, once something newer rests on it. The way back is a change like any,
    which the sync carries through: it finds nothing to do where the first one never
    arrived.
    """
    await changes.lock(db, donor.id)
    together = await queries.saved_together(db, donor, change_id)
    if not together or not can_be_undone(together[0]):
        return False
    for change in together:
        await _undo(db, donor, change)
    return True


async def _undo(db: AsyncSession, donor: Donor, change: queries.Change) -> None:
    await changes.mark(db, change.id, Status.UNDONE)
    me = f"member:{donor.id}"
    if change.is_asked:
        mine = update(CorrectionRequest).where(CorrectionRequest.change_id == change.id)
        await db.execute(mine.values(decided_by=me, decided_at=func.now()))
    else:
        await _put_back(db, donor.id, change)
    await journal.write(db, "change.undone", actor=me, member_id=donor.id, group=change.group, change=str(change.id))


async def _put_back(db: AsyncSession, member_id: UUID, change: queries.Change) -> None:
    actor = f"{queries.UNDO}:{member_id}"
    if change.group in CHOICES:
        codes = change.old[change.group]
        await consents.choose(db, member_id, change.group, codes, shown={}, source="portal", actor=actor)
        return
    await put(db, member_id, change.group, change.old)
    await changes.record(db, member_id, change.group, old=change.new, new=change.old, actor=actor)
