"""A donor's own changes, and what stands in the way of taking one back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.changes import RecordedChange, Status
from portal.corrections.models import CorrectionRequest
from portal.web.donor import Donor

UNDO = "undo"
"""Actors `undo:…` put back what was before: shown is the change that was taken back, not they."""

change, request = RecordedChange.__table__, CorrectionRequest.__table__
later = change.alias("later")

mine = and_(
    change.c.member_id == bindparam("member"),
    or_(change.c.actor == bindparam("actor"), change.c.actor == "unsubscribe link"),
)
something_newer = (
    select(later.c.id)
    .where(
        later.c.member_id == change.c.member_id,
        later.c.field_group == change.c.field_group,
        later.c.seq > change.c.seq,
        later.c.status != Status.UNDONE,
        ~later.c.actor.startswith(f"{UNDO}:"),
    )
    .exists()
)
takes_consent_back = and_(
    change.c.field_group == "consents", ~change.c.new["consents"].contains(change.c.old["consents"])
)
"""A consent is given anew where its words are read, not by the press of a button here (GDPR art. 7)."""
untouched = and_(change.c.status == Status.SAVED, ~something_newer, ~takes_consent_back)
save = change.c.recorded_at, change.c.actor
"""What one press of a button changed: now() is the same throughout a transaction."""
CHANGES = (
    select(
        change.c.id, change.c.field_group.label("group"), change.c.old, change.c.new, change.c.recorded_at,
        change.c.status, change.c.status_at, change.c.reason,
        func.array_agg(change.c.field_group).over(partition_by=save).label("groups"),
        func.bool_and(untouched).over(partition_by=save).label("is_newest"),
        (change.c.seq == func.max(change.c.seq).over(partition_by=save)).label("is_last"),
        and_(request.c.change_id.is_not(None), request.c.decided_at.is_(None)).label("is_asked"),
    )
    .outerjoin(request, request.c.change_id == change.c.id)
    .where(mine)
)  # fmt: skip
LISTED = CHANGES.order_by(change.c.seq.desc()).offset(bindparam("offset")).limit(bindparam("limit"))
moment = select(later.c.recorded_at).where(later.c.id == bindparam("change")).scalar_subquery()
SAVE = CHANGES.where(change.c.recorded_at == moment).order_by(change.c.seq.desc())
COUNT = select(func.count()).select_from(change).where(mine)

Change = Row[*tuple[Any, ...]]


async def count(db: AsyncSession, donor: Donor) -> int:
    return await db.scalar(COUNT, _whose(donor)) or 0


async def listed(db: AsyncSession, donor: Donor, *, offset: int, limit: int) -> Sequence[Change]:
    """Newest first."""
    return (await db.execute(LISTED, _whose(donor) | {"offset": offset, "limit": limit})).all()


async def saved_together(db: AsyncSession, donor: Donor, change_id: UUID) -> Sequence[Change]:
    """A change and those of the same save, newest first: another postal address made the main one is two."""
    return (await db.execute(SAVE, _whose(donor) | {"change": change_id})).all()


def _whose(donor: Donor) -> dict[str, Any]:
    return {"member": donor.id, "actor": f"member:{donor.id}"}
