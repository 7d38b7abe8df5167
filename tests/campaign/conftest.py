"""A year's receipts ready to be handed over; only some tests need the renderer, the others a page of their own."""

import csv
import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from portal.campaign.rules import Report
from portal.campaign.run import render_year
from tests.issuing.conftest import cancel, command_database, giver, issue  # noqa: F401 - fixtures of both
from tests.issuing.givers import LAST_YEAR, issuing

Rows = list[dict[str, str]]


@pytest.fixture
def ready(owner, issue) -> Callable[[], Awaitable[None]]:  # noqa: F811
    """Issue everything; a receipt's file has one page for each gift, marked with its number."""

    async def act() -> None:
        await issue()
        for receipt_id, number, pages in owner.execute("SELECT id, number, jsonb_array_length(lines) FROM receipt"):
            owner.execute(
                "INSERT INTO receipt_file (receipt_id, member_id, content, sha256) "
                "SELECT id, member_id, %s, '' FROM receipt WHERE id = %s ON CONFLICT DO NOTHING",
                [paper(number, pages), receipt_id],
            )

    return act


def paper(number: str, pages: int) -> bytes:
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page().obj["/Receipt"] = pikepdf.String(number)
        content = io.BytesIO()
        pdf.save(content)
    return content.getvalue()


@pytest.fixture
def render(command_database, settings, tmp_path: Path) -> Callable[..., Awaitable[Report]]:  # noqa: F811
    """What `portal receipts render` does, into the test's own folder."""

    async def act(*, folder: Path = tmp_path, **more: Any) -> Report:
        options: dict[str, Any] = {"processes": 1, "mail": True, "post": True, "say": lambda: None}
        return await render_year(command_database, issuing(settings), LAST_YEAR, folder, **(options | more))

    return act


def rows(folder: Path, name: str) -> Rows:
    """All rows of the files of this name below a folder, whichever run wrote them."""
    found = []
    for path in sorted(folder.rglob(name)):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found += list(csv.DictReader(file, delimiter=";"))
    return found


def letters(folder: Path) -> list[str]:
    """What stands on each page of the letters, file after file: a receipt's number, empty for a cover sheet."""
    found = []
    for path in sorted(folder.rglob("letters-*.pdf")):
        with pikepdf.open(path) as pdf:
            found += [str(page.obj.get("/Receipt", "")) for page in pdf.pages]
    return found


def ways(folder: Path) -> dict[str, tuple[str, str]]:
    return {row["member"]: (row["way"], row["reason"]) for row in rows(folder, "report.csv")}


def handed(owner) -> list[tuple[str, str]]:
    query = (
        "SELECT m.number, r.handed_by FROM receipt r JOIN member m ON m.id = r.member_id ORDER BY m.number, r.number"
    )
    return [tuple(row) for row in owner.execute(query)]


def mails(owner) -> list[dict[str, Any]]:
    """What the queued mails are made of."""
    return [row[0] for row in owner.execute("SELECT args FROM procrastinate_jobs WHERE task_name LIKE 'campaign.%'")]
