"""What the central base has on a person, fetched once for whoever asks for it (GDPR art. 15): orders and their rows."""

import uuid
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class ExtractOrder(Base):
    """Carried out by the sync; `done_at` without a problem: its rows are all that there is."""

    __tablename__ = "extract_order"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid.uuid4, server_default=func.gen_random_uuid())
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    ordered_at: Mapped[datetime] = mapped_column(server_default=func.now())
    done_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(server_default="", doc="a text of the catalogue: why there are no rows")


class ExtractRow(Base):
    """One record, in the central base's own words. It is kept until the answer is written, a week at most."""

    __tablename__ = "extract_row"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("extract_order.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    record_set: Mapped[str] = mapped_column(doc="the central base's table")
    record: Mapped[dict[str, Any]] = mapped_column(JSONB)
