"""How the sync is doing, read from the portal alone: it is wanted most when the central base cannot be reached."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.mapping import ENTITIES
from backoffice_sync.models import SyncCursor, SyncLoad, SyncMissing, SyncSetAside, SyncTally
from portal import clock
from portal.changes import NEVER, OPEN, RecordedChange, Status, SyncHeartbeat
from portal.database import Database
from portal.documents.models import TO_FETCH, Document
from portal.extracts.models import ExtractOrder
from portal.members.models import Member
from portal.receipts.models import Receipt
from portal.requests.models import MemberRequest
from portal.reviews.models import SyncConflict

OUTCOMES = ("applied", "agreed", "conflict", "rejected", "unknown")
"""How writes ended; an unknown one is tried again, and finds whether it had arrived."""
DRIFT = ("missed", "lost", "gone")
"""What the last sweep found other than it should be."""

Found = dict[str, Any]


async def status(portal: Database) -> Found:
    """Ages in seconds, counts, and each duty with its trouble; nothing of a member but the number."""
    async with portal.begin() as db:
        return (
            await _changes(db)
            | await _people(db)
            | await _fetching(db)
            | await _reading(db)
            | await _duties(db)
            | await _tally(db)
        )


async def _changes(db: AsyncSession) -> Found:
    counted = await db.execute(select(RecordedChange.status, func.count()).group_by(RecordedChange.status))
    is_open = RecordedChange.status.in_(OPEN)
    retried = select(func.count()).where(is_open, RecordedChange.attempts > 0)
    parked = (
        select(RecordedChange.group, func.count())
        .where(RecordedChange.parked_at.is_not(None))
        .group_by(RecordedChange.group)
        .order_by(RecordedChange.group)
    )
    return {
        "changes": dict.fromkeys(map(str, Status), 0) | {row[0]: row[1] for row in counted},
        "oldest_open_change_seconds": clock.age(await db.scalar(select(func.oldest_open_change()))),
        "waiting_after_failure": await db.scalar(retried),
        "parked": {row[0]: row[1] for row in await db.execute(parked)},
    }


async def _people(db: AsyncSession) -> Found:
    """What waits for people, here or there."""
    in_review = select(Member.number).join(RecordedChange, RecordedChange.member_id == Member.id).distinct()
    unseen = SyncConflict.looked_at.is_(None)
    conflicts = select(func.count(), func.count().filter(unseen)).select_from(SyncConflict)
    noted, not_looked_at = (await db.execute(conflicts)).one()
    saved, refused = MemberRequest.state == "saved", MemberRequest.undelivered != ""
    counted = select(
        func.count().filter(saved, ~refused).label("not_handed_over"),
        func.count().filter(saved, refused).label("refused_there"),
        func.count().filter(MemberRequest.state.in_(["received", "seen"])).label("with_people_there"),
    )
    receipts = select(Receipt.number).where(Receipt.by_portal, Receipt.undelivered != "").order_by(Receipt.number)
    return {
        "conflicts": noted,
        "conflicts_not_looked_at": not_looked_at,
        "members_under_review": sorted(await db.scalars(in_review.where(RecordedChange.status == Status.REVIEW))),
        "requests": dict((await db.execute(counted)).mappings().one()),
        "receipts_refused": list(await db.scalars(receipts)),
    }


async def _fetching(db: AsyncSession) -> Found:
    """What the portal waits for, and only the central base can give."""
    ordered = ExtractOrder.done_at.is_(None)
    extracts = select(func.count(), func.min(ExtractOrder.ordered_at)).where(ordered)
    waiting, oldest = (await db.execute(extracts)).one()
    return {
        "extracts_waiting": waiting,
        "oldest_extract_seconds": clock.age(oldest),
        "files_to_fetch": await db.scalar(select(func.count()).select_from(Document).where(TO_FETCH)),
    }


async def _reading(db: AsyncSession) -> Found:
    cursors = (await db.scalars(select(SyncCursor).order_by(SyncCursor.moved_at))).all()
    aside = await db.execute(select(SyncSetAside.entity, SyncSetAside.central_id, SyncSetAside.problem))
    return {
        "cursors": {one.system: one.position for one in cursors},
        "cursor_seconds": clock.age(cursors[-1].moved_at) if cursors else None,
        "pushes_enabled": any(one.pushes for one in cursors),
        "load": _load((await db.scalars(select(SyncLoad))).first()),
        "rows_set_aside": [" ".join(row) for row in aside],
        "rows_missed_by_a_sweep": await db.scalar(select(func.count()).select_from(SyncMissing)),
    }


def _load(under_way: SyncLoad | None) -> Found | None:
    """How far it has come, in kinds of rows: how many rows there are only the central base knows."""
    if under_way is None:
        return None
    done = list(ENTITIES).index(under_way.entity)
    return {
        "entity": under_way.entity,
        "percent": round(100 * done / len(ENTITIES)),
        "seconds": clock.age(under_way.started_at),
    }


async def _duties(db: AsyncSession) -> Found:
    beats = {one.duty: one for one in await db.scalars(select(SyncHeartbeat).order_by(SyncHeartbeat.duty))}
    duties = {
        name: {
            "seconds": clock.age(one.at) if one.at > NEVER else None,
            "problem": one.problem,
            "problem_seconds": clock.age(one.problem_since),
        }
        for name, one in beats.items()
    }
    figures = {name: one.figures for name, one in beats.items()}
    return {
        "duties": duties,
        "last_pull_seconds": duties.get("pull", {}).get("seconds"),
        "last_push_seconds": duties.get("push", {}).get("seconds"),
        "clock_offset_seconds": figures.get("pull", {}).get("clock_offset"),
        "new_fields": figures.get("catalogue", {}).get("new", []),
        "reconcile": figures.get("reconcile") or None,
        "drift": sum(figures.get("reconcile", {}).get(name, 0) for name in DRIFT) if "reconcile" in figures else None,
    }


async def _tally(db: AsyncSession) -> Found:
    times = {one.name: one.count for one in await db.scalars(select(SyncTally))}
    news, echo = times.get("news", 0), times.get("echo", 0)
    return {
        "writes": {name: times.get(name, 0) for name in OUTCOMES},
        "news": news,
        "echo": echo,
        "echo_rate": round(echo / news, 3) if news else None,
    }
