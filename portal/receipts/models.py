"""Tax receipts (reçus fiscaux): mirrored with what was frozen at issue, and the PDF once rendered."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class Receipt(Base):
    __tablename__ = "receipt"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    central_id: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(index=True)
    fiscal_year: Mapped[int]
    kind: Mapped[str] = mapped_column(doc="gift or annual")
    article: Mapped[str] = mapped_column(doc="of the French tax code: 200 or 238bis")
    issued_on: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str]
    state: Mapped[str] = mapped_column(doc="issued or cancelled")
    donor_name: Mapped[str]
    donor_address: Mapped[str] = mapped_column(doc="lines as on the day of issue")
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, doc="the gifts it covers: on, amount, means")

    __table_args__ = (Index("ix_receipt_member_id_fiscal_year", "member_id", "fiscal_year"),)


class ReceiptFile(Base):
    """The PDF, rendered once and served ever after; a trigger drops it when the central base corrects the receipt."""

    __tablename__ = "receipt_file"

    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipt.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    content: Mapped[bytes]
    sha256: Mapped[str]
    rendered_at: Mapped[datetime] = mapped_column(server_default=func.now())
