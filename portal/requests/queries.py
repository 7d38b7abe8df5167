"""A donor's own requests, and what waits at the desk."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, and_, bindparam, case, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from portal.changes import RecordedChange, Status
from portal.corrections.models import CorrectionRequest
from portal.members.models import Member
from portal.requests.models import OPEN, MemberRequest
from portal.requests.rules import INTERNAL
from portal.web.donor import Donor

request, change, correction = MemberRequest.__table__.c, RecordedChange.__table__.c, CorrectionRequest.__table__.c
MEMBER = bindparam("member", type_=Uuid())

asked = select(
    request.id, request.kind, request.about, request.wish, request.state, request.answer, request.asked_on
).where(request.member_id == MEMBER, request.kind.not_in(INTERNAL))
corrections = (
    select(
        change.id,
        change.field_group,
        literal(""),
        correction.reason,
        case((correction.decided_at.is_(None), "seen"), (change.status == Status.REFUSED, "refused"), else_="accepted"),
        change.reason,
        func.date(func.timezone("Europe/Paris", change.recorded_at)),
    )
    .select_from(CorrectionRequest.__table__.join(RecordedChange.__table__, change.id == correction.change_id))
    .where(correction.member_id == MEMBER, change.status != Status.UNDONE)
)
everything = union_all(asked, corrections).subquery()
COUNT = select(func.count()).select_from(everything)
LISTED = (
    select(everything)
    .order_by(everything.c.asked_on.desc(), everything.c.id)
    .offset(bindparam("offset"))
    .limit(bindparam("limit"))
)

OURS = and_(MemberRequest.central_id.is_(None), or_(MemberRequest.attempts == 0, MemberRequest.undelivered != ""))
"""Staff decide here: it has never set out for the central base, or was not taken there."""

Request = Row[*tuple[Any, ...]]


async def count(db: AsyncSession, donor: Donor) -> int:
    return await db.scalar(COUNT, {"member": donor.id}) or 0


async def listed(db: AsyncSession, donor: Donor, *, offset: int, limit: int) -> Sequence[Request]:
    """The newest first, corrections of the identity among them."""
    return (await db.execute(LISTED, {"member": donor.id, "offset": offset, "limit": limit})).all()


async def own(db: AsyncSession, donor: Donor, request_id: UUID) -> MemberRequest | None:
    theirs = MemberRequest.member_id == donor.id, MemberRequest.kind.not_in(INTERNAL)
    return await db.scalar(select(MemberRequest).where(*theirs, MemberRequest.id == request_id))


async def open_one(db: AsyncSession, donor: Donor, kind: str, about: str) -> UUID | None:
    """The request on the same subject that waits for its answer."""
    same = MemberRequest.kind == kind, MemberRequest.about == about, OPEN
    return await db.scalar(select(MemberRequest.id).where(MemberRequest.member_id == donor.id, *same))


async def count_open(db: AsyncSession, kinds: Collection[str]) -> int:
    query = select(func.count()).select_from(MemberRequest).where(OPEN, MemberRequest.kind.in_(kinds))
    return await db.scalar(query) or 0


async def waiting(db: AsyncSession, kinds: Collection[str], *, offset: int, limit: int) -> Sequence[Request]:
    """The open ones of these kinds, oldest first."""
    query = select(MemberRequest, Member).join(Member, Member.id == MemberRequest.member_id)
    query = query.where(OPEN, MemberRequest.kind.in_(kinds)).order_by(MemberRequest.asked_on, MemberRequest.id)
    return (await db.execute(query.offset(offset).limit(limit))).all()


async def one(db: AsyncSession, request_id: UUID, kinds: Collection[str]) -> Request | None:
    query = select(MemberRequest, Member, OURS.label("is_ours")).join(Member, Member.id == MemberRequest.member_id)
    return (await db.execute(query.where(MemberRequest.id == request_id, MemberRequest.kind.in_(kinds)))).one_or_none()
