"""A donor's change on its way to the central base: recorded in the transaction that makes it.

The sync reads these rows and writes their state; the pages show it. Per member
and field group the sync compares three values: ours (the newest change), `base`
(what was last read there) and `sent` (what was last tried).
"""

import enum
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    cast,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base
from portal.i18n import N_

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a duty was last done that never was."""
CHANNEL = "recorded_change"
"""LISTEN here: a hint that something waits; whoever misses it finds the row by looking."""


class Status(enum.StrEnum):
    SAVED = "saved"
    SENT = "sent"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    REVIEW = "review"
    UNDONE = "undone"


OPEN = (Status.SAVED, Status.SENT)
"""On its way: neither arrived nor refused nor with people."""

STATUS_WORDS = {
    Status.SAVED: N_("Saved, will be passed on shortly"),
    Status.SENT: N_("Passed on to the association"),
    Status.CONFIRMED: N_("Received by the association"),
    Status.REFUSED: N_("Not accepted"),
    Status.REVIEW: N_("Being looked at by our team"),
    Status.UNDONE: N_("Taken back by you"),
}

GROUP_WORDS = {
    "address": N_("Postal address"),
    "other_addresses": N_("Other postal addresses"),
    "email": N_("E-mail address"),
    "other_emails": N_("Other e-mail addresses"),
    "phones": N_("Phone numbers"),
    "identity": N_("Name and registration"),
    "language": N_("Language"),
    "objections": N_("What we may send you"),
    "consents": N_("What you have agreed to"),
    "contact_rhythm": N_("How often we write to you"),
    "details_check": N_("Your details are right"),
    "memo": N_("Personal message"),
    "receipt_wish": N_("Tax receipts"),
}
"""What each field group of the data dictionary is called on the pages."""


class RecordedChange(Base):
    __tablename__ = "recorded_change"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    group: Mapped[str] = mapped_column("field_group", doc="the field group of the data dictionary: address, memo, …")
    old: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    new: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    actor: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    status: Mapped[str] = mapped_column(Text, server_default=Status.SAVED.value)
    status_at: Mapped[datetime] = mapped_column(server_default=func.now())
    reason: Mapped[str] = mapped_column(server_default="", doc="why it was refused or waits")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    not_before: Mapped[datetime] = mapped_column(server_default=func.now())
    parked_at: Mapped[datetime | None] = mapped_column(
        doc="when the sync left it to people: refused, or under review; empty once they have decided"
    )
    detail: Mapped[str] = mapped_column(
        server_default="", doc="what the central base complained of, in its own words; for staff, never a value"
    )
    theirs: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), doc='{"value": …} of what the central base held when it was left to people, if known'
    )

    __table_args__ = (
        Index("ix_recorded_change_open", "member_id", postgresql_where=text("status IN ('saved', 'sent')")),
        Index("ix_recorded_change_member_id_seq", "member_id", "seq"),
        Index("ix_recorded_change_parked_at", "parked_at", postgresql_where=text("parked_at IS NOT NULL")),
    )


class FieldInMotion(Base):
    """A field group of a member with a change under way; the row is gone once both sides agree."""

    __tablename__ = "field_in_motion"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    group: Mapped[str] = mapped_column("field_group", primary_key=True)
    base: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    sent: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), doc='{"value": …} of what was last tried; it may have been a removal'
    )


DUTY_WORDS = {
    "pull": N_("Fetching news from the central records"),
    "push": N_("Passing on what donors changed"),
    "reconcile": N_("Comparing both sides"),
    "catalogue": N_("Looking whether the central records have other fields now"),
    "extracts": N_("Gathering records for requests about data"),
}


class SyncHeartbeat(Base):
    """When the sync last did each of its duties, and what was in its way: one row a duty."""

    __tablename__ = "sync_heartbeat"

    duty: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(doc="when it last succeeded")
    problem: Mapped[str] = mapped_column(
        server_default="", doc="why it does not succeed at present, for administrators"
    )
    problem_since: Mapped[datetime | None]
    figures: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", doc="what it measured the last time")


async def lock(db: AsyncSession, member_id: UUID | None) -> None:
    """One writer of a member's changes at a time; first of all, so that nobody waits for each other in a ring."""
    await db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"changes of {member_id}", 0))))


async def lock_all(db: AsyncSession, members: Iterable[UUID]) -> None:
    """As `lock`, of several members; in one order for all."""
    names = cast([f"changes of {member_id}" for member_id in sorted(members)], ARRAY(Text))
    each = select(func.unnest(names).label("name")).subquery()
    await db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(each.c.name, 0))))


async def record(
    db: AsyncSession,
    member_id: UUID,
    group: str,
    *,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
    actor: str,
) -> UUID | None:
    """Record a change in the transaction that makes it; a change that changes nothing is none, and gives None."""
    if old == new:
        return None
    change_id = uuid.uuid4()
    values = {"member_id": member_id, "group": group}
    await db.execute(insert(RecordedChange).values(id=change_id, **values, old=old, new=new, actor=actor))
    await _set_in_motion(db, member_id, group, base=old)
    return change_id


async def ask(
    db: AsyncSession, member_id: UUID, group: str, *, old: dict[str, Any], new: dict[str, Any], actor: str
) -> UUID:
    """Record a change that waits for people: neither does it hold, nor is it passed on, before they `accept` it."""
    change_id = uuid.uuid4()
    values = {"member_id": member_id, "group": group, "old": old, "new": new, "actor": actor}
    await db.execute(insert(RecordedChange).values(id=change_id, **values, status=Status.REVIEW))
    return change_id


async def accept(
    db: AsyncSession,
    member_id: UUID,
    group: str,
    change_id: UUID,
    *,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
) -> None:
    """What was asked for is passed on from now, as `record` does; `old` and `new` are as they are today."""
    mine = update(RecordedChange).where(RecordedChange.id == change_id)
    await db.execute(mine.values(old=old, new=new))
    await mark(db, change_id, Status.SAVED)
    await _set_in_motion(db, member_id, group, base=old)


async def retry(
    db: AsyncSession,
    member_id: UUID,
    group: str,
    change_id: UUID,
    *,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
) -> None:
    """What was left to people is passed on once more; what it is compared with stays where it is still in motion."""
    await accept(db, member_id, group, change_id, old=old, new=new)
    fresh = {"attempts": 0, "not_before": func.now(), "parked_at": None}
    await db.execute(update(RecordedChange).where(RecordedChange.id == change_id).values(**fresh))


async def give_up(db: AsyncSession, change_id: UUID, reason: str) -> None:
    """What was left to people is not tried again; the member reads why."""
    await mark(db, change_id, Status.REFUSED, reason)
    await db.execute(update(RecordedChange).where(RecordedChange.id == change_id).values(parked_at=None))


async def mark(db: AsyncSession, change_id: UUID, status: Status, reason: str = "") -> None:
    """Give a change its state from now on."""
    mine = update(RecordedChange).where(RecordedChange.id == change_id)
    await db.execute(mine.values(status=status, status_at=func.now(), reason=reason))


async def _set_in_motion(db: AsyncSession, member_id: UUID, group: str, *, base: dict[str, Any] | None) -> None:
    motion = upsert(FieldInMotion).values(member_id=member_id, group=group, base=base)
    await db.execute(motion.on_conflict_do_nothing())
    await db.execute(select(func.pg_notify(CHANNEL, str(member_id))))


async def beat(db: AsyncSession, duty: str, **figures: object) -> None:
    """Note that the sync did a duty just now, and what it measured."""
    done = {"at": func.now(), "problem": "", "problem_since": None} | ({"figures": figures} if figures else {})
    row = upsert(SyncHeartbeat).values(duty=duty, **done)
    await db.execute(row.on_conflict_do_update(index_elements=[SyncHeartbeat.duty], set_=done))


async def stumble(db: AsyncSession, duty: str, problem: str) -> None:
    """Note what keeps the sync from a duty: the kind of trouble, never a value."""
    row = upsert(SyncHeartbeat).values(duty=duty, at=NEVER, problem=problem, problem_since=func.now())
    since = func.coalesce(SyncHeartbeat.problem_since, func.now())
    told = {"problem": problem, "problem_since": since}
    await db.execute(row.on_conflict_do_update(index_elements=[SyncHeartbeat.duty], set_=told))
