"""A whole donor file in memory, in the reference schema's words, and its way into an empty central base."""

from collections.abc import Callable
from dataclasses import fields
from typing import TypeVar, cast

import psycopg
from psycopg import sql

from backoffice_sync.central_rows import (
    Address,
    Campaign,
    Document,
    Email,
    Gift,
    Link,
    Mandate,
    Member,
    Memo,
    Objection,
    Phone,
    Receipt,
    Row,
)

Say = Callable[[str], None]


def silent(_: str) -> None:
    """For callers who want no progress on the terminal."""


class BaseNotEmptyError(Exception):
    """A file is only ever poured into an empty base: nobody's members are overwritten or doubled."""


R = TypeVar("R", bound=Row)

# every table after those that it points at
TABLES: tuple[type[Row], ...] = (
    Campaign,
    Member,
    Address,
    Email,
    Phone,
    Objection,
    Mandate,
    Gift,
    Receipt,
    Document,
    Link,
    Memo,
)


class CentralFile:
    """The rows of one donor file; a row receives its id when it is added."""

    def __init__(self) -> None:
        self._rows: dict[type[Row], list[Row]] = {kind: [] for kind in TABLES}
        self.covered: list[tuple[int, int]] = []
        """Which receipt covers which gift, by their ids."""

    def add(self, row: R) -> R:
        rows = self._rows[type(row)]
        row.id = len(rows) + 1
        rows.append(row)
        return row

    def rows(self, kind: type[R]) -> list[R]:
        return cast("list[R]", self._rows[kind])

    def write(self, connection: psycopg.Connection, say: Say = silent) -> None:
        """Pour every row into an empty base, all or nothing."""
        with connection.transaction():
            _require_empty(connection)
            for kind in TABLES:
                names = [column.name for column in fields(kind)]
                values = [tuple(getattr(row, name) for name in names) for row in self._rows[kind]]
                _copy(connection, kind.table, names, values)
                _continue_numbering(connection, kind.table)
                say(f"{kind.table}: {len(values)} rows")
            _copy(connection, "receipt_gift", ["receipt_id", "gift_id"], self.covered)
            connection.execute("ANALYZE")


def _require_empty(connection: psycopg.Connection) -> None:
    # the lock makes a second pouring at the same moment wait, and then be refused
    connection.execute("LOCK TABLE campaign, member IN SHARE ROW EXCLUSIVE MODE")
    for table in ("member", "campaign"):
        if connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(table))).fetchone() is not None:
            raise BaseNotEmptyError(f"The base already holds rows in {table}; a file goes into an empty base only.")


def _copy(
    connection: psycopg.Connection,
    table: str,
    names: list[str],
    values: list[tuple[int, int]] | list[tuple[object, ...]],
) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in values:
            copy.write_row(row)


def _continue_numbering(connection: psycopg.Connection, table: str) -> None:
    # the ids above were chosen here: the next row inserted by anyone must not take one of them
    statement = "SELECT setval(pg_get_serial_sequence({name}, 'id'), max(id)) FROM {table}"
    connection.execute(sql.SQL(statement).format(name=sql.Literal(table), table=sql.Identifier(table)))
