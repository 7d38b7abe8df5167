"""A donor's tax receipts and their files."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.receipts.models import Receipt, ReceiptFile
from portal.web.donor import Donor


async def listed(db: AsyncSession, donor: Donor) -> Sequence[Row]:  # type: ignore[type-arg]
    """Newest fiscal year first."""
    query = (
        select(
            Receipt.id, Receipt.number, Receipt.fiscal_year, Receipt.kind, Receipt.issued_on, Receipt.amount,
            Receipt.currency, Receipt.state,
        )
        .where(Receipt.member_id == donor.id)
        .order_by(Receipt.fiscal_year.desc(), Receipt.issued_on.desc(), Receipt.number.desc())
    )  # fmt: skip
    return (await db.execute(query)).all()


async def one(db: AsyncSession, donor: Donor, receipt_id: UUID) -> Row | None:  # type: ignore[type-arg]
    """A receipt of this donor: number, state, and the file's content once it is rendered."""
    query = (
        select(Receipt.number, Receipt.state, ReceiptFile.content)
        .outerjoin(ReceiptFile, ReceiptFile.receipt_id == Receipt.id)
        .where(Receipt.id == receipt_id, Receipt.member_id == donor.id)
    )
    return (await db.execute(query)).first()
