"""A donor's links by kind, and what is known of a legacy."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, case, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from portal.links.models import LegacyEnquiry, MemberLink
from portal.links.rules import DAYS, KINDS, Enquiry
from portal.requests.models import MemberRequest
from portal.web.donor import Donor

link, enquiry = MemberLink.__table__.c, LegacyEnquiry.__table__.c
MEMBER = bindparam("member", type_=Uuid())
days = [enquiry[name] for name in DAYS]
counted = select(func.count()).where(link.member_id == MEMBER, link.kind.in_(list(KINDS))).scalar_subquery()
one = select(literal(1).label("one")).subquery()
OVERVIEW = (
    select(counted.label("links"), *days)
    .select_from(one)
    .outerjoin(LegacyEnquiry.__table__, true() & (enquiry.member_id == MEMBER))
)
ENQUIRY = select(*days).where(enquiry.member_id == MEMBER)
place = case({kind: at for at, kind in enumerate(KINDS)}, value=link.kind)
PAGE = (
    select(
        link.id,
        link.kind,
        link.title,
        link.detail,
        link.starts_on,
        link.ends_on,
        link.amount,
        link.currency,
        link.state,
    )
    .where(link.member_id == MEMBER, link.kind.in_(list(KINDS)))
    .order_by(place, link.starts_on.desc().nulls_last(), link.id)
    .offset(bindparam("offset"))
    .limit(bindparam("limit"))
)

Rows = Sequence[Row]  # type: ignore[type-arg]


async def overview(db: AsyncSession, donor: Donor) -> tuple[int, Enquiry]:
    """How many links there are, and the days of a legacy."""
    total, *found = (await db.execute(OVERVIEW, {"member": donor.id})).one()
    return total, Enquiry(*found)


async def listed(db: AsyncSession, donor: Donor, *, offset: int, limit: int) -> Rows:
    """By kind, in each the newest first."""
    return (await db.execute(PAGE, {"member": donor.id, "offset": offset, "limit": limit})).all()


def by_kind(rows: Rows) -> list[tuple[str, list[Any]]]:
    """In their order; a kind without any is left out."""
    kinds = dict.fromkeys(row.kind for row in rows)
    return [(kind, [row for row in rows if row.kind == kind]) for kind in kinds]


async def known_of(db: AsyncSession, member_id: UUID) -> Enquiry:
    row = (await db.execute(ENQUIRY, {"member": member_id})).one_or_none()
    return Enquiry(*row) if row else Enquiry()


async def asked_here(db: AsyncSession, member_id: UUID) -> Row | None:  # type: ignore[type-arg]
    """The newest request for the brochure."""
    columns = MemberRequest.id, MemberRequest.asked_on, MemberRequest.wish
    query = select(*columns).where(MemberRequest.member_id == member_id, MemberRequest.kind == "legacy")
    return (await db.execute(query.order_by(MemberRequest.asked_on.desc()).limit(1))).first()
