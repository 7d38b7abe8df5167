"""Two records side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.duplicates.models import SuspectedDuplicate
from portal.gifts.models import Gift
from portal.mandates.models import Mandate
from portal.members.models import Member
from portal.profile import queries as profile
from portal.profile.queries import Profile
from portal.web.donor import Donor

other = aliased(Member)
PAIR = (
    select(SuspectedDuplicate, Member, other)
    .join(Member, Member.id == SuspectedDuplicate.member_id)
    .join(other, other.id == SuspectedDuplicate.other_id)
)
HISTORY = (
    select(
        Member.id,
        select(func.count()).select_from(Gift).where(Gift.member_id == Member.id).scalar_subquery().label("gifts"),
        select(func.max(Gift.given_on)).where(Gift.member_id == Member.id).scalar_subquery().label("last_gift"),
        select(func.count())
        .select_from(Mandate)
        .where(Mandate.member_id == Member.id, Mandate.state == "active")
        .scalar_subquery()
        .label("mandates"),
    )
)  # fmt: skip

Pair = Row[SuspectedDuplicate, Member, Member]


@dataclass(frozen=True)
class Record:
    """What staff compare of each."""

    profile: Profile
    gifts: int
    last_gift: date | None
    mandates: int


async def one(db: AsyncSession, pair_id: UUID) -> Pair | None:
    """As it stands now, whatever was read of it before."""
    query = PAIR.where(SuspectedDuplicate.id == pair_id)
    return (await db.execute(query, execution_options={"populate_existing": True})).one_or_none()


async def records(db: AsyncSession, members: Sequence[UUID]) -> list[Record]:
    """In the order asked for."""
    found: dict[UUID, Any] = {row.id: row for row in await db.execute(HISTORY.where(Member.id.in_(members)))}
    return [
        Record(await profile.profile(db, Donor(number)), found[number].gifts, found[number].last_gift,
               found[number].mandates)
        for number in members
    ]  # fmt: skip
