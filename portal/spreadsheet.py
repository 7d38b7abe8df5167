"""Files for spreadsheets: semicolons, a mark that says UTF-8, and no cell that is taken for a formula."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


@contextmanager
def table(path: Path, *head: str) -> Iterator[Callable[..., None]]:
    """A new file with this first row; gives what adds a row of cells."""
    with path.open("w", newline="", encoding="utf-8-sig") as text:
        rows = csv.writer(text, delimiter=";")

        def add(*cells: object) -> None:
            rows.writerow([harmless(str(cell)) for cell in cells])

        add(*head)
        yield add
