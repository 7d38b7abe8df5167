"""A central base in PostgreSQL with the reference schema (schema.sql beside this file)."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import psycopg
from psycopg import AsyncConnection, AsyncCursor

from backoffice_sync.connectors.iban import bank_name, masked
from backoffice_sync.connectors.postgresql.queries import (
    PUT_BOUNCE,
    PUT_RECEIPT,
    PUT_RECEIPT_GIFTS,
    READ_GROUP,
    SELECTS,
    SUBMIT,
    WRITE_GROUP,
    WRITE_ITEM,
)
from backoffice_sync.directory import (
    Applied,
    Bounce,
    Capabilities,
    Catalogue,
    Checksums,
    Conflict,
    DirectoryUnreachable,
    HistoryLost,
    IssuedReceipt,
    MemberGone,
    News,
    Outcome,
    Rejected,
    Request,
    Row,
    Value,
)
from backoffice_sync.mapping import ENTITIES, GROUPS, in_normal_form
from portal.i18n import N_

BATCH = 5_000
BEFORE = "SELECT pg_snapshot_xmax(%s::pg_snapshot) < pg_snapshot_xmax(%s::pg_snapshot)"
LINE: dict[str, Any] = {"connect_timeout": 10, "keepalives_idle": 30, "tcp_user_timeout": 30_000}
"""A line that went dead is noticed within half a minute."""
BESIDE = {"member": ("receipt_wish", "contact_choice")}
"""Kinds of rows that the reference schema keeps in the columns of another table."""
TIMEOUT = "SET statement_timeout = '60s'"


class PostgresDirectory:
    """Reads what the portal mirrors, writes the groups that flow both ways, in one short transaction each."""

    name = "postgresql"
    capabilities = Capabilities()

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection: AsyncConnection | None = None

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def position(self) -> str:
        """The transactions that have ended by now: whatever another one writes is news."""
        async with self._cursor() as cursor:
            await cursor.execute("SELECT pg_current_snapshot()::text")
            return str(await _one(cursor))

    async def news(self, since: str) -> News:
        """Exact: rows that this snapshot sees and the earlier one did not, however long their writers took."""
        async with self._cursor() as cursor:
            await cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            await cursor.execute("SELECT pg_current_snapshot()::text")
            position = await _one(cursor)
            await cursor.execute(BEFORE, [position, since])
            if await _one(cursor):
                raise HistoryLost
            await cursor.execute(
                "SELECT DISTINCT entity, row_id::text FROM change_log "
                "WHERE txid >= pg_snapshot_xmin(%(since)s::pg_snapshot) "
                "AND NOT pg_visible_in_snapshot(txid, %(since)s::pg_snapshot)",
                {"since": since},
            )
            ids: dict[str, list[str]] = {}
            for entity, row_id in await cursor.fetchall():
                for name in (entity, *BESIDE.get(entity, ())):
                    ids.setdefault(name, []).append(row_id)
        return News(ids, position)

    async def count(self, entity: str) -> int:
        async with self._cursor() as cursor:
            await cursor.execute(f"SELECT count(*) FROM ({_select(entity)}) AS rows")
            return int(await _one(cursor))

    async def scan(self, entity: str, after: str = "") -> AsyncIterator[list[Row]]:
        """By number, so that it holds no transaction open between two batches."""
        last = int(after or 0)
        while True:
            async with self._cursor() as cursor:
                await cursor.execute(_select(entity, "r.id > %s") + " ORDER BY r.id LIMIT %s", [last, BATCH])
                rows = [_delivered(entity, row) for row in await cursor.fetchall()]
            if not rows:
                return
            yield rows
            last = int(rows[-1][0])

    async def rows(self, entity: str, ids: Sequence[str]) -> list[Row]:
        return await self._rows(entity, "r.id = ANY(%s::bigint[])", list(ids))

    async def rows_of(self, entity: str, member: str) -> list[Row]:
        return await self._rows(entity, f"r.{ENTITIES[entity].owner} = %s::bigint", member)

    async def _rows(self, entity: str, condition: str, value: object) -> list[Row]:
        async with self._cursor() as cursor:
            await cursor.execute(_select(entity, condition), [value])
            return [_delivered(entity, row) for row in await cursor.fetchall()]

    async def read(self, member: str, group: str) -> Value | None:
        async with self._cursor() as cursor:
            return await _read(cursor, member, group)

    async def write(
        self, member: str, group: str, value: Value | None, *, expected: Value | None, change_id: str
    ) -> Outcome:
        """Under a lock on the member, so that what is compared is what is replaced."""
        try:
            async with self._cursor() as cursor:
                await cursor.execute("SELECT FROM member WHERE id = %s FOR UPDATE", [member])
                if await _read(cursor, member, group) != expected:
                    return Conflict()
                for statement, values in _steps(group, expected, value):
                    await cursor.execute(statement, values | {"member": member})
                await cursor.execute(
                    "INSERT INTO journal (actor, member_id, act, change_id) VALUES ('donor extranet', %s, %s, %s) "
                    "ON CONFLICT (change_id) DO NOTHING",
                    [member, f"{group} written", change_id],
                )
        except (psycopg.errors.IntegrityError, psycopg.errors.DataError, psycopg.errors.RaiseException):
            return Rejected(N_("Our records cannot take this as it is written. Please change it, or call us."))
        return Applied()

    async def put_receipt(self, receipt: IssuedReceipt) -> str | Rejected:
        values = vars(receipt) | {"gifts": list(receipt.gifts)}
        try:
            async with self._cursor() as cursor:
                await cursor.execute(PUT_RECEIPT, values)
                row = await cursor.fetchone()
                if row is None:
                    return Rejected(N_("Another receipt has this number already."))
                await cursor.execute(PUT_RECEIPT_GIFTS, values | {"id": row[0]})
                await cursor.execute(
                    "INSERT INTO journal (actor, member_id, act, change_id) VALUES ('donor extranet', %s, %s, %s) "
                    "ON CONFLICT (change_id) DO NOTHING",
                    [receipt.member, f"receipt {receipt.state}", f"receipt {receipt.number} {receipt.state}"],
                )
        except (psycopg.errors.IntegrityError, psycopg.errors.DataError, psycopg.errors.RaiseException):
            return Rejected(N_("Our records cannot take this receipt: its member or gifts are not there."))
        return str(row[0])

    async def submit(self, request: Request) -> str | Rejected:
        try:
            async with self._cursor() as cursor:
                await cursor.execute(SUBMIT, vars(request))
                return str(await _one(cursor))
        except (psycopg.errors.IntegrityError, psycopg.errors.DataError, psycopg.errors.RaiseException):
            return Rejected(N_("Our records cannot take this as it is written. Please change it, or call us."))

    async def catalogue(self) -> Catalogue:
        return Catalogue({}, {})

    async def now(self) -> datetime:
        async with self._cursor() as cursor:
            await cursor.execute("SELECT clock_timestamp()")
            found: datetime = await _one(cursor)
            return found

    async def checksums(self, entity: str) -> Checksums:
        raise NotImplementedError(entity)

    async def put_bounce(self, bounce: Bounce) -> None:
        async with self._cursor() as cursor:
            await cursor.execute(PUT_BOUNCE, vars(bounce))

    @asynccontextmanager
    async def _cursor(self) -> AsyncIterator[AsyncCursor[Any]]:
        """One transaction; a lost connection is opened anew the next time."""
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await AsyncConnection.connect(self.url, autocommit=True, **LINE)
                await self._connection.execute(TIMEOUT)
            async with self._connection.transaction(), self._connection.cursor() as cursor:
                yield cursor
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if self._connection is not None:
                await self._connection.close()
            raise DirectoryUnreachable from error


def _select(entity: str, condition: str = "") -> str:
    where = f"WHERE {condition}" if condition else ""
    return SELECTS[entity].format(where=where, and_="AND" if condition else "WHERE")


def _steps(group: str, expected: Value | None, value: Value | None) -> list[tuple[str, Value]]:
    """What leads from the one to the other."""
    if group not in WRITE_ITEM:
        step = "delete" if value is None else "insert" if expected is None else "update"
        return [(WRITE_GROUP[group][step], value or {})]
    [name] = GROUPS[group].fields
    before, after = ((side or {}).get(name, []) for side in (expected, value))
    gone = [(WRITE_ITEM[group]["remove"], _named(element)) for element in before if element not in after]
    return gone + [(WRITE_ITEM[group]["add"], _named(element)) for element in after if element not in before]


def _named(element: Value | str) -> Value:
    """An objection is written purpose/channel."""
    return dict(zip(("purpose", "channel"), element.split("/"), strict=True)) if isinstance(element, str) else element


async def _read(cursor: AsyncCursor[Any], member: str, group: str) -> Value | None:
    await cursor.execute("SELECT merged_into IS NULL FROM member WHERE id = %s", [member])
    alive = await cursor.fetchone()
    if alive is None or not alive[0]:
        raise MemberGone
    await cursor.execute(READ_GROUP[group], {"member": member})
    rows = await cursor.fetchall()
    return in_normal_form(GROUPS[group], rows)


async def _one(cursor: AsyncCursor[Any]) -> Any:
    row = await cursor.fetchone()
    assert row is not None  # noqa: S101 - an aggregate always gives a row
    return row[0]


def _delivered(entity: str, row: Row) -> Row:
    """The row as the portal may have it: an account number leaves the central base masked only."""
    if entity != "mandate":
        return row
    at = ENTITIES["mandate"].incoming.index("masked_iban")
    return (*row[:at], masked(row[at]), bank_name(row[at]), *row[at + 2 :])
