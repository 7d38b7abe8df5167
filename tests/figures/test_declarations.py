"""What staff see and note of the yearly declaration (article 222 bis)."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy import text

from portal.app import build
from portal.figures import actions, queries
from portal.web import session
from portal.web.forms import Outdated, fingerprint
from tests.personas import ADMINISTRATOR, COMPLIANCE, EDITOR, READER, THIS_YEAR
from tests.walker import Walker

LAST, DAY = THIS_YEAR - 1, date(THIS_YEAR - 1, 3, 5)
END = f"{LAST}-12-31"
PAGE = "/staff/declarations"


@pytest.fixture
async def officer(visitor: Callable[..., Walker]) -> Walker:
    walker = visitor()
    await walker.enter(COMPLIANCE)
    return walker


def stored(owner):
    return owner.execute("SELECT last_day, first_day, count, total FROM receipt_declaration ORDER BY 1").fetchall()


async def until_somebody_waits(owner) -> None:
    """For a lock in this database."""
    waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(1000):
        if owner.execute(waiting).fetchone() is not None:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


async def declare(walker: Walker, last_day: str = END):
    return await walker.submit(await walker.get(f"{PAGE}/{last_day}"), PAGE)


async def test_staff_see_number_and_total_without_the_cancelled(editor, issue, cancel) -> None:
    issue(DAY)
    issue(date(LAST, 12, 31), "1200.50", article="238bis")
    issue(date(LAST - 1, 12, 31), "7.00")
    cancel(issue(DAY, "99.00"))
    page = await editor.get(PAGE)
    [last, before] = [
        " ".join(" ".join(card.itertext()).split()) for card in page.tree.iterfind(".//section[@class='card']")
    ]
    assert f"1 January {LAST} – 31 December {LAST}" in page.text
    assert "Tax receipts 2" in last
    assert "Total €1,250.50" in last
    assert "1 cancelled receipt is left out" in last
    assert "Tax receipts 1" in before
    assert "Total €7.00" in before


async def test_gifts_count_in_the_year_in_which_they_were_received_and_a_receipt_in_that_of_its_last(
    officer, issue, settings, database
) -> None:
    days = (date(2023, 5, 2), date(2023, 8, 2), date(2024, 1, 2))
    issue(date(2024, 7, 20), "60.00", lines=json.dumps([{"on": str(day), "amount": "20.00"} for day in days]))
    async with database.begin() as db:
        await db.execute(text("SELECT set_config('portal.staff', 'on', true)"))
        found = await queries.years(db, "06-30")
    assert [(str(year.last_day), year.euros.count, year.euros.total) for year in found] == [
        ("2024-06-30", 1, Decimal("40.00")),
        ("2023-06-30", 0, Decimal("20.00")),
    ]


async def test_other_currencies_are_never_added_to_euros(officer, issue, owner) -> None:
    issue(DAY)
    issue(DAY, "80.00", currency="CHF")
    issue(DAY, "20.00", currency="CHF")
    page = await officer.get(PAGE)
    assert "Total €50.00" in page.text
    assert "2 receipts in another currency, CHF" in page.text
    await declare(officer)
    assert stored(owner) == [(date(LAST, 12, 31), date(LAST, 1, 1), 1, Decimal("50.00"))]


async def test_a_year_with_receipts_in_another_currency_only_has_nothing_to_declare(officer, issue, owner) -> None:
    issue(DAY, "80.00", currency="CHF")
    assert "Nothing to declare" in (await officer.get(PAGE)).text
    page = await officer.get(f"{PAGE}/{END}")
    assert "cannot be declared now" in page.text
    assert f'action="{PAGE}"' not in page.html


async def test_what_is_declared_is_frozen_and_a_later_cancellation_is_told(officer, issue, cancel, owner) -> None:
    issue(DAY, "1000.00")
    other = issue(DAY)
    page = await officer.get(PAGE)
    assert f"{PAGE}/{END}" in page.links
    page = await declare(officer)
    assert page.path == PAGE
    assert "The declaration is noted" in page.text
    assert "(Compliance)" in page.text
    assert f"{PAGE}/{END}" not in page.links
    frozen = [(date(LAST, 12, 31), date(LAST, 1, 1), 2, Decimal("1050.00"))]
    assert stored(owner) == frozen
    cancel(other)
    page = await officer.get(PAGE)
    assert stored(owner) == frozen
    assert "Tax receipts 2 Total €1,050.00" in page.text
    assert "1 receipt fewer, 1 today" in page.text
    assert "€50.00 less, €1,000.00 today" in page.text
    assert "were cancelled after the declaration" in page.text
    assert "were issued after the declaration" not in page.text


async def test_receipts_that_come_in_later_are_told_too(officer, issue) -> None:
    issue(DAY)
    await declare(officer)
    issue(DAY, "25.00")
    issue(DAY, "25.00")
    page = await officer.get(PAGE)
    assert "2 receipts more, 3 today" in page.text
    assert "€50.00 more, €100.00 today" in page.text
    assert "were cancelled after the declaration" not in page.text


async def test_a_declared_year_stays_when_its_receipts_are_gone(officer, issue, owner) -> None:
    issue(DAY)
    await declare(officer)
    owner.execute("DELETE FROM receipt")
    page = await officer.get(PAGE)
    assert "Tax receipts 1 Total €50.00" in page.text
    assert "1 receipt fewer, 0 today" in page.text


async def test_the_journal_says_who_declared_what(officer, issue, owner) -> None:
    issue(DAY)
    await declare(officer)
    [(actor, data)] = owner.execute(
        "SELECT j.actor, j.data FROM journal j WHERE kind = 'receipt.declaration.made'"
    ).fetchall()
    (account,) = owner.execute("SELECT 'staff:' || id FROM staff_account WHERE role = 'compliance'").fetchone()
    assert actor == account
    assert data == {"last_day": END, "count": "1", "total": "50.00"}
    assert owner.execute("SELECT declared_by FROM receipt_declaration").fetchall() == [(account,)]


async def test_figures_that_changed_before_the_press_are_shown_and_not_noted(officer, issue, cancel, owner) -> None:
    issue(DAY)
    other = issue(DAY)
    page = await officer.get(f"{PAGE}/{END}")
    cancel(other)
    page = await officer.submit(page, PAGE)
    assert page.status == 409
    assert "The figures changed while you were looking" in page.text
    assert "Tax receipts 1 Total €50.00" in page.text
    assert stored(owner) == []
    await officer.submit(page, PAGE)
    assert [row[2] for row in stored(owner)] == [1]


async def test_a_receipt_replaced_by_another_of_the_same_year_with_another_sum_is_noticed(
    officer, issue, cancel, owner
) -> None:
    wrong = issue(DAY, "40.00")
    page = await officer.get(f"{PAGE}/{END}")
    cancel(wrong)
    issue(DAY, "45.00")
    assert (await officer.submit(page, PAGE)).status == 409
    assert stored(owner) == []


async def test_figures_that_change_in_the_last_moment_are_not_noted(database, issue, cancel, owner) -> None:
    """Between the reading of the figures and the statement that stores them."""
    issue(DAY)
    number = issue(DAY)
    (staff_id,) = owner.execute("SELECT id FROM staff_account WHERE role = 'compliance'").fetchone()
    async with database.begin() as db:
        await session.reveal(db, staff_id=staff_id)
        [year] = await queries.years(db, "12-31")
        cancel(number)
        with pytest.raises(Outdated):
            await actions.declare(db, year, actor="staff:x", seen=fingerprint(year.shown))
    assert stored(owner) == []


async def test_a_second_declaration_changes_nothing_and_says_so(officer, visitor, issue, owner) -> None:
    issue(DAY)
    late = visitor()
    await late.enter(ADMINISTRATOR)
    opened = await late.get(f"{PAGE}/{END}")
    await declare(officer)
    before = owner.execute("SELECT * FROM receipt_declaration").fetchall()
    page = await late.submit(opened, PAGE)
    assert "was noted already" in page.text
    assert owner.execute("SELECT * FROM receipt_declaration").fetchall() == before
    assert "cannot be declared now" in (await late.get(f"{PAGE}/{END}")).text


async def test_of_two_who_declare_at_the_same_moment_one_does(officer, issue, owner, settings) -> None:
    """The other one's transaction is open while we press, and ends after that."""
    issue(DAY)
    opened = await officer.get(f"{PAGE}/{END}")
    with psycopg.connect(settings.database_url) as other:
        other.execute(
            "INSERT INTO receipt_declaration (last_day, first_day, count, total, declared_by) "
            "VALUES (%s, %s, 1, 50, 'x')",
            [END, f"{LAST}-01-01"],
        )
        press = asyncio.create_task(officer.submit(opened, PAGE))
        await until_somebody_waits(owner)
        other.commit()
    assert "was noted already" in (await press).text
    assert owner.execute("SELECT declared_by FROM receipt_declaration").fetchall() == [("x",)]
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'receipt.declaration.made'").fetchone() == (0,)


async def test_the_running_year_is_shown_and_cannot_be_declared(officer, issue, owner) -> None:
    issue(DAY)
    issue(date(THIS_YEAR, 1, 1), "3.00")
    page = await officer.get(PAGE)
    assert "Not over yet" in page.text
    assert f"{PAGE}/{THIS_YEAR}-12-31" not in page.links
    running = await officer.get(f"{PAGE}/{THIS_YEAR}-12-31")
    assert "cannot be declared now" in running.text
    form = (await officer.get(f"{PAGE}/{END}")).form(PAGE)
    seen = fingerprint({"last_day": f"{THIS_YEAR}-12-31", "count": "1", "total": "3.00"})
    forced = await officer.post(PAGE, **(form | {"last_day": f"{THIS_YEAR}-12-31", "seen": seen}))
    assert forced.status == 409
    assert stored(owner) == []


@pytest.mark.parametrize("last_day", ["1999-12-31", f"{LAST}-06-30", "soon", ""])
async def test_a_year_that_nobody_has_does_not_exist(officer, issue, last_day, owner) -> None:
    issue(DAY)
    form = (await officer.get(f"{PAGE}/{END}")).form(PAGE)
    assert (await officer.post(PAGE, **(form | {"last_day": last_day}))).status == 400
    if last_day:
        assert (await officer.get(f"{PAGE}/{last_day}")).status == 404
    assert stored(owner) == []


@pytest.mark.parametrize("person", [READER, EDITOR])
async def test_who_may_only_look_sees_no_way_to_declare_and_has_none(visitor, issue, person, owner) -> None:
    issue(DAY)
    walker = visitor()
    await walker.enter(person)
    page = await walker.get(PAGE)
    assert page.status == 200
    assert f"{PAGE}/{END}" not in page.links
    assert (await walker.get(f"{PAGE}/{END}")).status == 404
    token = page.form("/sign-out")["csrf_token"]
    seen = fingerprint({"last_day": END, "count": "1", "total": "50.00"})
    assert (await walker.post(PAGE, csrf_token=token, last_day=END, seen=seen)).status == 404
    assert stored(owner) == []


@pytest.mark.parametrize(
    ("year_end", "before", "first_day", "last_day"),
    [
        ("06-30", date(2023, 6, 30), date(2023, 7, 1), date(2024, 6, 30)),
        ("02-28", date(2023, 2, 28), date(2023, 3, 1), date(2024, 2, 29)),
        ("12-31", date(2023, 12, 31), date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
async def test_the_associations_own_financial_year_counts(
    settings, database, issue, owner, year_end, before, first_day, last_day
) -> None:
    for issued_on in (before, first_day, last_day, last_day + timedelta(days=1)):
        issue(issued_on)
    ours = replace(settings, financial_year_end=year_end)
    officer = Walker(build(ours, database), ours, owner)
    await officer.enter(COMPLIANCE)
    await declare(officer, str(last_day))
    assert stored(owner) == [(last_day, first_day, 2, Decimal("100.00"))]


async def test_the_page_says_how_it_counts_until_when_and_what_being_late_costs(officer, issue) -> None:
    page = await officer.get(PAGE)
    assert "No tax receipt yet" in page.text
    issue(date(2024, 3, 5))
    page = await officer.get(PAGE)
    assert "To be declared until 5 May 2025" in page.text
    assert "No declaration noted" in page.text
    for words in ("in the year of its last gift", "Cancelled receipts are left out", "€150.00", "€1,500.00", "222 bis"):
        assert words in page.text
