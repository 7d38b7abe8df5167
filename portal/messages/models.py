"""Messages that staff write to many members at once, and to whom each went."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class Message(Base):
    __tablename__ = "message"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    title: Mapped[str] = mapped_column(doc="for staff only")
    body_fr: Mapped[str]
    body_en: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    priority: Mapped[int] = mapped_column(server_default="2", doc="1 before 2 before 3")
    audience: Mapped[dict[str, Any]] = mapped_column(
        JSONB, doc="kind: everybody, numbers, or selection with its name and criteria as they were"
    )
    numbers: Mapped[list[str]] = mapped_column(
        ARRAY(TEXT), server_default="{}", deferred=True, doc="member numbers as typed, the unknown too"
    )
    state: Mapped[str] = mapped_column(
        server_default="draft", doc="draft, waiting (for four eyes), published, withdrawn"
    )
    author_id: Mapped[UUID] = mapped_column(ForeignKey("staff_account.id"), doc="who last wrote it")
    written_at: Mapped[datetime] = mapped_column(server_default=func.now())
    approver_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_account.id"))
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    wanted: Mapped[int | None] = mapped_column(doc="how many members the audience had when it was published")
    addressee_count: Mapped[int] = mapped_column(server_default="0", doc="how many of them are written down so far")
    addressed_upto: Mapped[UUID | None] = mapped_column(doc="the last of them: where a stopped worker goes on")
    addressed_at: Mapped[datetime | None] = mapped_column(doc="when all were; from then on members see it")

    __table_args__ = (
        CheckConstraint("state IN ('draft', 'waiting', 'published', 'withdrawn')", name="state"),
        Index("ix_message_published", "priority", "published_at", postgresql_where=text("state = 'published'")),
    )


class MessageAddressee(Base):
    """To whom a message goes. One for everybody has none: who comes later sees it too."""

    __tablename__ = "message_addressee"

    message_id: Mapped[UUID] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True, index=True)
