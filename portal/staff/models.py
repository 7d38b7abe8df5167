"""People who work for the association."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base

ROLES = ("reader", "editor", "compliance", "administrator")


class StaffAccount(Base):
    __tablename__ = "staff_account"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    email: Mapped[str] = mapped_column(unique=True, doc="lower case")
    name: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)
