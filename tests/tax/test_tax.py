from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from portal.app import build
from portal.database import Database
from tests.personas import BAKERY, MARIE, NADIA, STRANGER
from tests.walker import Page, Walker

numbers = count()


@pytest.fixture
def give(owner, member_id):
    """A gift as the pull would have mirrored it."""

    def give(person, on: str, amount: str, **more: Any) -> None:
        row = {
            "central_id": f"tax{next(numbers)}", "member_id": member_id(person), "given_on": on, "amount": amount,
            "currency": "EUR", "means": "transfer", "state": "received", "state_reason": "",
        } | more  # fmt: skip
        marks = ", ".join(["%s"] * len(row))
        owner.execute(f"INSERT INTO gift ({', '.join(row)}) VALUES ({marks})", list(row.values()))

    return give


@pytest.fixture
async def donor(settings, database, owner):
    """A browser of somebody, at an association with these settings."""

    async def enter(person, language: str = "en", **changed: Any) -> Walker:
        walker = Walker(build(replace(settings, **changed), database), settings, owner, language)
        await walker.enter(person)
        return walker

    return enter


async def worked_out(walker: Walker, year: int, **typed: Any) -> Page:
    return await walker.submit(await walker.get(f"/tax?year={year}"), "/tax", **typed)


async def test_a_donor_sees_what_they_gave_what_the_tax_goes_down_by_and_the_cost(donor, give) -> None:
    give(MARIE, "2021-05-01", "100.00")
    page = await (await donor(MARIE)).get("/tax?year=2021")
    assert "You gave in 2021 €100.00" in page.text
    assert "Your tax goes down by €66.00" in page.text
    assert "Your gifts really cost you €34.00" in page.text
    assert "7UF 100 66% of €100.00 €66.00" in page.text
    assert "7UD" not in page.text.split("The rates of 2021")[0]
    assert "help, not advice" in page.text


async def test_a_donor_reads_it_in_french(donor, give) -> None:
    give(MARIE, "2021-05-01", "1234.50")
    page = await (await donor(MARIE, "fr")).get("/tax?year=2021")
    assert '<html lang="fr">' in page.html
    for figure in ("1\u202f234,50\xa0€", "814,77\xa0€", "419,73\xa0€", "66\xa0%"):
        assert figure in page.html
    assert "7UF 1235" in page.text


async def test_an_association_that_helps_people_in_difficulty_gives_the_other_box(donor, give) -> None:
    give(NADIA, "2025-06-10", "1500")
    give(NADIA, "2025-11-20", "700")
    page = await (await donor(NADIA, receipt_tax_rate=75)).get("/tax?year=2025")
    assert "7UD 1700 75% of €1,700.00 €1,275.00" in page.text
    assert "7UF 500 66% of €500.00 €330.00" in page.text
    assert "gifts from 1 January 2025 to 13 October 2025 Up to €1,000.00 a year" in page.text
    assert "gifts from 14 October 2025 to 31 December 2025 Up to €2,000.00 a year" in page.text
    assert "loi n° 2026-103 du 19 février 2026" in page.text


async def test_a_company_sees_its_own_rules_and_no_box_of_the_income_tax(donor, give) -> None:
    give(BAKERY, "2025-03-01", "25000")
    walker = await donor(BAKERY, receipt_wealth_tax=True)
    page = await walker.get("/tax?year=2025")
    assert "Your tax goes down by €12,000.00" in page.text
    assert "€5,000.00 is above the ceiling of €20,000.00" in page.text
    assert "art. 238 bis" in page.text
    assert "7U" not in page.text
    assert "IFI" not in page.text
    page = await worked_out(walker, 2025, turnover="4 500 000")
    assert "€2,500.00 is above the ceiling of €22,500.00" in page.text
    french = await worked_out(await donor(BAKERY, "fr"), 2025, turnover="10000000")
    assert "60\xa0%" in french.html
    assert "15\u202f000,00\xa0€" in french.html
    assert "0,5\xa0%" in french.html


async def test_a_company_with_millions_is_told_of_the_lower_rate(donor, give) -> None:
    give(BAKERY, "2025-03-01", "3000000")
    page = await worked_out(await donor(BAKERY), 2025, turnover="600000000")
    assert "60% of €2,000,000.00 = €1,200,000.00" in page.text
    assert "40% of €1,000,000.00 = €400,000.00" in page.text
    assert "keep the rate of 60%" in page.text


async def test_only_own_gifts_that_give_a_right_to_a_receipt_count(donor, give) -> None:
    give(NADIA, "2025-05-01", "10")
    give(NADIA, "2025-05-02", "1000", state="refused")
    give(NADIA, "2025-05-03", "1000", state="pending")
    give(NADIA, "2025-05-04", "1000", state="refunded")
    give(NADIA, "2025-05-05", "1000", deductible=False)
    give(NADIA, "2025-05-06", "1000", currency="CHF")
    give(NADIA, "2024-12-31", "1000")
    give(NADIA, "2026-01-01", "1000")
    give(STRANGER, "2025-05-01", "1000")
    page = await (await donor(NADIA)).get("/tax?year=2025")
    assert "You gave in 2025 €10.00" in page.text


async def test_gifts_of_others_do_not_count_even_where_the_database_would_show_them(settings, owner, give) -> None:
    """The application on the owner's connection, which row-level security does not bind."""
    give(STRANGER, "2021-05-01", "1000")
    database = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    walker = Walker(build(settings, database), settings, owner)
    await walker.enter(NADIA)
    page = await walker.get("/tax?year=2021")
    assert "No gift in 2021" in page.text
    assert "/tax?year=2021" in page.links
    assert "/tax?year=2021" not in (await walker.get("/tax?year=2022")).links
    await database.close()


async def test_what_was_given_elsewhere_is_added_and_shares_the_ceiling(donor, give) -> None:
    give(NADIA, "2026-02-01", "1500")
    walker = await donor(NADIA, receipt_tax_rate=75)
    page = await worked_out(walker, 2026, aid="1 000,00", other="50")
    assert "You gave in 2026 €2,550.00" in page.text
    assert "€1,500.00 of it to us" in page.text
    assert "7UD 2000" in page.text
    assert "7UF 550" in page.text


async def test_the_taxable_income_sets_a_ceiling(donor, give) -> None:
    give(NADIA, "2026-02-01", "3000")
    page = await worked_out(await donor(NADIA), 2026, income="10000")
    assert "Your tax goes down by €1,320.00" in page.text
    assert "€1,000.00 is above the share of your income" in page.text


@pytest.mark.parametrize("typed", ["1 234,56", "1\xa0234.56 €", "1\u202f234,56", "1234,56 euros"])
async def test_amounts_are_understood_as_people_write_them(donor, typed) -> None:
    walker = await donor(NADIA)
    page = await worked_out(walker, 2026, other=typed)
    assert page.status == 200
    assert "€1,234.56" in page.text


@pytest.mark.parametrize("typed", ["-5", "ten", "1,234.56", "1e3", "0.001", "9" * 13, "<b>"])
async def test_what_is_no_amount_is_kept_with_a_message_beside_the_field(donor, give, typed) -> None:
    give(NADIA, "2026-02-01", "100")
    walker = await donor(NADIA)
    page = await worked_out(walker, 2026, other=typed, income="2000")
    assert page.status == 422
    assert "Error: Enter an amount in euros" in page.text
    assert page.form("/tax")["other"] == typed
    assert page.form("/tax")["income"] == "2000"
    assert "You gave in 2026 €100.00" in page.text


async def test_nothing_or_nought_typed_changes_nothing(donor, give) -> None:
    give(NADIA, "2026-02-01", "100")
    page = await worked_out(await donor(NADIA), 2026, aid="0", other="", income="")
    assert page.status == 200
    assert "You gave in 2026 €100.00" in page.text


async def test_what_nobody_types_is_refused(donor) -> None:
    walker = await donor(NADIA)
    assert (await worked_out(walker, 2026, other="1\x00")).status == 400
    assert (await worked_out(walker, 2026, other="1" * 6000)).status == 400


@pytest.mark.parametrize("year", ["2019", "2027", "-1", "999999999999"])
async def test_a_year_without_known_rates_says_so(donor, give, year) -> None:
    give(NADIA, "2019-02-01", "100")
    page = await (await donor(NADIA)).get(f"/tax?year={year}")
    assert page.status == 200
    assert f"We do not know the rates of {year}" in page.text
    assert "€" not in page.text


async def test_the_wealth_tax_is_offered_only_where_the_association_gives_a_right_to_it(donor, give) -> None:
    give(NADIA, "2026-02-01", "1000")
    give(NADIA, "2026-02-02", "100", nature="expenses")
    assert "IFI" not in (await (await donor(NADIA)).get("/tax?year=2026")).text
    page = await worked_out(await donor(NADIA, receipt_wealth_tax=True), 2026, other="500")
    assert "the IFI would go down by €750.00. The same sum never counts for both taxes." in page.text
    assert "art. 978" in page.text


async def test_the_year_of_the_return_comes_first_and_the_others_are_one_press_away(donor, give, monkeypatch) -> None:
    for year in (2018, 2024, 2025, 2026):
        give(NADIA, f"{year}-02-01", "100")
    walker = await donor(NADIA)
    monkeypatch.setattr("portal.clock.today", lambda: date(2026, 4, 15))
    page = await walker.get("/tax")
    assert "You gave in 2025" in page.text
    assert [link for link in page.links if link.startswith("/tax?")] == [f"/tax?year={y}" for y in (2026, 2025, 2024)]
    monkeypatch.setattr("portal.clock.today", lambda: date(2026, 11, 15))
    assert "You gave in 2026" in (await walker.get("/tax")).text


async def test_old_gifts_of_a_year_that_is_not_known_are_not_where_one_starts(donor, give, monkeypatch) -> None:
    give(NADIA, "2018-02-01", "100")
    monkeypatch.setattr("portal.clock.today", lambda: date(2026, 11, 15))
    assert "No gift in 2026" in (await (await donor(NADIA)).get("/tax")).text


async def test_somebody_without_gifts_can_see_what_one_would_cost(donor) -> None:
    walker = await donor(NADIA)
    page = await walker.get("/tax?year=2026")
    assert "No gift in 2026" in page.text
    page = await worked_out(walker, 2026, other="100")
    assert "Your gifts really cost you €34.00" in page.text


async def test_the_receipts_lead_to_it(donor) -> None:
    assert "/tax" in (await (await donor(MARIE)).get("/receipts")).links
