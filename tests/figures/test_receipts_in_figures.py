"""What staff see of receipts issued and sent, of wishes and of runs."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from portal.app import build
from portal.figures.pages import report
from tests.personas import ADMINISTRATOR, READER, THIS_YEAR
from tests.walker import Element, Page, Walker

DAY = date(THIS_YEAR - 1, 1, 20)


def words(element: Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


def rows(page: Page) -> list[list[str]]:
    return [[words(cell) for cell in row] for row in page.tree.iterfind(".//tbody/tr")]


async def test_receipts_are_counted_by_year_of_the_gifts_and_currency(editor, issue, cancel) -> None:
    for handed_by in ("email", "email", "post", ""):
        issue(DAY, "1000.00", fiscal_year=2025, handed_by=handed_by)
    cancel(issue(DAY, "9.00", fiscal_year=2025, handed_by="email"))
    issue(DAY, "70.00", fiscal_year=2025, currency="CHF")
    issue(DAY, "5.00", fiscal_year=2024, handed_by="post")
    assert rows(await editor.get("/staff/receipts")) == [
        ["2025", "4", "1", "€4,000.00", "2", "1", "1", "€3.20"],
        ["2025", "1", "0", "CHF70.00", "0", "0", "1", "€0.00"],
        ["2024", "1", "0", "€5.00", "0", "1", "0", "€0.00"],
    ]


async def test_the_postage_saved_is_what_as_many_letters_would_have_cost(settings, database, issue, owner) -> None:
    issue(DAY, handed_by="email")
    issue(DAY, handed_by="email", fiscal_year=2020)
    issue(DAY, handed_by="post")
    dear = replace(settings, receipt_postage_cents=205)
    reader = Walker(build(dear, database), dear, owner)
    await reader.enter(READER)
    text = (await reader.get("/staff/receipts")).text
    assert "Postage saved by e-mail €4.10 We assume" in text
    assert "at €2.05" in text


async def test_wishes_of_the_members_are_counted(editor, owner) -> None:
    owner.execute("UPDATE receipt_wish SET receipt_by = 'email'")
    of = "WHERE member_id IN (SELECT id FROM member WHERE number = ANY(%s))"
    owner.execute(f"UPDATE receipt_wish SET receipt_rhythm = 'none' {of}", [["1001"]])
    owner.execute(f"UPDATE receipt_wish SET receipt_by = 'post' {of}", [["1002", "1003"]])
    text = (await editor.get("/staff/receipts")).text
    assert "Receipts by e-mail 4 Receipts by post 2 No receipts 1" in text


async def test_the_latest_runs_tell_what_they_did(editor, owner) -> None:
    issued = {"issued": 12500, "amount": "98765.40", "left_out": {"out-of-the-blue": 1, "address": 3}, "seconds": 61}
    rendered = {"rendered": 119, "set_aside": 1, "mailed": 100, "printed": 19, "nothing": {}, "pages_turned": 7}
    add = "INSERT INTO receipt_run (act, year, started_at, ended_at, figures) VALUES (%s, 2025, %s, %s, %s)"
    began = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
    for hour in range(6):
        on = began.replace(day=1, hour=hour)
        owner.execute(add, ["issue", on, on.replace(minute=42), "{}"])
    owner.execute(add, ["issue", began, began.replace(minute=1, second=1), json.dumps(issued)])
    owner.execute(add, ["render", began.replace(hour=10), None, json.dumps(rendered)])
    page = await editor.get("/staff/receipts")
    first, second, *rest = [words(card) for card in page.tree.iterfind(".//section") if card.find("h3") is not None]
    assert first == (
        "Receipts of 2025 made and sent 12 January 2026, 11:00 – not finished Receipts made 119 "
        "Receipts that could not be made 1 Donors told by e-mail 100 Donors with a printed letter 19 "
        "Donors to whom nothing was sent 0 pages_turned 7"
    )
    assert second == (
        "Receipts issued for the gifts of 2025 12 January 2026, 10:00 – 61 seconds Receipts issued 12,500 "
        "Total amount €98,765.40 Gifts left without a receipt 4 "
        "3 – The postal address is missing or not complete 1 – out-of-the-blue"
    )
    assert rest == ["Receipts issued for the gifts of 2025 1 January 2026, 06:00 – 42 minutes"] + [
        f"Receipts issued for the gifts of 2025 1 January 2026, 0{hour}:00 – 42 minutes" for hour in (5, 4, 3)
    ]


def test_a_report_without_figures_has_no_lines() -> None:
    assert report({}) == []


async def test_without_receipts_and_runs_the_page_says_so(editor, owner) -> None:
    owner.execute("DELETE FROM receipt")
    text = (await editor.get("/staff/receipts")).text
    assert "No tax receipt yet" in text
    assert "Postage saved by e-mail €0.00" in text
    assert "Latest runs None yet." in text


async def test_the_desk_leads_to_both_pages(editor) -> None:
    assert {"/staff/receipts", "/staff/declarations"} <= set((await editor.get("/staff")).links)


@pytest.mark.parametrize(
    "path", ["/staff/receipts", "/staff/declarations", f"/staff/declarations/{THIS_YEAR - 1}-12-31"]
)
@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_pages_are_in_both_languages(visitor, path, language) -> None:
    walker = visitor(language)
    await walker.enter(ADMINISTRATOR)
    page = await walker.get(path)
    assert page.status == 200
    assert f'lang="{language}"' in page.html
    assert ("180,00\u00a0€" if language == "fr" else "€180.00") in page.html
