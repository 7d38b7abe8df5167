"""A donor's gifts: this is the busiest list.

The statements are built once, here, and get their values when they are carried out; they read plain columns
of the tables. Building a statement for each request costs more than PostgreSQL's answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.gifts.models import Campaign, Gift
from portal.web.donor import Donor

gift, campaign = Gift.__table__, Campaign.__table__
year_of_gift = func.date_part("year", gift.c.given_on)
received = func.coalesce(func.sum(gift.c.amount).filter(gift.c.state == "received"), Decimal(0))

TOTALS = (
    select(year_of_gift, gift.c.currency, func.count(), received)
    .where(gift.c.member_id == bindparam("member"))
    .group_by(year_of_gift, gift.c.currency)
    .order_by(year_of_gift.desc(), gift.c.currency)
)
EVERYTHING = (
    select(
        gift.c.given_on,
        gift.c.amount,
        gift.c.currency,
        gift.c.means,
        gift.c.state,
        gift.c.state_reason,
        campaign.c.name,
    )
    .outerjoin(campaign, campaign.c.id == gift.c.campaign_id)
    .where(gift.c.member_id == bindparam("member"))
    .order_by(gift.c.given_on.desc(), gift.c.id)
)
LISTED = (
    EVERYTHING.where(gift.c.given_on.between(bindparam("first"), bindparam("last")))
    .offset(bindparam("offset"))
    .limit(bindparam("limit"))
)


@dataclass(frozen=True)
class YearTotal:
    """One year and currency: all its gifts, and the sum of those that arrived."""

    year: int
    currency: str
    count: int
    received: Decimal


async def totals(db: AsyncSession, donor: Donor) -> list[YearTotal]:
    """By year, newest first."""
    return [YearTotal(int(year), *rest) for year, *rest in await db.execute(TOTALS, {"member": donor.id})]


async def listed(db: AsyncSession, donor: Donor, year: int | None, *, offset: int, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """Gifts of one year or of all, newest first: day, amount, currency, means, state, reason, campaign."""
    first, last = (date.min, date.max) if year is None else (date(year, 1, 1), date(year, 12, 31))
    values = {"member": donor.id, "first": first, "last": last, "offset": offset, "limit": limit}
    return (await db.execute(LISTED, values)).all()


async def everything(db: AsyncSession, donor: Donor) -> Sequence[Row]:  # type: ignore[type-arg]
    return (await db.execute(EVERYTHING, {"member": donor.id})).all()
