"""Tax receipts (reçus fiscaux): what was frozen at issue, the files once rendered, how they are counted and sent."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base

NEW_CODE = text("upper(left(replace(gen_random_uuid()::text, '-', ''), 12))")
"""48 random bits: the first twelve hexadecimal digits of a version 4 UUID hold nothing else."""


class Receipt(Base):
    """Issued by the central base and mirrored, or issued by the portal and delivered to the central base."""

    __tablename__ = "receipt"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    central_id: Mapped[str | None] = mapped_column(unique=True, doc="none until the central base has it")
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(unique=True)
    fiscal_year: Mapped[int]
    kind: Mapped[str] = mapped_column(doc="gift or annual")
    article: Mapped[str] = mapped_column(doc="of the French tax code: 200 or 238bis")
    issued_on: Mapped[date]
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str]
    state: Mapped[str] = mapped_column(doc="issued or cancelled")
    donor_name: Mapped[str]
    donor_address: Mapped[str] = mapped_column(doc="lines as on the day of issue")
    donor_siren: Mapped[str] = mapped_column(server_default="", doc="of a company, as on the day of issue")
    lines: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, doc="the gifts it covers: gift (number in the central base), on, amount, means, form, nature"
    )
    cancelled_on: Mapped[date | None]
    cancel_reason: Mapped[str] = mapped_column(server_default="")
    replaced_by: Mapped[str] = mapped_column(server_default="", doc="number of the receipt that took its place")
    issuer: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), doc="the body as on the day of issue; of a mirrored receipt, at its first rendering"
    )
    code: Mapped[str] = mapped_column(server_default=NEW_CODE, doc="what the verification page asks for")
    by_portal: Mapped[bool] = mapped_column(server_default=text("false"), doc="issued here, not in the central base")
    delivered: Mapped[str] = mapped_column(
        server_default="", doc="of a receipt issued here: the state that the central base has been told"
    )
    undelivered: Mapped[str] = mapped_column(server_default="", doc="why the central base did not take it")
    problem: Mapped[str] = mapped_column(server_default="", doc="why it could not be rendered")
    handed_at: Mapped[datetime | None] = mapped_column(doc="when the donor was told, or the letter was made")
    handed_by: Mapped[str] = mapped_column(server_default="", doc="email or post")

    __table_args__ = (
        Index("ix_receipt_member_id_fiscal_year", "member_id", "fiscal_year"),
        Index("ix_receipt_issued_on", "issued_on"),
        Index("ix_receipt_to_deliver", "number", postgresql_where=text("by_portal AND delivered <> state")),
    )


class ReceiptGift(Base):
    """Which receipt covers which gift: a trigger writes it from the receipt's lines."""

    __tablename__ = "receipt_gift"

    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipt.id", ondelete="CASCADE"), primary_key=True)
    gift: Mapped[str] = mapped_column(primary_key=True, index=True, doc="its number in the central base")
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)


class ReceiptFile(Base):
    """The PDF, rendered once and served ever after. From then on a trigger keeps the receipt's content as it is."""

    __tablename__ = "receipt_file"

    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipt.id", ondelete="CASCADE"), primary_key=True)
    variant: Mapped[str] = mapped_column(
        primary_key=True, server_default="original", doc="original, duplicate or cancelled"
    )
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(
        JSONB, server_default="{}", doc="all that stands on it: rendering this again gives the same bytes"
    )
    content: Mapped[bytes]
    sha256: Mapped[str] = mapped_column(doc="of the content, signature included")
    rendered_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (CheckConstraint("variant IN ('original', 'duplicate', 'cancelled')", name="variant"),)


class ReceiptCounter(Base):
    """The last number given, by issuing body and year of the gifts; who draws one holds the row until it is used."""

    __tablename__ = "receipt_counter"

    body: Mapped[str] = mapped_column(primary_key=True, doc="SIREN or RNA of the issuing body")
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class ReceiptRun(Base):
    """One run of `portal receipts issue` or `render`, with its report in figures."""

    __tablename__ = "receipt_run"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    year: Mapped[int]
    act: Mapped[str] = mapped_column(doc="issue or render")
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class ReceiptWish(Base):
    """How a member wishes to have receipts: one row a member, of the central base, changed by both sides."""

    __tablename__ = "receipt_wish"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.ordered_uuid())
    central_id: Mapped[str | None] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), unique=True)
    receipt_rhythm: Mapped[str] = mapped_column(doc="per_gift, annual or none")
    receipt_by: Mapped[str] = mapped_column(doc="post or email")
    held: Mapped[bool] = mapped_column(
        server_default=text("false"), doc="a change is under way: the pull leaves the row alone"
    )


class ReceiptDeclaration(Base):
    """What was declared for a financial year (article 222 bis of the French tax code): never changed afterwards."""

    __tablename__ = "receipt_declaration"

    last_day: Mapped[date] = mapped_column(primary_key=True, doc="of the financial year")
    first_day: Mapped[date]
    count: Mapped[int] = mapped_column(doc="receipts issued, without the cancelled")
    total: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    declared_at: Mapped[datetime] = mapped_column(server_default=func.now())
    declared_by: Mapped[str] = mapped_column(doc="actor, as in the journal")
