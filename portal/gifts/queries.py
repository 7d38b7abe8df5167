"""A donor's gifts, read with plain columns: this is the busiest list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.gifts.models import Campaign, Gift
from portal.web.donor import Donor

YEAR = func.date_part("year", Gift.given_on)


@dataclass(frozen=True)
class YearTotal:
    """One year and currency: all its gifts, and the sum of those that arrived."""

    year: int
    currency: str
    count: int
    received: Decimal


async def totals(db: AsyncSession, donor: Donor) -> list[YearTotal]:
    """By year, newest first."""
    received = func.coalesce(func.sum(Gift.amount).filter(Gift.state == "received"), Decimal(0))
    query = (
        select(YEAR, Gift.currency, func.count(), received)
        .where(Gift.member_id == donor.id)
        .group_by(YEAR, Gift.currency)
        .order_by(YEAR.desc(), Gift.currency)
    )
    return [YearTotal(int(year), *rest) for year, *rest in await db.execute(query)]


async def listed(db: AsyncSession, donor: Donor, year: int | None, *, offset: int, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """Gifts of one year or of all, newest first: day, amount, currency, means, state, reason, campaign."""
    query = _gifts(donor)
    if year is not None:
        query = query.where(Gift.given_on.between(date(year, 1, 1), date(year, 12, 31)))
    return (await db.execute(query.offset(offset).limit(limit))).all()


async def everything(db: AsyncSession, donor: Donor) -> Sequence[Row]:  # type: ignore[type-arg]
    return (await db.execute(_gifts(donor))).all()


def _gifts(donor: Donor) -> Select:  # type: ignore[type-arg]
    return (
        select(
            Gift.given_on,
            Gift.amount,
            Gift.currency,
            Gift.means,
            Gift.state,
            Gift.state_reason,
            Campaign.name,
        )
        .outerjoin(Campaign, Campaign.id == Gift.campaign_id)
        .where(Gift.member_id == donor.id)
        .order_by(Gift.given_on.desc(), Gift.id)
    )
