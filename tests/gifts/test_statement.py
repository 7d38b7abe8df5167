"""A statement of any period, to print."""

from datetime import date, timedelta

import pytest

from portal import clock
from tests.personas import MARIE, NADIA, STRANGER, THIS_YEAR

LAST_YEAR = THIS_YEAR - 1


@pytest.fixture
async def marie(visitor):
    walker = visitor()
    await walker.enter(MARIE)
    return walker


async def ask(walker, first: str, last: str):
    return await walker.get(f"/gifts/statement?first={first}&last={last}")


def lines(page) -> list[str]:
    return [" ".join("".join(row.itertext()).split()) for row in page.tree.iterfind(".//article//tbody/tr")]


async def test_it_names_the_association_the_donor_and_the_period(marie, settings) -> None:
    page = await ask(marie, f"01/01/{LAST_YEAR}", f"31/12/{LAST_YEAR}")
    for words in (
        settings.organisation_name, *settings.organisation_address.split("|"), "Mme Marie Dupont",
        f"Member number {MARIE.number}", f"Gifts from 1 January {LAST_YEAR} to 31 December {LAST_YEAR}",
        "This statement is not a tax receipt.",
    ):  # fmt: skip
        assert words in page.text


async def test_every_gift_stands_on_it_with_its_state_oldest_first(marie) -> None:
    page = await ask(marie, f"1/1/{THIS_YEAR - 2}", f"31/03/{LAST_YEAR}")
    assert lines(page) == [
        f"5 March {THIS_YEAR - 2} Direct debit Refused by the bank (there was not enough money on the account) €15.00",
        *(f"5 {month} {LAST_YEAR} Direct debit Received €15.00" for month in ("January", "February", "March")),
    ]


async def test_its_totals_are_of_what_arrived_by_currency(marie, give) -> None:
    for amount in (10, 20):
        give(MARIE, given_on=date(LAST_YEAR, 6, 1), amount=amount, currency="CHF")
    for state in ("pending", "refused", "refunded"):
        give(MARIE, given_on=date(LAST_YEAR, 6, 1), amount=1000, state=state)
    page = await ask(marie, f"01/01/{LAST_YEAR}", f"31/12/{LAST_YEAR}")
    assert "Total received (EUR) €180.00" in page.text
    assert "Total received (CHF) CHF30.00" in page.text
    assert len(lines(page)) == 12 + 5


async def test_the_first_and_the_last_day_belong_to_the_period(marie) -> None:
    assert len(lines(await ask(marie, f"05/03/{LAST_YEAR}", f"05/04/{LAST_YEAR}"))) == 2
    assert len(lines(await ask(marie, f"06/03/{LAST_YEAR}", f"04/04/{LAST_YEAR}"))) == 0


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("5/3/{}", "05.04.{}"), ("05-03-{}", "5 4 {}"), (" 05/03/{} ", "05/04/{}"), ("{}-03-05", "{}-04-05"),
    ],
)  # fmt: skip
async def test_a_day_may_be_written_in_several_ways(marie, first, last) -> None:
    page = await ask(marie, first.format(LAST_YEAR), last.format(LAST_YEAR))
    assert f"Gifts from 5 March {LAST_YEAR} to 5 April {LAST_YEAR}" in page.text


@pytest.mark.parametrize(
    ("first", "last", "wrong", "words"),
    [
        ("31/02/2025", "31/12/2025", "first", "Type the first day as day/month/year"),
        ("01/01/2025", "tomorrow", "last", "Type the last day as day/month/year"),
        ("", "31/12/2025", "first", "Type the first day as day/month/year"),
        ("01/01/25", "31/12/2025", "first", "Type the first day as day/month/year"),
        ("31/12/2025", "30/12/2025", "last", "The last day is before the first day."),
        ("01/01/2025", "31/12/9999", "last", f"Choose a day between 1900 and {THIS_YEAR + 1}."),
        ("01/01/1899", "31/12/2025", "first", f"Choose a day between 1900 and {THIS_YEAR + 1}."),
        ("<b>", "31/12/2025", "first", "Type the first day as day/month/year"),
    ],
)
async def test_what_is_no_period_is_told_beside_the_field_and_kept(marie, first, last, wrong, words) -> None:
    page = await ask(marie, first, last)
    assert page.status == 422
    assert page.form("/gifts/statement") == {"first": first, "last": last}
    field = page.tree.find(f".//input[@id='{wrong}']")
    assert field.get("aria-invalid") == "true"
    described = [page.tree.find(f".//*[@id='{name}']") for name in field.get("aria-describedby").split()]
    assert words in "".join("".join(element.itertext()) for element in described)
    assert page.tree.find(".//title").text.startswith("Error:")
    assert page.tree.find(".//article") is None


async def test_what_nobody_types_is_refused(marie) -> None:
    assert (await ask(marie, "%00", "31/12/2025")).status == 400


async def test_at_first_it_is_of_this_year_and_usual_periods_are_one_press_away(marie) -> None:
    page = await marie.get("/gifts/statement")
    today = clock.today()
    assert page.form("/gifts/statement") == {"first": f"01/01/{THIS_YEAR}", "last": f"{today:%d/%m/%Y}"}
    assert len(lines(page)) == 1
    [last_year] = [link.get("href") for link in page.tree.iterfind(".//a") if link.text == "Last year"]
    page = await marie.get(last_year)
    assert len(lines(page)) == 12
    current = [link.text for link in page.tree.iterfind(".//a[@aria-current='true']")]
    assert current == ["Last year"]
    assert f"/gifts.csv?first={LAST_YEAR}-01-01&last={LAST_YEAR}-12-31" in page.links


async def test_a_year_back_from_today_is_a_usual_period(marie, give) -> None:
    page = await marie.get("/gifts/statement")
    [link] = [link.get("href") for link in page.tree.iterfind(".//a") if link.text == "Last 12 months"]
    give(MARIE, given_on=clock.today(), amount=7)
    give(MARIE, given_on=clock.today() - timedelta(days=366), amount=8)
    found = "".join(lines(await marie.get(link)))
    assert "€7.00" in found
    assert "€8.00" not in found


async def test_a_period_without_gift_says_so(visitor) -> None:
    walker = visitor()
    await walker.enter(NADIA)
    assert "No gift in this period." in (await walker.get("/gifts/statement")).text


async def test_of_others_nothing_stands_on_it(visitor) -> None:
    walker = visitor()
    await walker.enter(STRANGER)
    page = await ask(walker, "01/01/2000", f"31/12/{THIS_YEAR}")
    assert len(lines(page)) == 1
    assert "Dupont" not in page.html


async def test_a_campaigns_name_is_printed_as_it_was_typed(marie, owner) -> None:
    owner.execute("UPDATE campaign SET name = '<script>alert(1)</script>'")
    page = await ask(marie, f"01/01/{THIS_YEAR - 3}", f"31/12/{THIS_YEAR - 3}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.html
    assert "<script>alert" not in page.html


async def test_the_statement_speaks_french(visitor) -> None:
    walker = visitor("fr")
    await walker.enter(MARIE)
    page = await ask(walker, f"01/03/{LAST_YEAR}", f"31/03/{LAST_YEAR}")
    assert lines(page) == [f"5 mars {LAST_YEAR} Prélèvement Encaissé 15,00 €"]
    assert "180" not in page.text
