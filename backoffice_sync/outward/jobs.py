"""What is to be passed on: of each member's field groups the newest open change, with what the comparison needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import bindparam, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice_sync.directory import Value
from backoffice_sync.mapping import GROUPS, Group
from backoffice_sync.outward.merge import Sent, merged
from portal import changes
from portal.changes import FieldInMotion, RecordedChange
from portal.members.models import Member

Key = tuple[UUID, str]
"""A member and the name of a group."""

IS_OPEN = RecordedChange.status.in_([literal_column(f"'{status}'") for status in changes.OPEN])
"""In these very words, by which PostgreSQL finds the index."""
OPEN_CHANGES = (
    select(
        RecordedChange.member_id, RecordedChange.group, RecordedChange.id, RecordedChange.seq, RecordedChange.old,
        RecordedChange.new, RecordedChange.reason, FieldInMotion.base, FieldInMotion.sent, Member.central_id,
    )
    .join(Member, Member.id == RecordedChange.member_id)
    .join(
        FieldInMotion,
        (FieldInMotion.member_id == RecordedChange.member_id) & (FieldInMotion.group == RecordedChange.group),
    )
    .where(RecordedChange.member_id.in_(bindparam("members", expanding=True)), IS_OPEN)
    .order_by(RecordedChange.member_id, RecordedChange.group, RecordedChange.seq)
)  # fmt: skip


@dataclass(frozen=True)
class Job:
    """Coalesced: of several open changes of a group only the newest is passed on."""

    member_id: UUID
    central_id: str
    group: Group
    change_id: UUID
    seq: int
    ours: Value | None
    base: Value | None
    sent: Sent | None
    since: list[Value | None]
    """What ours was after the base, oldest first."""
    failed_before: bool
    """For a reason that has to do with this very change."""

    @property
    def key(self) -> Key:
        return self.member_id, self.group.name

    def wanted(self, theirs: Value | None) -> Value | None:
        """What the central base is to hold that holds this."""
        return merged(self.group, base=self.base, ours=self.ours, theirs=theirs, sent=self.sent, since=self.since)


async def open_jobs(connection: AsyncConnection, members: Sequence[UUID]) -> list[Job]:
    """In the order of members and groups."""
    found = (await connection.execute(OPEN_CHANGES, {"members": members})).all()
    jobs = []
    for _, rows in groupby(found, key=lambda row: (row.member_id, row.field_group)):
        row, *_ = reversed(together := list(rows))
        since = [value for one in together for value in (one.old, one.new)]
        jobs.append(
            Job(
                row.member_id, row.central_id, GROUPS[row.field_group], row.id, row.seq, row.new, row.base, row.sent,
                since, failed_before=row.reason != "",
            )
        )  # fmt: skip
    return jobs
