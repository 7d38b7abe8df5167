"""How the sync is doing, for people and for machines."""

from typing import Any

from sqlalchemy import func, select

from backoffice_sync.models import SyncCursor, SyncSetAside
from portal import clock
from portal.changes import OPEN, RecordedChange, Status, SyncHeartbeat
from portal.database import Database
from portal.members.models import Member
from portal.receipts.models import Receipt
from portal.reviews.models import SyncConflict


async def status(portal: Database) -> dict[str, Any]:
    """Counts of changes by state, age of the oldest open one in seconds, failures, conflicts, last pull and push."""
    async with portal.begin() as db:
        counted = await db.execute(select(RecordedChange.status, func.count()).group_by(RecordedChange.status))
        by_state = dict.fromkeys(map(str, Status), 0) | {row[0]: row[1] for row in counted}
        is_open = RecordedChange.status.in_(OPEN)
        oldest = await db.scalar(select(func.oldest_open_change()))
        retried = await db.scalar(select(func.count()).where(is_open, RecordedChange.attempts > 0))
        aside = await db.execute(select(SyncSetAside.entity, SyncSetAside.central_id, SyncSetAside.problem))
        set_aside = [" ".join(row) for row in aside]
        in_review = select(Member.number).join(RecordedChange, RecordedChange.member_id == Member.id).distinct()
        review = sorted(await db.scalars(in_review.where(RecordedChange.status == Status.REVIEW)))
        conflicts = await db.scalar(select(func.count()).select_from(SyncConflict))
        refused = select(Receipt.number).where(Receipt.by_portal, Receipt.undelivered != "").order_by(Receipt.number)
        receipts_refused = list(await db.scalars(refused))
        beats = {row.duty: row.at for row in await db.execute(select(SyncHeartbeat.duty, SyncHeartbeat.at))}
        cursors = {row.system: row.position for row in await db.execute(select(SyncCursor.system, SyncCursor.position))}
    return {
        "changes": by_state,
        "oldest_open_change_seconds": clock.age(oldest),
        "waiting_after_failure": retried,
        "conflicts": conflicts,
        "members_under_review": review,
        "rows_set_aside": set_aside,
        "receipts_refused": receipts_refused,
        "last_pull_seconds": clock.age(beats.get("pull")),
        "last_push_seconds": clock.age(beats.get("push")),
        "cursors": cursors,
    }


def in_words(found: dict[str, Any]) -> str:
    changes = found["changes"]
    lines = [
        ("last pull", _ago(found["last_pull_seconds"])),
        ("last push", _ago(found["last_push_seconds"])),
        ("changes open", f"{changes['saved']} saved, {changes['sent']} sent"),
        ("oldest open change", _ago(found["oldest_open_change_seconds"])),
        ("waiting after a failure", str(found["waiting_after_failure"])),
        ("confirmed", str(changes["confirmed"])),
        ("refused", str(changes["refused"])),
        ("under review", _list(changes["review"], found["members_under_review"])),
        ("conflicts noted", str(found["conflicts"])),
        ("receipts refused there", _list(len(found["receipts_refused"]), found["receipts_refused"])),
        ("rows set aside", _list(len(found["rows_set_aside"]), found["rows_set_aside"])),
    ]
    return "\n".join(f"{name:24} {value}" for name, value in lines)


def _list(count: int, names: list[str]) -> str:
    return f"{count} ({', '.join(names[:20])})" if names else str(count)


def _ago(seconds: float | None) -> str:
    if seconds is None:
        return "none"
    return f"{seconds:.0f} s ago" if seconds < 120 else f"{seconds / 60:.0f} min ago"  # noqa: PLR2004 - reads better
