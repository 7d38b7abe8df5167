"""People who work for the association."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base
from portal.settings import STAFF_ROLES


class StaffAccount(Base):
    __tablename__ = "staff_account"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    email: Mapped[str] = mapped_column(unique=True, doc="lower case")
    name: Mapped[str]
    role: Mapped[str]
    issuer: Mapped[str | None] = mapped_column(doc="the OpenID Connect provider that knows this person …")
    subject: Mapped[str | None] = mapped_column(doc="… and their name there, for ever; an e-mail address is no key")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint(f"role IN {STAFF_ROLES}", name="role"), UniqueConstraint("issuer", "subject"))
