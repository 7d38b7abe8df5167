"""Two records that may be those of one person or company: found by night, decided by people, once a pair."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base

UNDECIDED = text("decision = ''")
"""As text, word for word: by it PostgreSQL finds the index."""


class SuspectedDuplicate(Base):
    __tablename__ = "suspected_duplicate"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    signs: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default="{}", doc="email, home, phone: what both have; nothing when people found the pair"
    )
    same_first_name: Mapped[bool] = mapped_column(
        server_default=text("true"), doc="false for a couple, or parent and child, with one mailbox or phone"
    )
    found_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now(), doc="the last night in which they were alike")
    decision: Mapped[str] = mapped_column(server_default="", doc="different, or proposed: to be merged there")
    reason: Mapped[str] = mapped_column(server_default="", doc="in the words of who decided")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(server_default="", doc="actor, as in the journal")

    __table_args__ = (
        UniqueConstraint("member_id", "other_id"),
        CheckConstraint("member_id < other_id", name="order"),
        CheckConstraint("decision IN ('', 'different', 'proposed')", name="decision"),
        Index("ix_suspected_duplicate_found_at", "found_at", postgresql_where=UNDECIDED),
    )
