"""How a member is reached: postal addresses, e-mail addresses, phones."""

from datetime import date
from uuid import UUID

from sqlalchemy import Computed, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class PostalAddress(Base):
    """Structured fields are the truth; the six lines of NF Z10-011 are derived from them."""

    __tablename__ = "postal_address"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.ordered_uuid())
    central_id: Mapped[str | None] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    is_main: Mapped[bool]
    unit: Mapped[str] = mapped_column(doc="flat, floor, c/o: line 2 (point de remise)")
    building: Mapped[str] = mapped_column(doc="building, residence: line 3 (complément du point géographique)")
    house_number: Mapped[str] = mapped_column(doc="number with bis, ter: line 4")
    street: Mapped[str] = mapped_column(doc="street: line 4 (libellé de la voie)")
    locality: Mapped[str] = mapped_column(doc="hamlet, PO box: line 5 (lieu-dit, mention de distribution)")
    postcode: Mapped[str]
    town: Mapped[str]
    region: Mapped[str] = mapped_column(doc="state or province, where the country's addresses have one")
    country: Mapped[str] = mapped_column(doc="ISO 3166-1 alpha-2")
    purpose: Mapped[str] = mapped_column(server_default="home", doc="home, second_home, work, other")
    season_from: Mapped[str | None] = mapped_column(doc="month-day from which letters go here, each year: 07-01")
    season_to: Mapped[str | None] = mapped_column(doc="month-day until which they do, itself included")
    returned_on: Mapped[date | None] = mapped_column(doc="a letter came back (PND)")
    returned_reason: Mapped[str] = mapped_column(server_default="")
    held: Mapped[bool] = mapped_column(
        server_default=text("false"), doc="a change is under way: the pull leaves the row alone"
    )


class EmailAddress(Base):
    __tablename__ = "email_address"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.ordered_uuid())
    central_id: Mapped[str | None] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    address: Mapped[str]
    mailbox: Mapped[str] = mapped_column(
        Computed("lower(trim(address))", persisted=True), doc="the address as it is looked up"
    )
    is_main: Mapped[bool]
    origin: Mapped[str]
    recorded_on: Mapped[date]
    confirmed_on: Mapped[date | None] = mapped_column(doc="the member proved to read it")
    bounced_on: Mapped[date | None] = mapped_column(doc="mails to it come back for good")
    soft_bounced_on: Mapped[date | None] = mapped_column(doc="mails to it come back for now, as from a full mailbox")
    complained_on: Mapped[date | None] = mapped_column(doc="its reader called a mail of ours unwanted")
    held: Mapped[bool] = mapped_column(
        server_default=text("false"), doc="a change is under way: the pull leaves the row alone"
    )

    __table_args__ = (Index("ix_email_address_mailbox", "mailbox"),)


class Phone(Base):
    __tablename__ = "phone"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.ordered_uuid())
    central_id: Mapped[str | None] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    number: Mapped[str] = mapped_column(doc="as dialled in France, or +country number")
    kind: Mapped[str] = mapped_column(doc="home, mobile, work")
    held: Mapped[bool] = mapped_column(
        server_default=text("false"), doc="a change is under way: the pull leaves the row alone"
    )
