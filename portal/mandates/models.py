"""SEPA mandates (mandats de prélèvement), mirrored; the full IBAN never leaves the central base."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Numeric, func
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class Mandate(Base):
    __tablename__ = "mandate"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.ordered_uuid())
    central_id: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    reference: Mapped[str] = mapped_column(index=True, doc="unique mandate reference, UMR (RUM)")
    creditor_identifier: Mapped[str] = mapped_column(doc="SEPA creditor identifier (ICS)")
    masked_iban: Mapped[str] = mapped_column(doc="country and last four characters")
    bank_name: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str]
    rhythm: Mapped[str] = mapped_column(doc="monthly, quarterly, half_yearly, yearly")
    signed_on: Mapped[date]
    next_debit_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(doc="active, suspended, lapsed, cancelled, refused")
    ended_on: Mapped[date | None]
