"""What is asked of staff, and what the member's name and registration are at present."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.changes import RecordedChange
from portal.corrections.models import CorrectionRequest
from portal.corrections.rules import IDENTITY, Identity
from portal.members.models import Member
from portal.web.donor import Donor

UNDECIDED = CorrectionRequest.decided_at.is_(None)


@dataclass(frozen=True)
class Standing:
    """What holds at present, and whether a request is open already: there is one at a time."""

    kind: str
    identity: Identity
    has_asked: bool


async def standing(db: AsyncSession, donor: Donor) -> Standing:
    asked = select(CorrectionRequest.change_id).where(CorrectionRequest.member_id == donor.id, UNDECIDED).exists()
    query = select(Member, asked.label("asked")).where(Member.id == donor.id)
    row = (await db.execute(query, execution_options={"populate_existing": True})).one()
    return Standing(row.Member.kind, identity_of(row.Member), row.asked)


def identity_of(member: Member) -> Identity:
    """What the sync compares."""
    return {name: getattr(member, name) for name in IDENTITY}


async def count_open(db: AsyncSession) -> int:
    return await db.scalar(select(func.count()).select_from(CorrectionRequest).where(UNDECIDED)) or 0


REQUESTS = (
    select(
        RecordedChange.id, RecordedChange.member_id, RecordedChange.old, RecordedChange.new,
        RecordedChange.recorded_at, RecordedChange.status, RecordedChange.reason.label("answer"),
        CorrectionRequest.reason, CorrectionRequest.document.is_not(None).label("has_document"),
        CorrectionRequest.decided_at, Member,
    )
    .join(CorrectionRequest, CorrectionRequest.change_id == RecordedChange.id)
    .join(Member, Member.id == RecordedChange.member_id)
)  # fmt: skip

Request = Row[*tuple[Any, ...]]


async def listed(db: AsyncSession, *, offset: int, limit: int) -> Sequence[Request]:
    """The open ones, oldest first."""
    query = REQUESTS.where(UNDECIDED).order_by(RecordedChange.seq)
    return (await db.execute(query.offset(offset).limit(limit))).all()


async def one(db: AsyncSession, change_id: UUID) -> Request | None:
    """As it stands now, whatever was read of it before."""
    query = REQUESTS.where(RecordedChange.id == change_id)
    return (await db.execute(query, execution_options={"populate_existing": True})).one_or_none()


async def document(db: AsyncSession, change_id: UUID) -> bytes | None:
    """Sealed."""
    query = select(CorrectionRequest.document).where(CorrectionRequest.change_id == change_id)
    return await db.scalar(query)
