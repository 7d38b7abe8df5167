"""Gifts and the campaigns they answered, mirrored from the central base."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, func, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class Campaign(Base):
    __tablename__ = "campaign"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    central_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Gift(Base):
    __tablename__ = "gift"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.ordered_uuid())
    central_id: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    given_on: Mapped[date] = mapped_column(doc="legal date of the gift, in Paris")
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    currency: Mapped[str]
    means: Mapped[str] = mapped_column(doc="cheque, card, transfer, debit, cash, other")
    state: Mapped[str] = mapped_column(doc="received, pending, refused, refunded")
    state_reason: Mapped[str]
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey("campaign.id", ondelete="SET NULL"))
    mandate_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("mandate.id", ondelete="SET NULL"), doc="of a regular gift"
    )
    deductible: Mapped[bool] = mapped_column(
        server_default=text("true"), doc="gives a right to a receipt: no counterpart was received for it"
    )
    form: Mapped[str] = mapped_column(
        server_default="manual", doc="authentic_deed, private_deed, manual (declared manual gift) or other"
    )
    nature: Mapped[str] = mapped_column(
        server_default="cash", doc="cash, securities, waived_income, expenses (of volunteers) or other"
    )

    __table_args__ = (Index("ix_gift_member_id_given_on", "member_id", "given_on"),)
