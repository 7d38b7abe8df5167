"""Tax receipts as their donors see them, and as the worker needs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.receipts.models import Receipt, ReceiptFile
from portal.web.donor import Donor


@dataclass(frozen=True)
class Stored:
    """One variant of a receipt's file; its content is None until it is rendered."""

    id: UUID
    number: str
    state: str
    problem: str
    variant: str
    content: bytes | None


@dataclass(frozen=True)
class Verdict:
    """What the verification page may tell."""

    state: str
    replaced_by: str


async def listed(db: AsyncSession, donor: Donor) -> Sequence[Row]:  # type: ignore[type-arg]
    """Newest fiscal year first."""
    query = (
        select(
            Receipt.id, Receipt.number, Receipt.fiscal_year, Receipt.kind, Receipt.issued_on, Receipt.amount,
            Receipt.currency, Receipt.state, Receipt.replaced_by,
        )
        .where(Receipt.member_id == donor.id)
        .order_by(Receipt.fiscal_year.desc(), Receipt.issued_on.desc(), Receipt.number.desc())
    )  # fmt: skip
    return (await db.execute(query)).all()


async def one(db: AsyncSession, donor: Donor, receipt_id: UUID) -> Receipt | None:
    query = select(Receipt).where(*_own(donor, receipt_id))
    return (await db.scalars(query)).first()


async def kin(db: AsyncSession, donor: Donor, receipt: Receipt) -> dict[str, UUID]:
    """The receipts of the same donor that this one replaces, or that replaced it, by number."""
    near = or_(Receipt.number == receipt.replaced_by, Receipt.replaced_by == receipt.number)
    found = await db.execute(select(Receipt.number, Receipt.id).where(Receipt.member_id == donor.id, near))
    return {row.number: row.id for row in found}


async def file_of(db: AsyncSession, donor: Donor, receipt_id: UUID, variant: str = "") -> Stored | None:
    """The file of a receipt of this donor: as it stands today, or a certain variant of it."""
    today = case((Receipt.state == "cancelled", "cancelled"), else_="original")
    wanted = literal(variant) if variant else today
    query = (
        select(Receipt.id, Receipt.number, Receipt.state, Receipt.problem, wanted, ReceiptFile.content)
        .outerjoin(ReceiptFile, (ReceiptFile.receipt_id == Receipt.id) & (ReceiptFile.variant == wanted))
        .where(*_own(donor, receipt_id))
    )
    row = (await db.execute(query)).first()
    return Stored(*row) if row else None


async def verdict(db: AsyncSession, number: str, code: str) -> Verdict | None:
    """For whoever holds number and code; a function of the database's owner looks, and tells no more."""
    found = select(func.verify_receipt(number, code).table_valued("state", "replaced_by"))
    row = (await db.execute(found)).first()
    return Verdict(*row) if row else None


def _own(donor: Donor, receipt_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return Receipt.id == receipt_id, Receipt.member_id == donor.id
