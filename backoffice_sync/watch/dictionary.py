"""Publishing the data dictionary where staff and donors read it, and measuring how full and how fresh it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, and_, cast, delete, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.directory import Directory
from backoffice_sync.mapping import ENTITIES, GROUPS
from backoffice_sync.watch.descriptions import DESCRIPTIONS, Description
from portal.changes import RecordedChange, Status
from portal.database import Database
from portal.dictionary.models import DictionaryEntry
from portal.members.models import Member


async def publish(portal: Database, directory: Directory) -> None:
    """Let the table say what the sync does with this central base; what was measured stays."""
    able = directory.capabilities
    rows = [
        {
            "name": one.name,
            "position": position,
            "fields": list(one.fields),
            "owner": one.owner,
            "direction": one.direction,
            "rule": one.rule,
            "normal_form": one.normal_form,
            "sensitivity": one.sensitivity,
            "source": one.source,
            "freshness": one.freshness,
            "kept_there": one.name in able.reads if one.name in GROUPS else one.entity in able.entities,
        }
        for position, one in enumerate(DESCRIPTIONS.values())
    ]
    row = insert(DictionaryEntry)
    known = {name: row.excluded[name] for name in rows[0] if name != "name"}
    async with portal.begin() as db:
        await db.execute(delete(DictionaryEntry).where(DictionaryEntry.name.not_in(list(DESCRIPTIONS))))
        await db.execute(row.on_conflict_do_update(index_elements=[DictionaryEntry.name], set_=known), rows)


async def measure(portal: Database) -> None:
    """Of how many members each holds something, and when the last change of it was confirmed; a few seconds' work."""
    async with portal.begin() as db:
        members = await db.scalar(select(func.count()).select_from(Member).where(~Member.closed))
        newest = await _newest(db)
    for one in DESCRIPTIONS.values():
        async with portal.begin() as db:
            found: dict[str, Any] = {"newest_at": newest.get(one.name), "measured_at": func.now()}
            if (filled := _filled(one)) is not None:
                found |= {"members": members, "filled": await db.scalar(filled)}
            await db.execute(update(DictionaryEntry).where(DictionaryEntry.name == one.name).values(**found))


async def _newest(db: AsyncSession) -> dict[str, datetime]:
    query = (
        select(RecordedChange.group, func.max(RecordedChange.status_at).label("at"))
        .where(RecordedChange.status == Status.CONFIRMED)
        .group_by(RecordedChange.group)
    )
    return {row.group: row.at for row in await db.execute(query)}


def _filled(one: Description) -> Any:
    """The statement that counts members with a value; None for what is not about members."""
    entity = ENTITIES[one.entity]
    table = entity.table
    if entity.owner not in table.c:
        return None
    only = [table.c[name] == value for name, value in (GROUPS[one.name].only if one.name in GROUPS else ())]
    holds = and_(or_(*(_says_something(table.c[name]) for name in one.fields)), *only)
    count = select(func.count()).select_from(Member).where(~Member.closed)
    if entity.owner == "id":
        return count.where(holds)
    return count.where(exists().where(table.c[entity.owner] == Member.id, holds))


def _says_something(column: Column[Any]) -> ColumnElement[bool]:
    """Neither NULL nor an empty text or list."""
    return func.coalesce(cast(column, Text), "").not_in(["", "{}"])


async def entries(portal: Database) -> list[DictionaryEntry]:
    async with portal.begin() as db:
        return list(await db.scalars(select(DictionaryEntry).order_by(DictionaryEntry.position)))


def in_words(found: list[DictionaryEntry], *, stats: bool) -> str:
    """A table: one line each, with `stats` how full and how fresh instead of how it works."""
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    if stats:
        head = ("name", "members", "with a value", "%", "last confirmed change")
        rows = [(one.name, _number(one.members), _number(one.filled), _share(one), _moment(one)) for one in found]
    else:
        head = ("name", "owner", "direction", "kept there", "sensitivity", "rule")
        rows = [
            (one.name, one.owner, one.direction, "yes" if one.kept_there else "no", one.sensitivity, one.rule)
            for one in found
        ]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in (head, *rows))


def _number(count: int | None) -> str:
    return "–" if count is None else f"{count:,}"


def _share(one: DictionaryEntry) -> str:
    return f"{100 * (one.filled or 0) / one.members:.1f}" if one.members else "–"


def _moment(one: DictionaryEntry) -> str:
    return f"{one.newest_at:%Y-%m-%d %H:%M} UTC" if one.newest_at else "–"
