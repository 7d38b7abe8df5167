"""Fingerprints of rows, summed by thousand of their numbers: two sides compare millions of rows without moving them.

In SQL where a database can do it and in Python for rows that a connector delivers; both give the same number. A sum
does not depend on the order of its rows, and unlike an exclusive or it tells a row that is there twice.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Numeric
from sqlalchemy.dialects.postgresql import JSONB

from backoffice_sync.directory import Checksums, Row
from backoffice_sync.mapping import Entity

NEXT, NOTHING = chr(31), chr(30)
"""Between two values, and instead of one that is missing."""
DIGITS = 15
"""Of the 32 hexadecimal ones of an MD5: 60 bits are a positive bigint, and plenty against accidents."""
UNNUMBERED = -1
"""The thousand of numbers that are words, among them those that begin with a nought."""
NUMBER = "^(0|[1-9][0-9]{0,17})$"
CENT = Decimal("0.01")
QUOTED = re.compile(r'|.*[{}",\\ \t\n\r\v\f].*|null', re.DOTALL | re.IGNORECASE)
"""Elements of an array that PostgreSQL writes in quotes."""


def summed(rows: str, width: int) -> str:
    """The statement that sums up the rows of a query, their number first, in `width` columns.

    Dates must be told the ISO way (`SET datestyle = ISO`); amounts are numeric(12,2).
    """
    names = [f"c{at}" for at in range(width)]
    values = ", ".join(f"coalesce({name}::text, chr(30))" for name in names)
    digest = f"md5(convert_to(concat_ws(chr(31), {values}), 'UTF8'))"
    # As NUMBER says, in a third of the time.
    digits = "ltrim(c0, '0123456789') = '' AND length(c0) BETWEEN 1 AND 18"
    is_number = f"{digits} AND (c0 = '0' OR left(c0, 1) <> '0')"
    return (
        f"SELECT CASE WHEN {is_number} THEN c0::bigint / 1000 ELSE {UNNUMBERED} END, count(*), "
        f"sum(('x' || left({digest}, {DIGITS}))::bit({4 * DIGITS})::bigint) "
        f"FROM ({rows}) AS summed ({', '.join(names)}) GROUP BY 1"
    )


def counted(found: Iterable[Sequence[Any]]) -> Checksums:
    """What such a statement gave."""
    return {int(thousand): (int(count), int(total)) for thousand, count, total in found}


def mirrored(entity: Entity) -> str:
    """The query of the portal's rows as the central base would deliver them; those that it does not know are not."""
    references = {reference.name: f'of_{reference.name}."central_id"' for reference in entity.references}
    columns = ", ".join(references.get(name, f'ours."{name}"') for name in entity.incoming)
    joins = " ".join(
        f'{"" if reference.required else "LEFT"} JOIN "{reference.table.name}" AS of_{reference.name} '
        f'ON of_{reference.name}."id" = ours."{reference.column}"'
        for reference in entity.references
    )
    return f'SELECT {columns} FROM "{entity.table.name}" AS ours {joins} WHERE ours."central_id" IS NOT NULL'


def ours(entity: Entity) -> str:
    """The statement that sums up the portal's rows."""
    return summed(mirrored(entity), len(entity.incoming))


def thousand(number: str) -> int:
    return int(number) // 1000 if re.fullmatch(NUMBER, number) else UNNUMBERED


def fingerprint(entity: Entity, row: Row) -> int:
    """Of a row that a connector delivered."""
    columns = entity.table.c
    types = [None if name not in columns else columns[name].type for name in entity.incoming]
    values = NEXT.join(_text(value, of) for value, of in zip(row, types, strict=True))
    return int(hashlib.md5(values.encode(), usedforsecurity=False).hexdigest()[:DIGITS], 16)


def add_up(entity: Entity, rows: Iterable[Row]) -> Checksums:
    """The same in Python."""
    found: Checksums = {}
    for row in rows:
        count, total = found.get(at := thousand(row[0]), (0, 0))
        found[at] = (count + 1, total + fingerprint(entity, row))
    return found


def _text(value: Any, of: object) -> str:
    """A value as PostgreSQL casts the portal's column to text."""
    if value is None:
        return NOTHING
    if isinstance(of, Numeric):
        return str(Decimal(value).quantize(CENT, ROUND_HALF_UP))
    if isinstance(of, JSONB):
        return _json(json.loads(value) if isinstance(value, str) else value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"{{{','.join(map(_element, value))}}}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _element(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if QUOTED.fullmatch(text) else text


def _json(value: Any) -> str:
    """Keys of jsonb stand shortest first."""
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return f"{{{', '.join(f'{_json(key)}: {_json(value[key])}' for key in keys)}}}"
    return json.dumps(value, ensure_ascii=False)
