import csv
import io

from tests.personas import MARIE, NADIA, STRANGER, THIS_YEAR


async def test_gifts_stand_newest_first_with_means_state_and_campaign(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    text = (await walker.get("/gifts")).text
    assert f"1 January {THIS_YEAR} Cheque Received €50.00" in text
    assert "Noël <b>solidaire</b>" in text


async def test_a_campaigns_name_is_shown_as_it_was_typed(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    html = (await walker.get("/gifts")).html
    assert "Noël &lt;b&gt;solidaire&lt;/b&gt;" in html


async def test_a_refused_debit_says_why_in_plain_words_and_counts_for_nothing(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.get(f"/gifts?year={THIS_YEAR - 2}")
    assert "Refused by the bank there was not enough money on the account" in page.text
    assert f"{THIS_YEAR - 2} 1 €0.00" in page.text


async def test_years_have_their_totals(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    text = (await walker.get("/gifts")).text
    assert f"{THIS_YEAR} 1 €50.00" in text
    assert f"{THIS_YEAR - 1} 12 €180.00" in text
    assert f"{THIS_YEAR - 3} 30 €303.00" in text


async def test_a_long_list_has_pages(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    first = await walker.get("/gifts")
    assert "Page 1 of 2" in first.text
    second = await walker.get(next(link for link in first.links if "number=2" in link))
    assert "Page 2 of 2" in second.text
    rows = [len(list(page.tree.iterfind(".//table[@class='stack gifts']/tbody/tr"))) for page in (first, second)]
    assert rows == [30, 14]


async def test_an_impossible_page_number_shows_the_nearest_page(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    for number, shown in ((99, 2), (-3, 1)):
        assert f"Page {shown} of 2" in (await walker.get(f"/gifts?number={number}")).text
    for nonsense in ("number=x", "year=abc", "year=999999999999"):
        assert (await walker.get(f"/gifts?{nonsense}")).status in {200, 400}


async def test_somebody_without_gifts_sees_a_friendly_empty_page(visitor) -> None:
    walker = visitor()
    await walker.enter(NADIA)
    assert "No gift yet" in (await walker.get("/gifts")).text


async def test_the_file_holds_every_gift_and_nothing_of_others(visitor) -> None:
    walker = visitor()
    await walker.enter(STRANGER)
    page = await walker.get("/gifts.csv")
    rows = list(csv.reader(io.StringIO(page.html.lstrip("\ufeff")), delimiter=";"))
    assert rows[1:] == [[f"{THIS_YEAR}-02-02", "77.77", "EUR", "Cheque", "Received", ""]]
    await walker.enter(MARIE)
    page = await walker.get("/gifts.csv")
    assert len(page.html.splitlines()) == 45
    assert "attachment" in page.headers["content-disposition"]


async def test_no_cell_of_the_file_is_a_formula(visitor, owner) -> None:
    owner.execute("UPDATE campaign SET name = '=HYPERLINK(\"http://evil\")'")
    walker = visitor()
    await walker.enter(MARIE)
    rows = csv.reader(io.StringIO((await walker.get("/gifts.csv")).html.lstrip("\ufeff")), delimiter=";")
    cells = [cell for row in rows for cell in row]
    assert '\'=HYPERLINK("http://evil")' in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
