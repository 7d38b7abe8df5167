"""Writing what the central base holds into the portal's tables, whole batches at a time.

Only rows that differ are written, and rows with a change under way are left
alone: they are the push loop's.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from psycopg import AsyncConnection, sql
from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.directory import Row, Value
from backoffice_sync.mapping import ENTITIES, Entity, Group
from portal.changes import FieldInMotion
from portal.items import item
from portal.members.models import Member


async def store(db: AsyncSession, entity: Entity, rows: Iterable[Row]) -> int:
    """Insert or update these rows; gives how many were written. Rows of members not mirrored are left out."""
    connection = await _driver(db)
    async with connection.cursor() as cursor:
        await cursor.execute(_staging(entity))
        async with cursor.copy("COPY incoming FROM STDIN") as copy:
            for row in rows:
                await copy.write_row(row)
        if entity.key == "member_id":
            await cursor.execute(_moved(entity))
        await cursor.execute(_upsert(entity))
        written = cursor.rowcount
        await cursor.execute("DROP TABLE incoming")
    return written


async def remove(db: AsyncSession, entity: Entity, ids: Sequence[str]) -> None:
    """Forget rows that the central base no longer has; a member is closed, a receipt stays, what moves stays."""
    if entity.name == "member":
        await db.execute(update(Member).where(Member.central_id.in_(ids)).values(closed=True))
    elif entity.removable:
        table = entity.table
        unheld = [table.c.held.is_(False)] if entity.groups else []
        await db.execute(delete(table).where(table.c.central_id.in_(ids), *unheld))


async def settle(db: AsyncSession, entity: Entity, member_id: UUID, rows: Sequence[Row]) -> None:
    """A member's change has come to its end: the mirror again holds just what the central base holds.

    While another change of these rows is under way they are left to that one.
    """
    if not await let_go(db, entity, member_id):
        return
    table = entity.table
    kept = [row[0] for row in rows]
    if entity.removable and entity.key != "member_id":
        await db.execute(
            delete(table).where(
                table.c.member_id == member_id, table.c.central_id.is_(None) | table.c.central_id.not_in(kept)
            )
        )
    elif entity.removable and not rows:
        await db.execute(delete(table).where(table.c.member_id == member_id))
    await store(db, entity, rows)


async def restore(db: AsyncSession, group: Group, member_id: UUID, base: Value | None) -> None:
    """The change was given up: show again what the central base was last known to hold."""
    entity = ENTITIES[group.entity]
    table = entity.table
    only = [table.c[name] == value for name, value in group.only]
    mine = and_(table.c[entity.owner] == member_id, *only)
    if group.items:
        await _restore_items(db, group, mine, member_id, base)
    elif base is None:
        await db.execute(delete(table).where(mine, table.c.held))
    else:
        there = await db.execute(update(table).where(mine, table.c.held).values(**base).returning(table.c.id))
        if there.first() is None and entity.removable:  # ours was a removal
            await db.execute(insert(table).values(_row(group, member_id, base)))


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


BLANK: dict[str, dict[str, object]] = {"email": {"origin": "", "recorded_on": func.current_date()}}
"""What a row of an entity needs beside the fields of its groups."""


async def let_go(db: AsyncSession, entity: Entity, member_id: UUID) -> bool:
    """The next pull may write these rows again; False when another change of them is still under way."""
    moving = FieldInMotion.member_id == member_id, FieldInMotion.group.in_(entity.groups)
    if await db.scalar(select(exists().where(*moving))):
        return False
    table = entity.table
    await db.execute(update(table).where(table.c[entity.owner] == member_id).values(held=False))
    return True


async def _driver(db: AsyncSession) -> AsyncConnection:
    raw = await (await db.connection()).get_raw_connection()
    connection = raw.driver_connection
    assert isinstance(connection, AsyncConnection)  # noqa: S101 - for the type checker: psycopg is our only driver
    return connection


def _staging(entity: Entity) -> sql.Composed:
    """An empty table with the portal's own column types; numbers of the central base are text."""
    references = {reference.name for reference in entity.references}
    columns = [
        sql.SQL("NULL::text AS {}").format(sql.Identifier(name)) if name in references else sql.Identifier(name)
        for name in entity.incoming
    ]
    return sql.SQL("CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
        sql.SQL(", ").join(columns), sql.Identifier(entity.table.name)
    )


def _upsert(entity: Entity) -> sql.Composed:
    target = sql.Identifier(entity.table.name)
    plain = ["central_id", *entity.columns]
    stored = [*plain, *(reference.column for reference in entity.references)]
    found = [sql.SQL("incoming.{}").format(sql.Identifier(name)) for name in plain]
    found += [sql.SQL("{}.id").format(sql.Identifier(f"of_{reference.name}")) for reference in entity.references]
    joins = [
        sql.SQL("{} JOIN {} AS {} ON {}.central_id = incoming.{}").format(
            sql.SQL("" if reference.required else "LEFT"),
            sql.Identifier(reference.table.name),
            sql.Identifier(f"of_{reference.name}"),
            sql.Identifier(f"of_{reference.name}"),
            sql.Identifier(reference.name),
        )
        for reference in entity.references
    ]
    changing = [name for name in stored if name != entity.key]
    current = sql.SQL(", ").join(sql.SQL("{}.{}").format(target, sql.Identifier(name)) for name in changing)
    offered = sql.SQL(", ").join(sql.SQL("EXCLUDED.{}").format(sql.Identifier(name)) for name in changing)
    return sql.SQL(
        "INSERT INTO {target} ({stored}) SELECT {found} FROM incoming {joins} {resting} "
        "ON CONFLICT ({key}) DO UPDATE SET {assignments} WHERE ROW({current}) IS DISTINCT FROM ROW({offered}) {unheld}"
    ).format(
        target=target,
        stored=sql.SQL(", ").join(map(sql.Identifier, stored)),
        found=sql.SQL(", ").join(found),
        joins=sql.SQL(" ").join(joins),
        resting=_resting(entity),
        key=sql.Identifier(entity.key),
        assignments=sql.SQL(", ").join(sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in changing),
        current=current,
        offered=offered,
        unheld=sql.SQL("AND NOT {}.held").format(target) if entity.groups else sql.SQL(""),
    )


def _moved(entity: Entity) -> sql.Composed:
    """Where there is one row a member: a row that now belongs to another member leaves the one it had."""
    return sql.SQL(
        "DELETE FROM {table} USING incoming, member WHERE {table}.central_id = incoming.central_id "
        "AND member.id = {table}.member_id AND member.central_id <> incoming.member AND NOT {table}.held"
    ).format(table=sql.Identifier(entity.table.name))


def _resting(entity: Entity) -> sql.Composable:
    """Leave out members of whom a change of these rows is under way."""
    if not entity.groups:
        return sql.SQL("")
    member = "incoming" if entity.owner == "id" else "of_member"
    return sql.SQL(
        "WHERE NOT EXISTS (SELECT FROM field_in_motion AS moving JOIN member AS mover ON mover.id = moving.member_id "
        "WHERE mover.central_id = {}.central_id AND moving.field_group = ANY({}))"
    ).format(sql.Identifier(member), sql.Literal(entity.groups))
