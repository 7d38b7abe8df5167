"""The mirrored member card: who they are. The central base is the reference for all of it."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class Member(Base):
    __tablename__ = "member"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.ordered_uuid())
    central_id: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str] = mapped_column(
        index=True, doc="member number, printed on the association's letters; unique there, and here but for moments"
    )
    kind: Mapped[str] = mapped_column(doc="person or company")
    civility: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    company_name: Mapped[str]
    legal_form: Mapped[str]
    siren: Mapped[str | None]
    language: Mapped[str]
    deceased_on: Mapped[date | None]
    suspension_code: Mapped[str]
    stop_promo: Mapped[bool]
    closed: Mapped[bool] = mapped_column(doc="gone from the central base or merged: nobody signs in")
    held: Mapped[bool] = mapped_column(
        server_default=text("false"), doc="a change is under way: the pull leaves the row alone"
    )

    __table_args__ = (CheckConstraint("kind IN ('person', 'company')", name="kind"),)
