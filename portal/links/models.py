"""What ties a donor to the association beside gifts: mirrored links, and the dates of a legacy that staff note."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, func
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class MemberLink(Base):
    """An event, a petition, an order …: one line of the central base's."""

    __tablename__ = "member_link"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.ordered_uuid())
    central_id: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(doc="sponsorship, subscription, event, petition, order, legacy")
    title: Mapped[str]
    detail: Mapped[str] = mapped_column(server_default="")
    starts_on: Mapped[date | None] = mapped_column(doc="the day of it, or its first day")
    ends_on: Mapped[date | None]
    amount: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    currency: Mapped[str] = mapped_column(server_default="EUR")
    state: Mapped[str] = mapped_column(server_default="", doc="planned, active, done, cancelled; empty: not known")

    __table_args__ = (Index("ix_member_link_member_id_kind", "member_id", "kind", "starts_on"),)


class LegacyEnquiry(Base):
    """What staff know of a donor's thought of a legacy: days only, for whoever speaks with them next."""

    __tablename__ = "legacy_enquiry"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    asked_on: Mapped[date | None] = mapped_column(doc="the donor asked for the brochure")
    sent_on: Mapped[date | None] = mapped_column(doc="the brochure was sent")
    promised_on: Mapped[date | None] = mapped_column(doc="the donor told that they mean to")
    confirmed_on: Mapped[date | None] = mapped_column(doc="the donor, or their notary, confirmed it")
    updated_by: Mapped[str] = mapped_column(doc="actor, as in the journal")
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
