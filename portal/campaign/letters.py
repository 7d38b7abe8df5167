"""The print-ready batch: receipts one after the other in postal order, and the file of their addresses."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from portal.campaign.rules import LINES, Recipient
from portal.profile.rules import LINE_LENGTH
from portal.spreadsheet import harmless, table


@dataclass(frozen=True)
class Letter:
    """What goes into one envelope: a cover sheet where the receipts show a former address, and the receipts."""

    recipient: Recipient
    cover: bytes | None
    receipts: tuple[bytes, ...]


def write_letters(path: Path, letters: Iterable[Letter]) -> list[int]:
    """Merge into one PDF; gives the number of pages of each letter."""
    with pikepdf.new() as merged:
        pages = []
        for letter in letters:
            before = len(merged.pages)
            for content in filter(None, (letter.cover, *letter.receipts)):
                with pikepdf.open(io.BytesIO(content)) as source:
                    merged.pages.extend(source.pages)
            pages.append(len(merged.pages) - before)
        merged.save(path)
    return pages


def write_addresses(path: Path, rows: Sequence[tuple[str, int, Recipient]]) -> None:
    """Six columns of at most 38 characters, as mail houses take them (NF Z10-011): file, pages, member, lines."""
    with table(path, "file", "pages", "member", *(f"line {number}" for number in range(1, LINES + 1))) as add:
        for file, pages, recipient in rows:
            lines = [harmless(line)[:LINE_LENGTH] for line in recipient.lines]
            add(file, pages, recipient.number, *lines, *[""] * (LINES - len(lines)))
