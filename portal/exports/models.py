"""Answers to access and portability requests: built by the worker, sealed in parts, downloaded a few times, purged."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base

UNFINISHED = text("state IN ('ordered', 'gathering')")
"""As text, word for word: by it PostgreSQL finds the index."""


class DataExport(Base):
    """One answer; the row stays as proof when its content is purged."""

    __tablename__ = "data_export"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    request_id: Mapped[UUID | None] = mapped_column(index=True, doc="the request that it answers")
    kind: Mapped[str] = mapped_column(doc="access or portability")
    state: Mapped[str] = mapped_column(server_default="ordered")
    ordered_by: Mapped[str] = mapped_column(doc="actor, as in the journal")
    ordered_at: Mapped[datetime] = mapped_column(server_default=func.now(), doc="again when it is built anew")
    extract_id: Mapped[UUID | None] = mapped_column(doc="what was ordered of the central base")
    without_central: Mapped[bool] = mapped_column(
        Boolean, server_default=text("false"), doc="an officer decided not to wait for the central base"
    )
    attempts: Mapped[int] = mapped_column(server_default="0", doc="that went wrong")
    problem: Mapped[str] = mapped_column(server_default="", doc="the kind of error, never a value")
    ready_at: Mapped[datetime | None] = mapped_column(doc="empty again once it should leave out something else")
    size: Mapped[int | None] = mapped_column(BigInteger, doc="of the whole file that is downloaded, in bytes")
    sha256: Mapped[str] = mapped_column(server_default="", doc="of the whole file")
    released_at: Mapped[datetime | None]
    released_by: Mapped[str] = mapped_column(server_default="")
    downloads: Mapped[int] = mapped_column(server_default="0")
    downloaded_at: Mapped[datetime | None] = mapped_column(doc="the last time")
    purged_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("kind IN ('access', 'portability')", name="kind"),
        CheckConstraint(
            "state IN ('ordered', 'gathering', 'ready', 'released', 'failed', 'purged')", name="state"
        ),
        CheckConstraint("downloads BETWEEN 0 AND 5", name="downloads"),
        Index("ix_data_export_unfinished", "id", postgresql_where=UNFINISHED),
    )  # fmt: skip


class ExportFile(Base):
    """A finished file of an answer; number 0 is the zip of all the others."""

    __tablename__ = "export_file"

    export_id: Mapped[UUID] = mapped_column(ForeignKey("data_export.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(doc="made by us, whatever the file was called")
    record_set: Mapped[str] = mapped_column(server_default="", doc="which set of records it gives")
    records: Mapped[int] = mapped_column(server_default="0")
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]

    @property
    def is_given(self) -> bool:
        """A set of which there is nothing is not a file in the member's hands."""
        return self.records > 0 or not self.name.startswith("data/")


class ExportPart(Base):
    """At most 512 KB of a file, sealed under its own place: no part opens in the place of another."""

    __tablename__ = "export_part"

    export_id: Mapped[UUID] = mapped_column(ForeignKey("data_export.id", ondelete="CASCADE"), primary_key=True)
    file: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes]


class Redaction(Base):
    """What an answer leaves out because it is about other people: a record, or a passage of one of its fields."""

    __tablename__ = "redaction"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    export_id: Mapped[UUID] = mapped_column(ForeignKey("data_export.id", ondelete="CASCADE"), index=True)
    record_set: Mapped[str]
    record_key: Mapped[str]
    field: Mapped[str] = mapped_column(server_default="", doc="empty: the whole record, with its file")
    passage: Mapped[str] = mapped_column(server_default="", doc="empty: the whole field")
    reason: Mapped[str]
    made_by: Mapped[str] = mapped_column(doc="actor, as in the journal")
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
