"""Each set of records as JSON, one record a line, and as CSV, with the files that belong to the records."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal import crypto
from portal.documents.rules import kind_of
from portal.exports import queries, rules
from portal.exports.press import Writer
from portal.exports.tasks.step import Answer
from portal.extracts import queries as extracts
from portal.holdings.rules import File, RecordSet

CENTRAL = "central-records"
AT_ONCE = 200
"""Rows; of sets with files, one."""


class CutNotFound(Exception):
    """What was left out stands in a record that has changed in the central base since: nobody knows which one."""


class Lines:
    """A JSON array with a record on each line, so that one record can be read again without the others."""

    def __init__(self, writer: Writer) -> None:
        self.count = 0
        self._writer = writer

    async def add(self, record: rules.Row) -> None:
        text = json.dumps(record, ensure_ascii=False, default=str)
        await self._writer.write((",\n" if self.count else "[\n").encode() + text.encode())
        self.count += 1

    async def close(self, name: str, record_set: str) -> None:
        await self._writer.write(b"\n]\n" if self.count else b"[]\n")
        await self._writer.close(name, record_set=record_set, records=self.count)


class Cells:
    """The same for spreadsheets."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._text = io.StringIO(newline="")
        self._rows = csv.writer(self._text, delimiter=";")

    async def add(self, values: Iterable[Any]) -> None:
        self._rows.writerow([rules.cell(value) for value in values])
        await self._writer.write(self._text.getvalue().encode())
        self._text.seek(0)
        self._text.truncate()

    async def begin(self, names: Iterable[str]) -> None:
        await self._writer.write(b"\xef\xbb\xbf")
        await self.add(names)


class Files:
    """The files that belong to the records of a set. Their names are ours: none leads to a place on anybody's disk."""

    def __init__(self, answer: Answer, db: AsyncSession, held: RecordSet, first: int) -> None:
        self._answer, self._db, self._held, self._first = answer, db, held, first
        self._count = 0

    async def add(self, content: bytes) -> str:
        writer = self._answer.writer(self._db, self._first + self._count)
        self._count += 1
        name = f"{self._held.name}/{self._count:04}.{kind_of(content) or 'bin'}"
        await writer.write(content)
        await writer.close(name, record_set=f"{self._held.name}/files")
        return name


async def give(answer: Answer, db: AsyncSession, held: RecordSet) -> None:
    names = rules.columns(answer.kind, held)
    called = [rules.called(held, name) for name in names] + (["file"] if held.file else [])
    number, cuts = await answer.next_number(db), await queries.cuts(db, answer.id)
    texts, cells = answer.writer(db, number), answer.writer(db, number + 1)
    lines, sheet = Lines(texts), Cells(cells)
    await sheet.begin(called)
    found = await db.stream(
        queries.records(held, names),
        {"member": answer.member.id},
        execution_options={"yield_per": 1 if held.file else AT_ONCE},
    )
    files = Files(answer, db, held, number + 2)
    async for row in found:
        values = row._mapping  # noqa: SLF001 - the documented way to read a row by its names
        whole = {rules.called(held, name): rules.plain(held, name, values[name]) for name in names}
        record = rules.redacted(whole, cuts.get((held.name, str(values["_key"])), ()))
        if record is None:
            continue
        if held.file:
            stored = values["_file"]
            record["file"] = await files.add(_opened(answer, held.file, stored)) if stored else None
        await sheet.add([record.get(name) for name in called])
        await lines.add(record | ({"_key": str(values["_key"])} if answer.kind == rules.ACCESS else {}))
    await lines.close(f"data/{held.name}.json", held.name)
    await cells.close(f"data/{held.name}.csv", record_set=held.name, records=lines.count)


def _opened(answer: Answer, file: File, stored: bytes) -> bytes:
    return crypto.unseal(answer.shop.settings.secret_key, file.sealed, stored) if file.sealed else stored


async def give_central(answer: Answer, db: AsyncSession) -> None:
    """What the central base has beyond what is mirrored here, in its own words."""
    number, cuts = await answer.next_number(db), await queries.cuts(db, answer.id)
    lines, cells = Lines(answer.writer(db, number)), answer.writer(db, number + 1)
    sheet = Cells(cells)
    await sheet.begin(("table", "field", "value"))
    unfound = {key for name, key in cuts if name == CENTRAL}
    if order := answer.export.extract_id:
        async for table, record in extracts.rows(db, order):
            key = rules.key_of(table, record)
            unfound.discard(key)
            given = rules.redacted(record, cuts.get((CENTRAL, key), ()))
            if given is not None:
                await lines.add({"table": table, **given, "_key": key})
                for name, value in given.items():
                    await sheet.add((table, name, value))
        state = await extracts.state(db, order)
        if unfound and state is not None and not state.is_waiting and not state.problem:
            raise CutNotFound
    await lines.close(f"data/{CENTRAL}.json", CENTRAL)
    await cells.close(f"data/{CENTRAL}.csv", record_set=CENTRAL, records=lines.count)
