"""The sync's own notes: how far it has read, what it could not take, and what it counts."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Integer, func
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class SyncCursor(Base):
    """How far the central base has been read, in that base's own terms, never by our clock."""

    __tablename__ = "sync_cursor"

    system: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[str]
    moved_at: Mapped[datetime] = mapped_column(server_default=func.now())
    pushes: Mapped[bool] = mapped_column(
        Boolean, server_default="false", doc="an administrator has looked at the dry run and let changes be passed on"
    )


class SyncLoad(Base):
    """A load under way: what it began from and how far it came, so that one cut short goes on from there."""

    __tablename__ = "sync_load"

    system: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[str] = mapped_column(doc="where the central base's history stood at the beginning")
    entity: Mapped[str] = mapped_column(doc="the one that is being loaded; those before it are done")
    after: Mapped[str] = mapped_column(server_default="", doc="the last number of it that is stored")
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SyncSetAside(Base):
    """A row of the central base that the mirror could not take; the others went on without it."""

    __tablename__ = "sync_set_aside"

    entity: Mapped[str] = mapped_column(primary_key=True)
    central_id: Mapped[str] = mapped_column(primary_key=True)
    problem: Mapped[str] = mapped_column(doc="the kind of error; its message would quote values")
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class SyncMissing(Base):
    """A row of ours that a sweep did not find in the central base; it goes when a second sweep misses it too."""

    __tablename__ = "sync_missing"

    entity: Mapped[str] = mapped_column(primary_key=True)
    central_id: Mapped[str] = mapped_column(primary_key=True)
    sweeps: Mapped[int] = mapped_column(Integer, server_default="1")
    first_missed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SyncField(Base):
    """A field of the central base as it was when the administrator last agreed to it."""

    __tablename__ = "sync_field"

    system: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    made: Mapped[str] = mapped_column(doc="its type, length and whether it must be filled, in that base's words")
    used: Mapped[bool] = mapped_column(Boolean, doc="a group or an entity of ours is read from it or written to it")


class SyncTally(Base):
    """How often something happened since the installation: writes by outcome, news that were our own echo."""

    __tablename__ = "sync_tally"

    name: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger, server_default="0")
