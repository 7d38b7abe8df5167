"""A donor's gifts that give a right to a tax receipt, in two statements."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Integer, bindparam, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Uuid

from portal.gifts.models import Gift
from portal.members.models import Member
from portal.tax import rules
from portal.web.donor import Donor

MEMBER = bindparam("member", type_=Uuid())
gift, member = Gift.__table__.c, Member.__table__.c
COUNTS = (gift.member_id == MEMBER, gift.state == "received", gift.deductible, gift.currency == "EUR")

years_with_gifts = select(func.array_agg(cast(func.date_part("year", gift.given_on), Integer).distinct())).where(
    *COUNTS
)
ABOUT = select(member.kind, years_with_gifts.scalar_subquery()).where(member.id == MEMBER)
GIVEN = (
    select(gift.given_on, func.sum(gift.amount), gift.nature)
    .where(*COUNTS, gift.given_on.between(bindparam("first"), bindparam("last")))
    .group_by(gift.given_on, gift.nature)
)


@dataclass(frozen=True)
class About:
    """A company or a person, and the years in which they gave."""

    company: bool
    years: list[int]


async def about(db: AsyncSession, donor: Donor) -> About:
    kind, years = (await db.execute(ABOUT, {"member": donor.id})).one()
    return About(kind == "company", years or [])


async def given(db: AsyncSession, donor: Donor, year: int, scheme: str) -> list[rules.Gift]:
    """The gifts of this year, those of one day and nature as one."""
    values = {"member": donor.id, "first": date(year, 1, 1), "last": date(year, 12, 31)}
    return [rules.Gift(on, amount, scheme, nature) for on, amount, nature in await db.execute(GIVEN, values)]
