"""Taking rows of the central base into the mirror: many at once, and none of them keeps the others out."""

import logging

import psycopg
from sqlalchemy import any_, delete, func, literal
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.directory import Capabilities, Row
from backoffice_sync.inward import mirror
from backoffice_sync.inward.staging import DEFAULTS
from backoffice_sync.mapping import ENTITIES, Entity
from backoffice_sync.models import SyncSetAside
from portal.erasure.queries import erased_among

log = logging.getLogger("backoffice_sync.inward.intake")


async def take(db: AsyncSession, entity: Entity, rows: list[Row], base: Capabilities, *, empty: bool = False) -> int:
    """Store rows, setting aside those that cannot be stored; gives how many were written."""
    rows = await without_erased(db, entity, rows)
    if not rows:
        return 0
    written = await _take(db, entity, rows, base, empty=empty)
    if entity.name == "member":
        for name in DEFAULTS.keys() - base.entities:
            await mirror.give_defaults(db, ENTITIES[name], [row[0] for row in rows])
    return written


async def without_erased(db: AsyncSession, entity: Entity, rows: list[Row]) -> list[Row]:
    """Nothing comes back of whoever was erased here, as long as the ledger says so."""
    at = entity.member_at
    if at is None:
        return rows
    erased = await erased_among(db, {row[at] for row in rows})
    return [row for row in rows if row[at] not in erased] if erased else rows


async def _take(db: AsyncSession, entity: Entity, rows: list[Row], base: Capabilities, *, empty: bool) -> int:
    """Whatever is refused is tried again by halves, down to the row that is to blame."""
    try:
        async with db.begin_nested():
            written = await mirror.store(db, entity, rows, base.reads, empty=empty)
            await _taken(db, entity, [row[0] for row in rows])
            return written
    except (psycopg.IntegrityError, psycopg.DataError) as error:
        if len(rows) == 1:
            await _set_aside(db, entity, rows[0], type(error).__name__)
            return 0
    middle = len(rows) // 2
    halves = rows[:middle], rows[middle:]
    return sum([await _take(db, entity, half, base, empty=False) for half in halves])


async def _taken(db: AsyncSession, entity: Entity, numbers: list[str]) -> None:
    these = SyncSetAside.central_id == any_(literal(numbers, ARRAY(TEXT)))
    await db.execute(delete(SyncSetAside).where(SyncSetAside.entity == entity.name, these))


async def _set_aside(db: AsyncSession, entity: Entity, row: Row, problem: str) -> None:
    log.warning("%s %s of the central base set aside: %s", entity.name, row[0], problem)
    values = {"entity": entity.name, "central_id": row[0], "problem": problem, "at": func.now()}
    await db.execute(
        insert(SyncSetAside)
        .values(**values)
        .on_conflict_do_update(index_elements=[SyncSetAside.entity, SyncSetAside.central_id], set_=values)
    )
