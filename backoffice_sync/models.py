"""The sync's own notes: how far it has read, and which conflicts it decided."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class SyncCursor(Base):
    """How far the central base has been read, in that base's own terms, never by our clock."""

    __tablename__ = "sync_cursor"

    system: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[str]
    moved_at: Mapped[datetime] = mapped_column(server_default=func.now())


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
    found_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("member_id", "field_group", "theirs", "ours", postgresql_nulls_not_distinct=True),
    )


class SyncSetAside(Base):
    """A row of the central base that the mirror could not take; the others went on without it."""

    __tablename__ = "sync_set_aside"

    entity: Mapped[str] = mapped_column(primary_key=True)
    central_id: Mapped[str] = mapped_column(primary_key=True)
    problem: Mapped[str] = mapped_column(doc="the kind of error; its message would quote values")
    at: Mapped[datetime] = mapped_column(server_default=func.now())
