"""Who may be due a receipt, and for what."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from portal.gifts.models import Gift
from portal.members.models import Member
from portal.members.rules import full_name
from portal.profile.models import PostalAddress
from portal.profile.queries import address_value
from portal.profile.rules import envelope
from portal.receipts.models import Receipt, ReceiptGift, ReceiptWish
from portal.receipts.rules import Given, Giver, is_located


@dataclass(frozen=True)
class Taxpayer:
    """A member with gifts without receipt, as of today: what a receipt would say of them."""

    id: UUID
    number: str
    name: str
    address: tuple[str, ...]
    giver: Giver


RECEIPTED = exists().where(
    ReceiptGift.gift == Gift.central_id, Receipt.id == ReceiptGift.receipt_id, Receipt.state == "issued"
)


async def taxpayers(
    db: AsyncSession, year: int, *, after: UUID | None = None, only: UUID | None = None, limit: int = 500
) -> list[Taxpayer]:
    """Members with gifts of the year that stand on no receipt, by their portal number from `after` on."""
    conditions: list[ColumnElement[bool]] = [
        Member.closed.is_(False),
        exists().where(Gift.member_id == Member.id, _in_year(year), ~RECEIPTED),
    ]
    if after is not None:
        conditions.append(Member.id > after)
    if only is not None:
        conditions.append(Member.id == only)
    home = and_(PostalAddress.member_id == Member.id, PostalAddress.is_main)
    query = (
        select(Member, PostalAddress, ReceiptWish.receipt_rhythm)
        .ext(distinct_on(Member.id))
        .outerjoin(PostalAddress, home)
        .outerjoin(ReceiptWish, ReceiptWish.member_id == Member.id)
        .where(*conditions)
        .order_by(Member.id, PostalAddress.id)
        .limit(limit)
    )
    return [_taxpayer(member, home, rhythm or "annual") for member, home, rhythm in await db.execute(query)]


async def gifts_without_receipt(db: AsyncSession, members: Sequence[UUID], year: int) -> dict[UUID, list[Given]]:
    """In the order in which they were given; every member has a list."""
    query = (
        select(
            Gift.member_id, Gift.central_id, Gift.given_on, Gift.amount, Gift.currency, Gift.means, Gift.state,
            Gift.deductible, Gift.form, Gift.nature, (Gift.mandate_id.is_not(None) | (Gift.means == "debit")),
        )
        .where(Gift.member_id.in_(members), _in_year(year), ~RECEIPTED)
        .order_by(Gift.given_on, func.length(Gift.central_id), Gift.central_id)
    )  # fmt: skip
    found: dict[UUID, list[Given]] = defaultdict(list)
    for member_id, *gift in await db.execute(query):
        found[member_id].append(Given(*gift))
    return found


async def shaken(db: AsyncSession, year: int) -> list[str]:
    """Numbers of our valid receipts whose gifts no longer add up, since one was refused, refunded or corrected."""
    still_right = and_(
        Gift.central_id == ReceiptGift.gift, Gift.member_id == Receipt.member_id, _in_year(year),
        Gift.state == "received", Gift.deductible, Gift.currency == "EUR",
    )  # fmt: skip
    query = (
        select(Receipt.number)
        .join(ReceiptGift, ReceiptGift.receipt_id == Receipt.id)
        .outerjoin(Gift, still_right)
        .where(Receipt.fiscal_year == year, Receipt.state == "issued", Receipt.by_portal)
        .group_by(Receipt.id)
        .having(func.coalesce(func.sum(Gift.amount), 0) != Receipt.amount)
        .order_by(Receipt.number)
    )
    return list(await db.scalars(query))


def _in_year(year: int) -> ColumnElement[bool]:
    return Gift.given_on.between(date(year, 1, 1), date(year, 12, 31))


def _taxpayer(member: Member, home: PostalAddress | None, rhythm: str) -> Taxpayer:
    address = address_value(home) if home else None
    is_company = member.kind == "company"
    name = f"{full_name(member)} {member.legal_form}" if is_company else f"{member.civility} {full_name(member)}"
    giver = Giver(is_company, rhythm, is_located(address), member.siren or "", bool(full_name(member)))
    return Taxpayer(member.id, member.number, name.strip(), tuple(envelope(address, "")) if address else (), giver)
