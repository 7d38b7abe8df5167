"""Rows that the central base no longer has. Absence is never proof enough, and never of many rows at once."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, any_, delete, false, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.inward import mirror
from backoffice_sync.mapping import Entity
from backoffice_sync.models import SyncMissing
from portal import changes

SHARE = 0.005
FEW = 20
SWEEPS = 2


async def told(db: AsyncSession, entity: Entity, numbers: Sequence[str]) -> None:
    """The base tells that these are gone. When they are too many nothing goes: sweeps and people look at it."""
    if not numbers:
        return
    if await _within_limit(db, entity, await _known(db, entity, numbers)):
        await mirror.remove(db, entity, numbers)
    else:
        await _missed(db, entity, numbers)
        await changes.stumble(db, "reconcile", held_back([entity.name]))


async def swept(
    db: AsyncSession, entity: Entity, numbers: Collection[str], *, however_many: bool = False
) -> int | None:
    """A sweep missed these, and only these; gives how many went, None when they are too many to go."""
    these = SyncMissing.central_id == any_(literal(list(numbers), ARRAY(TEXT)))
    await db.execute(delete(SyncMissing).where(SyncMissing.entity == entity.name, ~these))
    if not numbers:
        return 0
    await _missed(db, entity, numbers)
    if not however_many and not await _within_limit(db, entity, len(numbers)):
        return None
    twice = select(SyncMissing.central_id).where(SyncMissing.entity == entity.name, SyncMissing.sweeps >= SWEEPS)
    going = sorted(await db.scalars(twice))
    await mirror.remove(db, entity, going)
    await db.execute(delete(SyncMissing).where(SyncMissing.entity == entity.name, SyncMissing.sweeps >= SWEEPS))
    return len(going)


def held_back(entities: Collection[str]) -> str:
    """What an administrator reads when too many rows are gone at once."""
    return (
        f"more than {SHARE:.1%} are gone from the central base at once ({', '.join(entities)}), so none was removed; "
        "if that is right: backoffice-sync reconcile --remove"
    )


def present(entity: Entity) -> list[ColumnElement[bool]]:
    """Of our rows those that can go: a member that is gone stays, closed."""
    return [entity.table.c.closed.is_(False)] if entity.name == "member" else [] if entity.removable else [false()]


async def _missed(db: AsyncSession, entity: Entity, numbers: Collection[str]) -> None:
    numbered = func.unnest(literal(list(numbers), ARRAY(TEXT))).column_valued("central_id")
    rows = insert(SyncMissing).from_select(["entity", "central_id"], select(literal(entity.name), numbered))
    once_more = {"sweeps": SyncMissing.sweeps + 1}
    await db.execute(
        rows.on_conflict_do_update(index_elements=[SyncMissing.entity, SyncMissing.central_id], set_=once_more)
    )


async def _known(db: AsyncSession, entity: Entity, numbers: Sequence[str]) -> int:
    these = entity.table.c.central_id == any_(literal(list(numbers), ARRAY(TEXT)))
    return await db.scalar(select(func.count()).select_from(entity.table).where(these, *present(entity))) or 0


async def _within_limit(db: AsyncSession, entity: Entity, count: int) -> bool:
    if count <= FEW:
        return True
    total = await db.scalar(select(func.count()).select_from(entity.table)) or 0
    return count <= total * SHARE
