"""A central base in PostgreSQL with the reference schema (schema.sql beside this file)."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg import AsyncCursor, sql

from backoffice_sync.compare import checksums
from backoffice_sync.connectors.complaint import complaint
from backoffice_sync.connectors.iban import bank_name, guarded, masked
from backoffice_sync.connectors.postgresql import catalogue
from backoffice_sync.connectors.postgresql.line import Line
from backoffice_sync.connectors.postgresql.reads import (
    ABOUT_MEMBERS,
    BEFORE,
    CONTENT,
    MINE,
    NEWS,
    READ_GROUP,
    SELECTS,
)
from backoffice_sync.connectors.postgresql.writes import (
    JOURNAL,
    PUT_BOUNCE,
    PUT_RECEIPT,
    PUT_RECEIPT_GIFTS,
    SUBMIT,
    SUBMITTED,
    steps,
)
from backoffice_sync.directory import (
    Applied,
    Bounce,
    Capabilities,
    Catalogue,
    Checksums,
    Conflict,
    HistoryLost,
    IssuedReceipt,
    MemberGone,
    News,
    Outcome,
    PersonalRecord,
    Rejected,
    Request,
    Row,
    Value,
)
from backoffice_sync.mapping import ENTITIES, GROUPS, in_normal_form
from portal.i18n import N_

BATCH = 5_000
BESIDE = {"member": ("receipt_wish", "contact_choice")}
"""Kinds of rows that the reference schema keeps in the columns of another table."""
UNACCEPTABLE = (psycopg.IntegrityError, psycopg.DataError, psycopg.errors.RaiseException)
"""What PostgreSQL, or a trigger of the association's, says of a value that it will never take."""
REFUSAL = N_("Our records cannot take this as it is written. Please change it, or call us.")


class PostgresDirectory:
    """Reads what the portal mirrors, writes the groups that flow both ways, in one short transaction each."""

    name = "postgresql"
    capabilities = Capabilities(sums=frozenset(ENTITIES) - {"mandate"})  # of mandates the portal has a masked form

    def __init__(self, url: str) -> None:
        self._line = Line(url)
        self._cursor = self._line.cursor

    async def close(self) -> None:
        await self._line.close()

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
            await cursor.execute(NEWS, {"since": since})
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
        async with self._cursor(whole=False) as cursor:
            await cursor.execute(_select(entity, condition), [value])
            return [_delivered(entity, row) for row in await cursor.fetchall()]

    async def read(self, member: str, group: str) -> Value | None:
        async with self._cursor(whole=False) as cursor:
            return await _read(cursor, member, group)

    async def write(
        self, member: str, group: str, value: Value | None, *, expected: Value | None, change_id: str
    ) -> Outcome:
        """Under a lock on the member, so that what is compared is what is replaced."""
        try:
            async with self._cursor() as cursor:
                if await _read(cursor, member, group, lock="FOR UPDATE") != expected:
                    return Conflict()
                for statement, values in steps(group, expected, value):
                    await cursor.execute(statement, values | {"member": member})
                told = {"member": member, "act": f"{group} written", "change": change_id}
                await cursor.execute(JOURNAL, told)
        except UNACCEPTABLE as error:
            return Rejected(REFUSAL, complaint(error))
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
                act = f"receipt {receipt.state}"
                change = f"receipt {receipt.number} {receipt.state}"
                await cursor.execute(JOURNAL, {"member": receipt.member, "act": act, "change": change})
        except UNACCEPTABLE:
            return Rejected(N_("Our records cannot take this receipt: its member or gifts are not there."))
        return str(row[0])

    async def submit(self, request: Request) -> str | Rejected:
        try:
            async with self._cursor() as cursor:
                await cursor.execute(SUBMIT, vars(request))
                await cursor.execute(SUBMITTED, vars(request))
                return str(await _one(cursor))
        except UNACCEPTABLE:
            return Rejected(REFUSAL)

    async def catalogue(self) -> Catalogue:
        async with self._cursor() as cursor:
            return await catalogue.read(cursor)

    async def now(self) -> datetime:
        async with self._cursor() as cursor:
            await cursor.execute("SELECT clock_timestamp()")
            found: datetime = await _one(cursor)
            return found

    async def checksums(self, entity: str) -> Checksums:
        """In one pass over the table: seconds for each million rows."""
        async with self._cursor(seconds=1_830) as cursor:
            await cursor.execute("SET LOCAL statement_timeout = '30min'")
            await cursor.execute(checksums.summed(_select(entity), len(ENTITIES[entity].incoming)))
            return checksums.counted(await cursor.fetchall())

    async def put_bounce(self, bounce: Bounce) -> None:
        async with self._cursor() as cursor:
            await cursor.execute(PUT_BOUNCE, vars(bounce))

    async def content(self, document: str) -> bytes | None:
        async with self._cursor(whole=False) as cursor:
            await cursor.execute(CONTENT, {"document": document})
            row = await cursor.fetchone()
            return row[0] if row else None

    async def everything_of(self, member: str) -> AsyncIterator[PersonalRecord]:
        """A table after the other: what one person has in one of them is no burden."""
        async with self._cursor(whole=False) as cursor:
            await cursor.execute(MINE, {"member": member})
            if not await cursor.fetchall():
                raise MemberGone
            await cursor.execute(ABOUT_MEMBERS)
            tables = await cursor.fetchall()
        for table, columns in tables:
            async with self._cursor(whole=False) as cursor:
                await cursor.execute(_mine(table, columns), {"member": member})
                found = await cursor.fetchall()
            for (record,) in found:
                yield table, guarded(json.loads(record, parse_float=str))  # an amount keeps its cents


def _select(entity: str, condition: str = "") -> str:
    where = f"WHERE {condition}" if condition else ""
    return SELECTS[entity].format(where=where, and_="AND" if condition else "WHERE")


def _mine(table: str, columns: list[str]) -> sql.Composed:
    return sql.SQL("SELECT to_jsonb(mine)::text FROM (SELECT {} FROM {} WHERE {} IN ({})) AS mine").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier(table),
        sql.Identifier("id" if table == "member" else "member_id"),
        sql.SQL(MINE),
    )


async def _read(cursor: AsyncCursor[Any], member: str, group: str, *, lock: str = "") -> Value | None:
    await cursor.execute(f"SELECT merged_into IS NULL FROM member WHERE id = %s {lock}", [member])
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
