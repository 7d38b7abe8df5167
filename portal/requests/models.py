"""What a donor asks people to do: a wish with a life of its own, not a field that is copied."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import SQL_TODAY
from portal.database import Base

OPEN = text("state IN ('saved', 'received', 'seen')")
"""Nobody has decided yet. As text, word for word: by it PostgreSQL finds the index."""


class MemberRequest(Base):
    """A request; where the central base keeps requests its state is the central base's, else staff decide here."""

    __tablename__ = "member_request"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    key: Mapped[str] = mapped_column(unique=True, doc="ours for good: by it the central base finds the request again")
    central_id: Mapped[str | None] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(doc="mandate, document, data, legacy, change, merge, other")
    about: Mapped[str] = mapped_column(server_default="", doc="a mandate's reference, a receipt's number, a group")
    wish: Mapped[str] = mapped_column(doc="in the donor's words, or ours for a change that could not be passed on")
    state: Mapped[str] = mapped_column(server_default="saved", doc="saved, received, seen, accepted, refused")
    answer: Mapped[str] = mapped_column(server_default="", doc="what staff say to the donor")
    asked_on: Mapped[date] = mapped_column(server_default=text(SQL_TODAY))
    seen_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    undelivered: Mapped[str] = mapped_column(server_default="", doc="why the central base did not take it")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    told_at: Mapped[datetime | None] = mapped_column(
        doc="when a mail said that there is an answer, or had nobody to go to"
    )

    __table_args__ = (
        CheckConstraint("state IN ('saved', 'received', 'seen', 'accepted', 'refused')", name="state"),
        Index("uq_member_request_open", "member_id", "kind", "about", unique=True, postgresql_where=OPEN),
    )
