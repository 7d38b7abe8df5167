"""What the sync found that people should know of: both sides had changed the same thing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class SyncConflict(Base):
    """Both sides changed the same group: what each said, and what was decided by which rule."""

    __tablename__ = "sync_conflict"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    group: Mapped[str] = mapped_column("field_group")
    base: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    theirs: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    ours: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    rule: Mapped[str]
    decision: Mapped[str] = mapped_column(server_default="", doc="ours or theirs: whose value holds")
    found_at: Mapped[datetime] = mapped_column(server_default=func.now())
    looked_at: Mapped[datetime | None] = mapped_column(doc="when staff noted it")
    looked_by: Mapped[str] = mapped_column(server_default="", doc="actor, as in the journal")

    __table_args__ = (
        UniqueConstraint("member_id", "field_group", "theirs", "ours", postgresql_nulls_not_distinct=True),
    )
