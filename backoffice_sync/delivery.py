"""Passing on one field group of one member: read, decide, write, read back.

No transaction is open while the central base is asked. Whatever we are about to
write is stored as `sent` first: after a crash or a lost answer the next worker
recognises its own write.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice_sync import mirror
from backoffice_sync.directory import Applied, Conflict, Directory, MemberGone, Outcome, Rejected, Value
from backoffice_sync.mapping import ENTITIES, Group, Rule
from backoffice_sync.merge import Decision, Sent, decide, merged
from portal import changes
from portal.changes import FieldInMotion, RecordedChange, Status
from portal.database import Database
from portal.i18n import N_
from portal.members.models import Member
from portal.reviews.models import SyncConflict

MOST_ROUNDS = 3
OPEN = RecordedChange.status.in_(changes.OPEN)


class StillChanging(Exception):
    """Somebody there keeps changing the very group that we want to write."""


@dataclass(frozen=True)
class Job:
    """The newest open change of one group of one member, with what the three-way comparison needs."""

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

    def wanted(self, theirs: Value | None) -> Value | None:
        """What the central base is to hold that holds this."""
        return merged(self.group, base=self.base, ours=self.ours, theirs=theirs, sent=self.sent, since=self.since)


async def deliver(portal: Database, directory: Directory, member_id: UUID, group: Group) -> None:
    for _ in range(MOST_ROUNDS):
        job = await _job(portal, member_id, group)
        if job is None:
            return
        gave_way = False
        outcome: Outcome
        try:
            theirs = await directory.read(job.central_id, group.name)
            wanted = job.wanted(theirs)
            decision = decide(base=job.base, sent=job.sent, ours=wanted, theirs=theirs, rule=group.rule)
            gave_way = decision is Decision.GIVE_WAY
            outcome = await _carry_out(portal, directory, job, decision, wanted=wanted, theirs=theirs)
        except MemberGone:
            outcome = Rejected(N_("Your record has been closed or merged. Please call us."))
        if not isinstance(outcome, Conflict):
            await _finish(portal, directory, job, outcome, gave_way=gave_way)
            return
    raise StillChanging


async def _carry_out(
    portal: Database,
    directory: Directory,
    job: Job,
    decision: Decision,
    *,
    wanted: Value | None,
    theirs: Value | None,
) -> Outcome:
    if decision.is_conflict:
        await _note_conflict(portal, job, theirs)
    if decision in {Decision.AGREED, Decision.GIVE_WAY}:
        return Applied()
    if not await _mark_sent(portal, job, wanted, theirs):
        return Conflict()
    return await directory.write(job.central_id, job.group.name, wanted, expected=theirs, change_id=str(job.change_id))


async def _job(portal: Database, member_id: UUID, group: Group) -> Job | None:
    """Coalesced: of several open changes of the group only the newest is passed on."""
    query = (
        select(
            RecordedChange.id, RecordedChange.seq, RecordedChange.old, RecordedChange.new, FieldInMotion.base,
            FieldInMotion.sent, Member.central_id,
        )
        .join(Member, Member.id == RecordedChange.member_id)
        .join(
            FieldInMotion,
            (FieldInMotion.member_id == RecordedChange.member_id) & (FieldInMotion.group == RecordedChange.group),
        )
        .where(RecordedChange.member_id == member_id, RecordedChange.group == group.name, OPEN)
        .order_by(RecordedChange.seq)
    )  # fmt: skip
    async with portal.begin() as db:
        rows = (await db.execute(query)).all()
    if not rows:
        return None
    since = [value for row in rows for value in (row.old, row.new)]
    row = rows[-1]
    return Job(member_id, row.central_id, group, row.id, row.seq, row.new, row.base, row.sent, since)


async def _mark_sent(portal: Database, job: Job, wanted: Value | None, theirs: Value | None) -> bool:
    """Note it before it is tried; False when the donor has taken it back meanwhile."""
    noted: dict[str, Any] = {"sent": {"value": wanted}}
    if job.group.rule is not Rule.EACH_ITEM:  # of a list the base stays that of ours
        noted["base"] = theirs
    async with portal.begin() as db:
        await changes.lock(db, job.member_id)
        if await db.scalar(select(RecordedChange.id).where(RecordedChange.id == job.change_id, OPEN)) is None:
            return False
        await db.execute(update(FieldInMotion).where(*_moving(job)).values(**noted))
        await db.execute(update(RecordedChange).where(*_changes(job)).values(status=Status.SENT, status_at=func.now()))
        return True


async def _finish(portal: Database, directory: Directory, job: Job, outcome: Outcome, *, gave_way: bool) -> None:
    """Close the changes and show what the central base now holds, unless a newer change is already open."""
    status, reason = _verdict(outcome, gave_way=gave_way)
    entity = ENTITIES[job.group.entity]
    rows = await directory.rows_of(entity.name, job.central_id)
    try:
        kept = await directory.read(job.central_id, job.group.name)
    except MemberGone:
        kept = None
    if status is Status.CONFIRMED and kept != job.wanted(kept):
        status, reason = (
            Status.REVIEW,
            N_("Our records kept it in a different form. Our team will look at it."),
        )
    if job.group.keeps_ours and status is not Status.CONFIRMED:
        status = Status.REVIEW
    async with portal.begin() as db:
        await changes.lock(db, job.member_id)
        closed = {"status": status, "status_at": func.now(), "reason": reason}
        await db.execute(update(RecordedChange).where(*_changes(job)).values(**closed))
        newer = await db.scalar(
            select(RecordedChange.id)
            .where(RecordedChange.member_id == job.member_id, RecordedChange.group == job.group.name, OPEN)
            .limit(1)
        )
        if newer:
            base = kept
            if job.group.rule is Rule.EACH_ITEM:  # the newer one began with ours, without what others added there
                base = job.ours if status is Status.CONFIRMED else job.base
            await db.execute(update(FieldInMotion).where(*_moving(job)).values(base=base, sent=None))
            return
        if job.group.keeps_ours and status is not Status.CONFIRMED:
            return
        await db.execute(delete(FieldInMotion).where(*_moving(job)))
        await mirror.settle(db, entity, job.member_id, rows)


def _verdict(outcome: Outcome, *, gave_way: bool) -> tuple[Status, str]:
    if isinstance(outcome, Rejected):
        return Status.REFUSED, outcome.reason
    if gave_way:
        return Status.REVIEW, N_("It was changed in our records at the same time. Our team will look at it.")
    return Status.CONFIRMED, ""


async def _note_conflict(portal: Database, job: Job, theirs: Value | None) -> None:
    row = insert(SyncConflict).values(
        member_id=job.member_id,
        group=job.group.name,
        base=job.base,
        theirs=theirs,
        ours=job.ours,
        rule=job.group.rule,
    )
    async with portal.begin() as db:
        await db.execute(row.on_conflict_do_nothing())


def _moving(job: Job) -> tuple[Any, ...]:
    return FieldInMotion.member_id == job.member_id, FieldInMotion.group == job.group.name


def _changes(job: Job) -> tuple[Any, ...]:
    """The change that is passed on and the older ones that it includes; not one recorded meanwhile."""
    return (
        RecordedChange.member_id == job.member_id,
        RecordedChange.group == job.group.name,
        RecordedChange.seq <= job.seq,
        OPEN,
    )
