"""Reading the rows of the mapped tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, String, Table, and_, cast, func, or_, select, true

from backoffice_sync.connectors.sql.fields import Cells, NoPlace
from backoffice_sync.connectors.sql.plan import Plan, Source
from backoffice_sync.connectors.sql.tables import Tables, bound
from backoffice_sync.directory import MemberGone, Row, Value
from backoffice_sync.mapping import ENTITIES, Group, Rule, in_normal_form

BATCH = 5_000
MOST_NUMBERS = 1_000
"""In one question, for some bases take no more."""


class Rows:
    """The rows of an entity, each with its cells as they are there."""

    def __init__(self, source: Source, table: Table, connection: Connection) -> None:
        self.source = source
        self.table = table
        self._connection = connection
        self.key = self.table.c[source.key]

    def bound(self, column: str, value: Any) -> Any:
        return bound(self.table.c[column], value)

    def cells_for(self, told: Cells) -> dict[str, Any]:
        """As the columns take them."""
        return {column: self.bound(column, cell) for column, cell in told.items()}

    def numbers(self, numbers: Sequence[str], column: str) -> list[Any]:
        """As the column holds them; a number that it cannot hold is nobody's."""
        found = []
        for number in numbers:
            try:
                found.append(self.bound(column, number))
            except NoPlace:
                continue
        return found

    def mine(self) -> ColumnElement[bool]:
        """Which rows of the table are of this entity."""
        return and_(true(), *(self._is_one_of(self.table.c[name], held) for name, held in self.source.where.items()))

    def _is_one_of(self, column: Column[Any], held: Sequence[str]) -> ColumnElement[bool]:
        found = column.in_([bound(column, value) for value in held])
        return or_(found, column.is_(None)) if "" in held else found

    def after(self, number: str) -> list[Row]:
        query = self._select().where(self._filled()).limit(BATCH)
        if number:
            query = query.where(self.key > self.bound(self.source.key, number))
        return self._rows(query)

    def numbered(self, numbers: Sequence[str]) -> list[Row]:
        known, found = self.numbers(numbers, self.source.key), []
        for some in (known[at : at + MOST_NUMBERS] for at in range(0, len(known), MOST_NUMBERS)):
            found += self._rows(self._select().where(self._filled(), self.key.in_(some)))
        return found

    def of(self, member: str) -> list[Row]:
        return [self.source.row(cells) for cells in self.cells(member) if not self.source.is_empty(cells)]

    def cells(self, member: str) -> list[Cells]:
        """The rows of one member, by number; its own row even if it holds nothing of the kind."""
        owner = self.source.references.get("member", self.source.key)
        query = self._select().where(self.table.c[owner].in_(self.numbers([member], owner)))
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def content(self, number: str) -> bytes | None:
        column = self.table.c[self.source.content]
        found = self._connection.execute(select(column).where(self.key.in_(self.numbers([number], self.source.key))))
        return found.scalar_one_or_none()

    def count(self) -> int:
        query = select(func.count()).select_from(self.table).where(self.mine(), self._filled())
        return int(self._connection.execute(query).scalar_one())

    def _select(self) -> Select[Any]:
        return select(*(self.table.c[name] for name in self.source.columns)).where(self.mine()).order_by(self.key)

    def _rows(self, query: Select[Any]) -> list[Row]:
        return [self.source.row(dict(row)) for row in self._connection.execute(query).mappings()]

    def _filled(self) -> ColumnElement[bool]:
        texts = [self.table.c[column] for name in self.source.texts for column in self.source.fields[name].columns]
        return or_(*(func.trim(cast(one, String)) != "" for one in texts)) if texts else true()


@dataclass(frozen=True)
class Base:
    """The base as it is in one transaction."""

    plan: Plan
    tables: Tables
    connection: Connection

    def rows(self, entity: str) -> Rows:
        source = self.plan.sources[entity]
        return Rows(source, self.tables[source.table], self.connection)

    def read(self, member: str, group: Group) -> Value | None:
        rows = self.rows(group.entity)
        return value_of(group, rows.source, of_group(group, rows.source, rows.cells(member)))

    def check_alive(self, member: str) -> None:
        """Whether there is such a member.

        Raises:
            MemberGone: not, or no longer.
        """
        found = self.rows("member").of(member)
        if not found or found[0][ENTITIES["member"].incoming.index("closed")]:
            raise MemberGone


def of_group(group: Group, source: Source, held: Sequence[Cells]) -> list[Cells]:
    """Those of a member's rows that a group is about."""
    there = (cells for cells in held if not source.is_empty(cells))
    return [cells for cells in there if (values := source.values(cells)) | dict(group.only) == values]


def value_of(group: Group, source: Source, mine: Sequence[Cells]) -> Value | None:
    values = [source.values(cells) for cells in mine]
    if group.rule is Rule.EACH_ITEM and not group.items:
        [name] = group.fields
        return in_normal_form(group, [(element,) for one in values for element in one[name] or ()])
    names = group.items or group.fields
    return in_normal_form(group, [tuple(_plain(one[name]) for name in names) for one in values])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
