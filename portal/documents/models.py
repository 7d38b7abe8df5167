"""The archive of what was sent to a member and received from them; each file apart from it, sealed."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base

TO_FETCH = text("central_id IS NOT NULL AND sha256 <> '' AND sha256 <> held AND sha256 <> refused")
"""The central base has a file that is not here. As text, word for word: by it PostgreSQL finds the index."""


class Document(Base):
    """Mirrored from the central base, or added here by staff: then it has no number there, and stays here."""

    __tablename__ = "document"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.ordered_uuid())
    central_id: Mapped[str | None] = mapped_column(unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    title: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="", doc="letter, form, …: a word of the central base's")
    direction: Mapped[str] = mapped_column(doc="sent or received")
    dated_on: Mapped[date]
    author: Mapped[str] = mapped_column(server_default="", doc="who wrote or sent it")
    for_member: Mapped[bool] = mapped_column(
        Boolean, server_default=text("false"), doc="the donor finds it on their pages"
    )
    media_type: Mapped[str] = mapped_column(server_default="", doc="as the central base calls it: proves nothing")
    size: Mapped[int | None] = mapped_column(BigInteger, doc="bytes of the file")
    sha256: Mapped[str] = mapped_column(server_default="", doc="of the file there, hexadecimal; empty without one")
    note: Mapped[str] = mapped_column(server_default="", doc="of staff who added it here")
    held: Mapped[str] = mapped_column(server_default="", doc="the SHA-256 of the file that is here")
    refused: Mapped[str] = mapped_column(server_default="", doc="the SHA-256 of a file there that we do not take")
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        UniqueConstraint("id", "member_id"),
        CheckConstraint("direction IN ('sent', 'received')", name="direction"),
        Index("ix_document_member_id_dated_on", "member_id", "dated_on"),
        Index("ix_document_to_fetch", "id", postgresql_where=TO_FETCH),
    )


def _of_a_document(table: str) -> ForeignKeyConstraint:
    """A file goes with its document: to another member when two records are merged, and away."""
    return ForeignKeyConstraint(
        ["document_id", "member_id"], ["document.id", "document.member_id"],
        name=f"fk_{table}_document_id_member_id", onupdate="CASCADE", ondelete="CASCADE",
    )  # fmt: skip


class DocumentFile(Base):
    """The content, sealed with the secret key: no list reads this table."""

    __tablename__ = "document_file"

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(index=True)
    sealed: Mapped[bytes]

    __table_args__ = (_of_a_document("document_file"),)


class DocumentArrival(Base):
    """A file that the sync has fetched, for a minute: the sync has no key, so the worker seals it and takes it away.

    The table is unlogged: what stands in it reaches neither the log of the database nor its copies, and is simply
    fetched again after a crash.
    """

    __tablename__ = "document_arrival"

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(index=True)
    content: Mapped[bytes]

    __table_args__ = (_of_a_document("document_arrival"),)
