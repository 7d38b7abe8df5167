"""All that waits for people as one list: the riskiest first, and of the same risk what has waited longest."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    DateTime,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.changes import RecordedChange
from portal.corrections.models import CorrectionRequest
from portal.duplicates import models as duplicates
from portal.duplicates.models import SuspectedDuplicate
from portal.members.models import Member
from portal.requests import models as requests
from portal.requests.models import MemberRequest
from portal.requests.queries import OURS
from portal.reviews.models import SyncConflict
from portal.reviews.queries.parked import waits
from portal.reviews.rules import LEVELS, RISKS

left_to_people = (
    select(RecordedChange.id)
    .where(RecordedChange.member_id == SyncConflict.member_id, RecordedChange.group == SyncConflict.group, waits)
    .exists()
)
"""Then the change itself stands on the list, and one line is enough."""


def _entry(kind: str, **columns: Any) -> Select[Any]:
    names = "id", "member_id", "subject", "since", "why"
    return select(literal(kind).label("kind"), *(columns[name].label(name) for name in names))


PARKED = _entry(
    "refused",
    id=RecordedChange.id,
    member_id=RecordedChange.member_id,
    subject=RecordedChange.group,
    since=RecordedChange.parked_at,
    why=RecordedChange.reason,
).where(waits)
CONFLICTS = _entry(
    "conflict",
    id=SyncConflict.id,
    member_id=SyncConflict.member_id,
    subject=SyncConflict.group,
    since=SyncConflict.found_at,
    why=SyncConflict.rule,
).where(SyncConflict.looked_at.is_(None), ~left_to_people)
CORRECTIONS = (
    _entry(
        "identity",
        id=RecordedChange.id,
        member_id=RecordedChange.member_id,
        subject=RecordedChange.group,
        since=RecordedChange.recorded_at,
        why=CorrectionRequest.reason,
    )
    .join(CorrectionRequest, CorrectionRequest.change_id == RecordedChange.id)
    .where(CorrectionRequest.decided_at.is_(None))
)
MANDATES = _entry(
    "mandate",
    id=MemberRequest.id,
    member_id=MemberRequest.member_id,
    subject=literal(""),
    since=func.timezone("Europe/Paris", cast(MemberRequest.asked_on, DateTime)),
    why=MemberRequest.wish,
).where(MemberRequest.kind == "mandate", requests.OPEN, OURS)
DUPLICATES = _entry(
    "duplicate",
    id=SuspectedDuplicate.id,
    member_id=SuspectedDuplicate.member_id,
    subject=case((SuspectedDuplicate.same_first_name, "person"), else_="household"),
    since=SuspectedDuplicate.found_at,
    why=func.array_to_string(SuspectedDuplicate.signs, " ", type_=String()),
).where(duplicates.UNDECIDED)

entry = union_all(PARKED, CONFLICTS, CORRECTIONS, MANDATES, DUPLICATES).subquery("entry")
level = case(
    *(
        (and_(entry.c.kind == kind, or_(entry.c.subject == subject, literal(not subject))), risk.level)
        for (kind, subject), risk in sorted(RISKS.items(), key=lambda item: item[0], reverse=True)
    ),
    else_=max(LEVELS),
)
"""Of a kind with a subject that has a risk of its own that one, for it comes before the kind's own."""
other = aliased(Member)
chosen = or_(bindparam("kind", type_=String()) == "", entry.c.kind == bindparam("kind"))
LISTED = (
    select(entry, Member, other)
    .join(Member, Member.id == entry.c.member_id)
    .outerjoin(SuspectedDuplicate, and_(entry.c.kind == "duplicate", SuspectedDuplicate.id == entry.c.id))
    .outerjoin(other, other.id == SuspectedDuplicate.other_id)
    .where(chosen)
    .order_by(level, entry.c.since, entry.c.id)
    .offset(bindparam("offset"))
    .limit(bindparam("limit"))
)
COUNTS = select(entry.c.kind, func.count()).group_by(entry.c.kind)

Entry = Row[*tuple[Any, ...]]


async def counts(db: AsyncSession) -> dict[str, int]:
    """By kind, how many wait."""
    return dict((await db.execute(COUNTS)).all())


async def count_open(db: AsyncSession) -> int:
    return sum((await counts(db)).values())


async def listed(db: AsyncSession, kind: str, *, offset: int, limit: int) -> Sequence[Entry]:
    """Of one kind, or of all where it is empty: each with the member, and the other one of a pair."""
    return (await db.execute(LISTED, {"kind": kind, "offset": offset, "limit": limit})).all()
