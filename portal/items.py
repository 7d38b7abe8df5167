"""Field groups that are a list: a member's phones, other addresses, objections."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

Item = dict[str, Any]


def in_order(elements: Iterable[Any]) -> list[Any]:
    """Each once, in an order that does not depend on who holds them: so two lists can be compared."""
    unique = {json.dumps(element, sort_keys=True): element for element in elements}
    return [unique[key] for key in sorted(unique)]


def item(row: object, names: Iterable[str]) -> Item:
    """A row in the form in which the sync compares and passes it on: a date is text."""
    return {name: _plain(getattr(row, name)) for name in names}


def group(rows: Iterable[object], names: Iterable[str]) -> dict[str, Any]:
    """All rows of a group, likewise."""
    names = tuple(names)
    return {"items": in_order(item(row, names) for row in rows)}


async def put(
    db: AsyncSession, model: Any, member_id: UUID, items: list[Item], only: tuple[Any, ...] = (), **fixed: Any
) -> None:
    """Let the member's rows, those with `only`, be just these, marked as on their way to the central base.

    A row that stays keeps all that it has; `fixed` fills the other columns of a new one.
    """
    names = tuple(items[0]) if items else ()
    missing = list(items)
    for row in await db.scalars(select(model).where(model.member_id == member_id, *only)):
        if (held := item(row, names)) in missing:
            missing.remove(held)
            row.held = True
        else:
            await db.delete(row)
    await db.flush()
    if missing:
        await db.execute(
            insert(model).values([values | fixed | {"member_id": member_id, "held": True} for values in missing])
        )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
