"""What a campaign of receipts still has to do: nothing is remembered but what is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, exists, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from portal.campaign.rules import Recipient
from portal.members.models import Member
from portal.members.rules import addressee
from portal.profile.models import EmailAddress, PostalAddress
from portal.profile.queries import address_value
from portal.receipts.models import Receipt, ReceiptFile, ReceiptWish

RENDERED = exists().where(ReceiptFile.receipt_id == Receipt.id, ReceiptFile.variant == "original")
WORKING_EMAIL = exists().where(
    EmailAddress.member_id == Member.id, EmailAddress.is_main, EmailAddress.bounced_on.is_(None)
)


@dataclass(frozen=True)
class File:
    content: bytes
    window: list[str]
    """The lines of the donor's address on it."""


@dataclass(frozen=True)
class Reader:
    address: str
    language: str


def _to_render(year: int) -> tuple[ColumnElement[bool], ...]:
    return Receipt.fiscal_year == year, Receipt.state == "issued", ~RENDERED


async def count_to_render(db: AsyncSession, year: int) -> int:
    return (await db.execute(select(func.count()).select_from(Receipt).where(*_to_render(year)))).scalar_one()


async def to_render(db: AsyncSession, year: int, *, after: str, limit: int) -> Sequence[Receipt]:
    query = select(Receipt).where(*_to_render(year), Receipt.number > after).order_by(Receipt.number).limit(limit)
    return (await db.scalars(query)).all()


def _to_hand(year: int) -> tuple[ColumnElement[bool], ...]:
    return Receipt.fiscal_year == year, Receipt.state == "issued", Receipt.handed_at.is_(None), RENDERED


async def recipients(db: AsyncSession, year: int, *, after: UUID | None = None, limit: int = 500) -> list[Recipient]:
    """Members with rendered receipts of the year that were not handed over, by their portal number from `after` on."""
    conditions = [Member.closed.is_(False), Member.id > after] if after else [Member.closed.is_(False)]
    return await _recipients(db, year, *conditions, limit=limit)


async def chosen(db: AsyncSession, year: int, members: Sequence[UUID]) -> dict[UUID, Recipient]:
    found = await _recipients(db, year, Member.id.in_(members), limit=len(members))
    return {recipient.id: recipient for recipient in found}


async def _recipients(db: AsyncSession, year: int, *conditions: ColumnElement[bool], limit: int) -> list[Recipient]:
    numbers = (
        select(func.array_agg(aggregate_order_by(Receipt.number, Receipt.number)))
        .where(Receipt.member_id == Member.id, *_to_hand(year))
        .scalar_subquery()
    )
    query = (
        select(
            Member, PostalAddress, ReceiptWish.receipt_by, WORKING_EMAIL.label("has_email"), numbers.label("numbers")
        )
        .ext(distinct_on(Member.id))
        .outerjoin(PostalAddress, and_(PostalAddress.member_id == Member.id, PostalAddress.is_main))
        .outerjoin(ReceiptWish, ReceiptWish.member_id == Member.id)
        .where(exists().where(Receipt.member_id == Member.id, *_to_hand(year)), *conditions)
        .order_by(Member.id, PostalAddress.id)
        .limit(limit)
    )
    return [_recipient(*row) for row in await db.execute(query)]


def _recipient(member: Member, home: PostalAddress | None, by: str | None, has_email: bool, numbers: Any) -> Recipient:
    return Recipient(
        id=member.id,
        number=member.number,
        name=addressee(member),
        receipt_by=by or "post",
        has_email=has_email,
        address=address_value(home) if home else None,
        returned_on=home.returned_on if home else None,
        deceased_on=member.deceased_on,
        suspension_code=member.suspension_code,
        receipts=tuple(numbers),
    )


async def files(db: AsyncSession, numbers: Sequence[str]) -> dict[str, File]:
    """The stored files by number."""
    query = (
        select(Receipt.number, ReceiptFile.content, Receipt.donor_address)
        .join(ReceiptFile, ReceiptFile.receipt_id == Receipt.id)
        .where(Receipt.number.in_(numbers), ReceiptFile.variant == "original")
    )
    return {row.number: File(row.content, row.donor_address.split("\n")) for row in await db.execute(query)}


async def outcomes(db: AsyncSession, year: int) -> Sequence[Row[Any]]:
    """What became of each valid receipt of the year: `handed_on` is None for those that nobody got."""
    handed_on = func.date(func.timezone("Europe/Paris", Receipt.handed_at))
    query = (
        select(
            Receipt.number.label("receipt"), Receipt.member_id, Member.number.label("member"), Member.closed,
            Receipt.problem, Receipt.handed_by, handed_on.label("handed_on"),
        )
        .join(Member, Member.id == Receipt.member_id)
        .where(Receipt.fiscal_year == year, Receipt.state == "issued")
        .order_by(Receipt.number)
    )  # fmt: skip
    return (await db.execute(query)).all()


async def reader(db: AsyncSession, member_id: UUID) -> Reader | None:
    """Where a member reads mails today; None when nowhere."""
    query = (
        select(EmailAddress.address, Member.language)
        .join(Member, Member.id == EmailAddress.member_id)
        .where(Member.id == member_id, EmailAddress.is_main, EmailAddress.bounced_on.is_(None))
        .limit(1)
    )
    row = (await db.execute(query)).first()
    return Reader(row.address, row.language) if row else None
