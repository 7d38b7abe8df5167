"""What the retention task did, run by run."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class RetentionRun(Base):
    """One a month; one that was cut short is gone on with by the next."""

    __tablename__ = "retention_run"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    day: Mapped[date] = mapped_column(doc="the day by which the terms were counted")
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
    done: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", doc="rows or people, by term")
