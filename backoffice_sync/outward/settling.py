"""The portal's rows once a change has come to its end: again just what the central base holds."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, false, func, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.directory import Capabilities, Row, Value
from backoffice_sync.inward.intake import take
from backoffice_sync.mapping import ENTITIES, GROUPS, Entity, Group
from portal.changes import FieldInMotion
from portal.items import item

BLANK: dict[str, dict[str, object]] = {"email": {"origin": "", "recorded_on": func.current_date()}}
"""What a row of an entity needs beside the fields of its groups."""


async def settle(
    db: AsyncSession, entity: Entity, found: Mapping[UUID, Sequence[Row] | None], base: Capabilities
) -> None:
    """By member the rows that the central base holds now; None when they are to stay as they are here.

    From now on a pull may write them. While another change of a member's rows is under way they are left to that one.
    """
    in_motion = FieldInMotion.member_id.in_(found), FieldInMotion.group.in_(entity.groups)
    resting = set(await db.scalars(select(FieldInMotion.member_id).where(*in_motion)))
    free = [member_id for member_id in found if member_id not in resting]
    table = entity.table
    await db.execute(update(table).where(table.c[entity.owner].in_(free), table.c.held).values(held=False))
    known = {member_id: rows for member_id in free if (rows := found[member_id]) is not None}
    if known and entity.removable:
        await db.execute(delete(table).where(_gone(entity, known, base)))
    if differing := await _differing(db, entity, known):
        await take(db, entity, differing, base)


def _gone(entity: Entity, known: Mapping[UUID, Sequence[Row]], base: Capabilities) -> ColumnElement[bool]:
    """Rows that the central base no longer has; the portal's own, of groups that it has no place for, are not its."""
    table = entity.table
    if entity.key == "member_id":
        return table.c.member_id.in_([member_id for member_id, rows in known.items() if not rows])
    kept = [row[0] for rows in known.values() for row in rows]
    theirs = or_(false(), *(_only(GROUPS[name]) for name in entity.groups if name in base.reads))
    return table.c.member_id.in_(known) & theirs & (table.c.central_id.is_(None) | table.c.central_id.not_in(kept))


async def restore(db: AsyncSession, group: Group, member_id: UUID, base: Value | None) -> None:
    """The change was given up: show again what the central base was last known to hold."""
    entity = ENTITIES[group.entity]
    table = entity.table
    mine = and_(table.c[entity.owner] == member_id, _only(group))
    if group.items:
        await _restore_items(db, group, mine, member_id, base)
    elif base is None:
        await db.execute(delete(table).where(mine, table.c.held))
    else:
        there = await db.execute(update(table).where(mine, table.c.held).values(**base).returning(table.c.id))
        if there.first() is None and entity.removable:  # ours was a removal
            await db.execute(insert(table).values(_row(group, member_id, base)))


async def _differing(db: AsyncSession, entity: Entity, found: Mapping[UUID, Sequence[Row]]) -> list[Row]:
    """Mostly none: what was written there is what the donor saw here already."""
    table, own = entity.table, 1 + len(entity.references)
    owner = table.c[entity.owner]
    columns = (owner, table.c.central_id, *(table.c[name] for name in entity.columns))
    held = {tuple(row[:2]): tuple(row[2:]) for row in await db.execute(select(*columns).where(owner.in_(found)))}
    return [row for member_id, rows in found.items() for row in rows if held.get((member_id, row[0])) != row[own:]]


def _only(group: Group) -> ColumnElement[bool]:
    table = ENTITIES[group.entity].table
    return and_(true(), *(table.c[name] == value for name, value in group.only))


async def _restore_items(
    db: AsyncSession, group: Group, mine: ColumnElement[bool], member_id: UUID, base: Value | None
) -> None:
    """Rows that are right keep their numbers in the central base."""
    table = ENTITIES[group.entity].table
    missing = list((base or {}).get("items", []))
    for row in (await db.execute(select(table).where(mine))).all():
        if (held := item(row, group.items)) in missing:
            missing.remove(held)
        else:
            await db.execute(delete(table).where(table.c.id == row.id))
    if missing:
        await db.execute(insert(table).values([_row(group, member_id, held) for held in missing]))


def _row(group: Group, member_id: UUID, fields: Value) -> dict[str, object]:
    return BLANK.get(group.entity, {}) | dict(group.only) | {"member_id": member_id} | fields
