"""The file for a spreadsheet."""

import csv
import io

import pytest

from tests.personas import MARIE, STRANGER, THIS_YEAR


async def rows(walker, path: str = "/gifts.csv") -> list[list[str]]:
    page = await walker.get(path)
    assert "attachment" in page.headers["content-disposition"]
    return list(csv.reader(io.StringIO(page.html.lstrip("\ufeff")), delimiter=";"))


async def test_the_file_holds_every_gift_and_nothing_of_others(visitor) -> None:
    walker = visitor()
    await walker.enter(STRANGER)
    assert await rows(walker) == [
        ["Date", "Amount", "Currency", "Means of payment", "State", "Campaign", "Receipt"],
        [f"{THIS_YEAR}-02-02", "77.77", "EUR", "Cheque", "Received", "", ""],
    ]
    await walker.enter(MARIE)
    assert len(await rows(walker)) == 45


async def test_a_gift_in_the_file_has_the_number_of_its_receipt(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    receipts = {row[0]: row[6] for row in await rows(walker)}
    assert receipts[f"{THIS_YEAR - 1}-12-05"] == f"{THIS_YEAR - 1}-000017"
    assert receipts[f"{THIS_YEAR}-01-01"] == ""


async def test_a_file_may_hold_one_period(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    found = await rows(walker, f"/gifts.csv?first={THIS_YEAR - 1}-03-05&last=5/5/{THIS_YEAR - 1}")
    assert [row[0] for row in found[1:]] == [f"{THIS_YEAR - 1}-0{month}-05" for month in (5, 4, 3)]


@pytest.mark.parametrize("period", ["first=x&last=y", "first=2025-01-01", "first=&last=", "last=2025-01-01"])
async def test_a_period_that_is_none_is_asked_again(visitor, period) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.get(f"/gifts.csv?{period}")
    assert page.status == 422
    assert "There is a problem" in page.text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
async def test_no_cell_of_the_file_is_a_formula(visitor, owner, start) -> None:
    evil = f'{start}HYPERLINK("http://evil";1)\n2'
    owner.execute("UPDATE campaign SET name = %s", [evil])
    owner.execute("UPDATE receipt SET number = %s", [evil])
    walker = visitor()
    await walker.enter(MARIE)
    cells = [cell for row in await rows(walker) for cell in row]
    assert cells.count(f"'{evil}") == 30 + 12
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]


async def test_the_file_speaks_french(visitor) -> None:
    walker = visitor("fr")
    await walker.enter(STRANGER)
    assert (await rows(walker))[1][3:5] == ["Chèque", "Encaissé"]
