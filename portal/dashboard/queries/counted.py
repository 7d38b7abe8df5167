"""Figures counted, and the members behind them. Both come from the same rows, so they cannot disagree."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Date, Row, Select, cast, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock
from portal.changes import SyncHeartbeat
from portal.dashboard.queries.sources import ROWS, nothing
from portal.dashboard.rules.counting import Figure, Slice, bounds, figures
from portal.members.models import Member
from portal.members.queries import SIGNS_IN

MEMBERS = "members"
"""Beside the figures: how many may sign in at all."""
counted = {name: query.subquery(name.replace("-", "_")).c for name, query in ROWS.items()}
COUNTS = union_all(
    *(
        select(
            literal(name).label("name"),
            row.on_day,
            row.part,
            func.count().label("number"),
        ).group_by(row.on_day, row.part)
        for name, row in counted.items()
    ),
    select(literal(MEMBERS), cast(None, Date), nothing, func.count()).select_from(Member).where(*SIGNS_IN),
)
DUTIES = select(
    SyncHeartbeat.duty, SyncHeartbeat.at, SyncHeartbeat.problem, SyncHeartbeat.problem_since
).order_by(SyncHeartbeat.duty)  # fmt: skip

Line = Row[*tuple[Any, ...]]


async def count(db: AsyncSession) -> tuple[dict[str, Figure], int]:
    """All figures, and the members who may sign in, in one statement."""
    today = clock.today()
    found = [tuple(row) for row in await db.execute(COUNTS, bounds(today))]
    members = next(number for name, _, _, number in found if name == MEMBERS)
    return figures((row for row in found if row[0] != MEMBERS), today), members


async def duties(db: AsyncSession) -> Sequence[Line]:
    """When the sync last did what."""
    return (await db.execute(DUTIES)).all()


async def total(db: AsyncSession, name: str, wanted: Slice) -> int:
    return await db.scalar(_narrowed(name, select(func.count()), wanted), bounds(clock.today())) or 0


async def listed(db: AsyncSession, name: str, wanted: Slice, *, offset: int, limit: int) -> Sequence[Line]:
    """The members behind a figure, the newest first."""
    row = counted[name]
    columns = Member.id, Member.number, Member.kind, Member.first_name, Member.last_name, Member.company_name
    query = _narrowed(name, select(*columns, Member.civility, row.on_day, row.part), wanted)
    query = query.join(Member, Member.id == row.member_id).order_by(row.on_day.desc(), Member.number)
    found: Sequence[Line] = (await db.execute(query.offset(offset).limit(limit), bounds(clock.today()))).all()
    return found


def _narrowed(name: str, query: Select[Any], wanted: Slice) -> Select[Any]:
    row = counted[name]
    query = query.select_from(row.member_id.table)
    if wanted.part:
        query = query.where(row.part == wanted.part)
    if wanted.since is not None:
        query = query.where(row.on_day >= wanted.since)
    if wanted.until is not None:
        query = query.where(row.on_day < wanted.until)
    return query
