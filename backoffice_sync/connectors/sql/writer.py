"""Writing into the mapped tables, on condition that they still hold what was read."""

from typing import Any

from sqlalchemy import delete, func, insert, select, update

from backoffice_sync.connectors.sql.plan import BOUNCES
from backoffice_sync.connectors.sql.rows import Base, Rows, of_group, value_of
from backoffice_sync.connectors.sql.steps import Step, cells_of, mapped, steps
from backoffice_sync.directory import Bounce, Request, Value
from backoffice_sync.mapping import Group


class Outpaced(Exception):
    """Somebody else was quicker."""


def write(base: Base, member: str, group: Group, value: Value | None, expected: Value | None) -> None:
    """Of two workers one waits for the other at the member's row; of staff, each row is compared as it is replaced.

    Raises:
        Outpaced, NoPlace: nothing was written.
    """
    _lock(base, member)
    base.check_alive(member)
    rows = base.rows(group.entity)
    held = rows.cells(member)
    mine = of_group(group, rows.source, held)
    if value_of(group, rows.source, mine) != expected:
        raise Outpaced
    for step in steps(group, rows.source, held, mine, value):
        _take(base, rows, step, member, group)


def note_bounce(base: Base, bounce: Bounce) -> None:
    rows = base.rows("email")
    [address] = rows.source.fields["address"].columns
    told = cells_of(rows.source, mapped(rows.source, {name: getattr(bounce, name) for name in BOUNCES}))
    is_it = func.lower(func.trim(rows.table.c[address])) == bounce.mailbox
    base.connection.execute(update(rows.table).where(is_it, rows.mine()).values(rows.cells_for(told)))


def submit(base: Base, request: Request) -> str:
    """Found by its key, it is left as people have worked on it.

    Raises:
        NoPlace: it cannot be told in this base.
    """
    rows = base.rows("request")
    _lock(base, request.member)
    [key] = rows.source.fields["key"].columns
    find = select(rows.key).where(rows.table.c[key] == request.key)
    found = base.connection.scalar(find)
    if found is None:
        told = {name: value for name, value in vars(request).items() if name != "member"} | {"state": "received"}
        _insert(base, rows, cells_of(rows.source, told), request.member)
        found = base.connection.scalar(find)
    return str(found)


def _lock(base: Base, member: str) -> None:
    """Where the base can: SQLite lets nobody write over what another has read meanwhile."""
    rows = base.rows("member")
    mine = rows.key.in_(rows.numbers([member], rows.source.key))
    base.connection.execute(select(rows.key).where(mine).with_for_update())


def _take(base: Base, rows: Rows, step: Step, member: str, group: Group) -> None:
    if step.after == {}:
        return
    if step.before is None:
        _insert(base, rows, step.after or {}, member)
        return
    names = (*(group.items or group.fields), *dict(group.only))
    told = [column for name in names for column in rows.source.fields[name].columns]
    still = [rows.table.c[column].is_not_distinct_from(step.before[column]) for column in told]
    change = delete(rows.table) if step.after is None else update(rows.table).values(rows.cells_for(step.after))
    if base.connection.execute(change.where(rows.key == step.before[rows.source.key], *still)).rowcount == 0:
        raise Outpaced


def _insert(base: Base, rows: Rows, told: dict[str, Any], member: str) -> None:
    owner = {rows.source.references["member"]: member}
    base.connection.execute(insert(rows.table).values(rows.cells_for(owner | told)))
