"""A selection of members that staff keep under a name."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class SavedSelection(Base):
    __tablename__ = "saved_selection"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    name: Mapped[str] = mapped_column(unique=True)
    criteria: Mapped[dict[str, Any]] = mapped_column(JSONB, doc="as rules.Selection writes them; never the members")
    author_id: Mapped[UUID] = mapped_column(ForeignKey("staff_account.id"))
    saved_at: Mapped[datetime] = mapped_column(server_default=func.now())
