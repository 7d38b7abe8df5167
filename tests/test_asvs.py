"""The table of met requirements names tests that exist."""

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_named_test_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (HERE / "asvs.md").read_text()))
    found = {name for path in HERE.rglob("test_*.py") for name in re.findall(r"def (test_\w+)\(", path.read_text())}
    assert len(named) > 60
    assert named <= found, sorted(named - found)


def test_every_requirement_has_a_test_beside_it() -> None:
    rows = [line for line in (HERE / "asvs.md").read_text().splitlines() if re.match(r"\| [*★]*\d", line)]
    assert len(rows) > 50
    for row in rows:
        assert "`test_" in row.split("|")[3], row
