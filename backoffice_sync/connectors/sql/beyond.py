"""All that a base has on one person: every table that names the member, mapped or not.

A table is about members when it has a foreign key to theirs, or a column that is called as the mapping file calls one
with a member's number. Files stay where they are.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, MetaData, Table, inspect, or_, select, types

from backoffice_sync.connectors.iban import guarded
from backoffice_sync.connectors.sql.rows import Base
from backoffice_sync.connectors.sql.tables import bound
from backoffice_sync.connectors.sql.values import code
from backoffice_sync.directory import MemberGone


def tables_of(base: Base, member: str) -> list[Table]:
    """That of the members first, each with the columns that name one in `info`.

    Raises:
        MemberGone: there is no such member.
    """
    if not base.rows("member").of(member):
        raise MemberGone
    return list(_about_members(base))


def records(table: Table, member: str, base: Base) -> list[dict[str, Any]]:
    """The rows of one member, and of those merged into them, where the base says who was."""
    numbers = _numbers(base, member)
    mine = or_(*(table.c[name].in_([bound(table.c[name], one) for one in numbers]) for name in table.info["owners"]))
    wanted = [column for column in table.c if not isinstance(column.type, types.LargeBinary)]
    found = base.connection.execute(select(*wanted).where(mine)).mappings()
    return [guarded({name: _plain(value) for name, value in row.items()}) for row in found]


def _about_members(base: Base) -> Iterator[Table]:
    home = base.plan.sources["member"]
    sources = [source for source in base.plan.sources.values() if source.references.get("member")]
    called = {source.references["member"] for source in sources if not source.is_beside}
    schemas = {source.table.rpartition(".")[0] or None for source in base.plan.sources.values()}
    inspector, (own_schema, _, own) = inspect(base.connection), home.table.rpartition(".")
    for schema in sorted(schemas, key=str):
        for name in [*inspector.get_table_names(schema=schema), *inspector.get_view_names(schema=schema)]:
            columns = inspector.get_columns(name, schema=schema)
            pointing = {
                key["constrained_columns"][0]
                for key in inspector.get_foreign_keys(name, schema=schema)
                if key["referred_table"] == own and key["referred_columns"] == [home.key]
            }
            is_home = name == own and schema == (own_schema or None)
            owners = {home.key} if is_home else pointing | {one["name"] for one in columns} & called
            if owners:
                made = (Column(one["name"], one["type"], nullable=one["nullable"]) for one in columns)
                yield Table(name, MetaData(), *made, schema=schema, info={"owners": sorted(owners)})


def _numbers(base: Base, member: str) -> list[str]:
    closed = base.plan.sources["member"].fields["closed"]
    merged_into = getattr(closed, "merged_into", "")
    rows = base.rows("member")
    if not merged_into:
        return [member]
    into = rows.table.c[merged_into]
    twins = base.connection.scalars(select(rows.key).where(into == rows.bound(merged_into, member)))
    return [member, *map(str, twins)]


def _plain(value: Any) -> Any:
    """As JSON can hold it; an amount keeps its cents."""
    return value if isinstance(value, str | int | list | dict | None) else code(value)
