"""Before the first push: what it would write, and whether an administrator lets it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import select, update

from backoffice_sync.directory import Directory, MemberGone, Value
from backoffice_sync.models import SyncCursor
from backoffice_sync.outward.jobs import IS_OPEN, Job, open_jobs
from backoffice_sync.outward.merge import Decision, decide
from portal.changes import RecordedChange, SyncHeartbeat
from portal.database import Database
from portal.members.models import Member

TOGETHER = 100
DRIFT = ("missed", "lost", "gone")
"""What a reconciliation must not have found."""


class NotYetError(Exception):
    """Changes cannot be passed on yet; the message says what is to be done first."""


@dataclass(frozen=True)
class Planned:
    """What a push would write, by the member's number."""

    number: str
    group: str
    there: Value | None
    new: Value | None


async def plan(portal: Database, directory: Directory) -> AsyncIterator[Planned]:
    """By the same comparison as the push makes; nothing is written at either side."""
    waiting = select(Member.id, Member.number).where(Member.id.in_(select(RecordedChange.member_id).where(IS_OPEN)))
    async with portal.engine.connect() as connection:
        numbers = {row.id: row.number for row in await connection.execute(waiting.order_by(Member.number))}
    members = list(numbers)
    for some in (members[at : at + TOGETHER] for at in range(0, len(members), TOGETHER)):
        async with portal.engine.connect() as connection:
            jobs = await open_jobs(connection, some)
        for job in sorted(jobs, key=lambda job: numbers[job.member_id]):
            if job.group.name in directory.capabilities.reads and (planned := await _plan(directory, job)) is not None:
                yield Planned(numbers[job.member_id], job.group.name, *planned)


async def _plan(directory: Directory, job: Job) -> tuple[Value | None, Value | None] | None:
    try:
        theirs = await directory.read(job.central_id, job.group.name)
    except MemberGone:
        return None
    wanted = job.wanted(theirs)
    decision = decide(base=job.base, sent=job.sent, ours=wanted, theirs=theirs, rule=job.group.rule)
    return (theirs, wanted) if decision in {Decision.WRITE, Decision.WRITE_OVER} else None


async def enable(portal: Database, directory: Directory) -> None:
    """From now on changes are passed on.

    Raises:
        NotYetError: both sides are not known to hold the same.
    """
    async with portal.begin() as db:
        last = (await db.execute(select(SyncHeartbeat).where(SyncHeartbeat.duty == "reconcile"))).scalar_one_or_none()
        if last is None or not last.figures:
            raise NotYetError("Both sides were never compared. First: backoffice-sync reconcile")
        found = {name: last.figures[name] for name in DRIFT if last.figures[name]}
        if found or last.problem:
            what = last.problem or ", ".join(f"{count} {name}" for name, count in found.items())
            raise NotYetError(f"The last comparison found differences ({what}). Again: backoffice-sync reconcile")
        await db.execute(update(SyncCursor).where(SyncCursor.system == directory.name).values(pushes=True))
