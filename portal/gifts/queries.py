"""A donor's gifts: this is the busiest list.

The statements are built once, here, and get their values when they are carried out; they read plain columns
of the tables. Building a statement for each request costs more than PostgreSQL's answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, bindparam, cast, func, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from portal.gifts.models import Campaign, Gift
from portal.gifts.rules import Choice, Period
from portal.mandates.models import Mandate
from portal.receipts.models import Receipt, ReceiptGift
from portal.web.donor import Donor

gift, campaign, mandate = Gift.__table__, Campaign.__table__, Mandate.__table__
receipt, covered = Receipt.__table__, ReceiptGift.__table__

mine = gift.c.member_id == bindparam("member")
in_period = gift.c.given_on.between(bindparam("first"), bindparam("last"))
campaign_id = cast(gift.c.campaign_id, Text)
year = func.date_part("year", gift.c.given_on)
received = func.coalesce(func.sum(gift.c.amount).filter(gift.c.state == "received"), Decimal(0))


def as_chosen(name: str, column: ColumnElement[str]) -> ColumnElement[bool]:
    value = bindparam(name, type_=Text())
    return or_(value == "", column == value)


chosen = and_(
    in_period,
    as_chosen("means", gift.c.means),
    as_chosen("campaign", campaign_id),
    as_chosen("state", gift.c.state),
)
OVERVIEW = (
    select(
        year.label("year"), gift.c.currency, gift.c.means, gift.c.state, campaign_id.label("campaign_id"),
        campaign.c.name.label("campaign"), func.count().label("gifts"), func.count().filter(chosen).label("chosen"),
        received.label("received"),
    )
    .outerjoin(campaign, campaign.c.id == gift.c.campaign_id)
    .where(mine)
    .group_by(
        func.grouping_sets(
            tuple_(year, gift.c.currency),
            tuple_(gift.c.means),
            tuple_(gift.c.state),
            tuple_(campaign_id, campaign.c.name),
        )
    )
    .order_by(year.desc(), gift.c.currency)
)  # fmt: skip


def lines(gifts: FromClause) -> Select[*tuple[Any, ...]]:
    """What lists show of gifts, newest first; the ids are texts, for addresses: no UUID is made to be unmade."""
    its_receipt = (  # one at most, should two receipts ever claim the same gift: no line may stand twice
        select(cast(receipt.c.id, Text).label("id"), receipt.c.number)
        .join(covered, covered.c.receipt_id == receipt.c.id)
        .where(covered.c.gift == gifts.c.central_id, covered.c.member_id == gifts.c.member_id)
        .where(receipt.c.state == "issued")
        .limit(1)
        .lateral()
    )
    return (
        select(
            cast(gifts.c.id, Text).label("id"), gifts.c.given_on, gifts.c.amount, gifts.c.currency, gifts.c.means,
            gifts.c.state, gifts.c.state_reason, campaign.c.name.label("campaign"),
            its_receipt.c.id.label("receipt_id"), its_receipt.c.number.label("receipt"),
        )
        .outerjoin(campaign, campaign.c.id == gifts.c.campaign_id)
        .outerjoin(its_receipt, true())
        .order_by(gifts.c.given_on.desc(), gifts.c.id)
    )  # fmt: skip


# First the page, then its receipts: PostgreSQL would look for those of all the gifts.
newest_first = select(gift).where(mine, chosen).order_by(gift.c.given_on.desc(), gift.c.id)
LISTED = lines(newest_first.offset(bindparam("offset")).limit(bindparam("limit")).subquery())
GIVEN = lines(gift).where(mine, in_period)
DEBITS = GIVEN.where(gift.c.mandate_id.is_not(None)).add_columns(gift.c.mandate_id)
ONE = (
    lines(gift)
    .where(mine, gift.c.id == bindparam("gift"))
    .add_columns(gift.c.central_id, gift.c.mandate_id, gift.c.form, gift.c.nature)
)
RUNNING = (
    select(mandate.c.id, mandate.c.amount, mandate.c.currency, mandate.c.rhythm, mandate.c.next_debit_on)
    .where(mandate.c.member_id == bindparam("member"), mandate.c.state == "active")
    .order_by(mandate.c.next_debit_on, mandate.c.id)
)

Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True)
class YearTotal:
    """One year and currency: all its gifts, and the sum of those that arrived."""

    year: int
    currency: str
    count: int
    received: Decimal


@dataclass(frozen=True)
class Overview:
    """Of all of a donor's gifts: sums by year, newest first, and what one may choose; `count` is of the choice."""

    totals: list[YearTotal]
    means: list[str]
    states: list[str]
    campaigns: list[tuple[str, str]]
    count: int


async def overview(db: AsyncSession, donor: Donor, choice: Choice) -> Overview:
    rows = (await db.execute(OVERVIEW, _chosen(donor, choice))).all()
    years = [row for row in rows if row.year is not None]
    return Overview(
        totals=[YearTotal(int(row.year), row.currency, row.gifts, row.received) for row in years],
        means=[row.means for row in rows if row.means],
        states=[row.state for row in rows if row.state],
        campaigns=[(row.campaign_id, row.campaign) for row in rows if row.campaign_id],
        count=sum(row.chosen for row in years),
    )


async def listed(db: AsyncSession, donor: Donor, choice: Choice, *, offset: int, limit: int) -> Rows:
    """The chosen gifts as `lines`, newest first."""
    return (await db.execute(LISTED, _chosen(donor, choice) | {"offset": offset, "limit": limit})).all()


async def given(db: AsyncSession, donor: Donor, period: Period) -> Rows:
    """All gifts of a period as `lines`, newest first."""
    return (await db.execute(GIVEN, _in_period(donor, period))).all()


async def debits(db: AsyncSession, donor: Donor, period: Period) -> Rows:
    """The debits of a period as `lines` and their mandate, newest first."""
    return (await db.execute(DEBITS, _in_period(donor, period))).all()


async def running(db: AsyncSession, donor: Donor) -> Rows:
    """The donor's active mandates."""
    return (await db.execute(RUNNING, {"member": donor.id})).all()


async def one(db: AsyncSession, donor: Donor, gift_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """A gift of this donor as in `lines`, its number in the central base, mandate, form and nature."""
    return (await db.execute(ONE, {"member": donor.id, "gift": gift_id})).first()


def _in_period(donor: Donor, period: Period) -> dict[str, object]:
    return {"member": donor.id, "first": period.first, "last": period.last}


def _chosen(donor: Donor, choice: Choice) -> dict[str, object]:
    narrow = {"means": choice.means, "campaign": choice.campaign, "state": choice.state}
    return _in_period(donor, choice.period) | narrow
