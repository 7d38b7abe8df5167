"""One CSV file of the export, record by record, with the line where each begins."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


class ExportError(Exception):
    """The folder is not an NPSP export: a file, or a column that is needed, is missing or unreadable."""


@dataclass(frozen=True, slots=True)
class Record:
    file: str
    line: int
    values: dict[str, str]
    flaw: str = ""
    """Why this record cannot be used at all."""

    @property
    def id(self) -> str:
        return self["id"]

    def __getitem__(self, column: str) -> str:
        return self.values[column]


def read_records(folder: Path, name: str, *columns: str) -> list[Record]:
    """Read a file whole; it must have the columns named, and may have others."""
    path = folder / f"{name}.csv"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_records(path.name, file, {"id", *columns}))
    except FileNotFoundError as error:
        raise ExportError(f"{path.name} is missing in {folder}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ExportError(f"{path.name} cannot be read: {error}") from error


def _records(name: str, lines: Iterator[str], columns: set[str]) -> Iterator[Record]:
    reader = csv.reader(lines, strict=True)
    header = next(reader, [])
    if missing := columns - set(header):
        raise ExportError(f"{name} lacks the columns {', '.join(sorted(missing))}")
    seen: set[str] = set()
    line = reader.line_num + 1
    for cells in reader:
        if cells:
            values = dict.fromkeys(header, "") | dict(zip(header, map(str.strip, cells), strict=False))
            yield Record(name, line, values, _flaw(header, cells, values["id"], seen))
            seen.add(values["id"])
        # a cell may span lines: the next record begins after the last one read
        line = reader.line_num + 1


def _flaw(header: list[str], cells: list[str], record_id: str, seen: set[str]) -> str:
    if len(cells) != len(header):
        return f"{len(cells)} cells where the header has {len(header)}"
    if re.fullmatch(r"[1-9][0-9]*", record_id) is None:
        return f"id {record_id!r} is not a number"
    if record_id in seen:
        return f"id {record_id} was read before"
    return ""
