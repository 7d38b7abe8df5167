from datetime import date

import pytest

from tests.personas import MARIE, NADIA, STRANGER, THIS_YEAR


async def test_gifts_stand_newest_first_with_means_state_and_campaign(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    text = (await walker.get("/gifts")).text
    assert f"1 January {THIS_YEAR} Cheque Received Why no receipt? – 1 January {THIS_YEAR} €50.00" in text
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


async def test_the_picture_shows_the_last_twelve_years_and_the_table_all(visitor, give) -> None:
    for year in range(THIS_YEAR - 19, THIS_YEAR - 3):
        give(MARIE, given_on=date(year, 1, 1), amount=10)
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.get("/gifts")
    names = page.tree.findall(".//{*}svg[@class='bars']/{*}text")
    assert [name.text for name in names] == [str(THIS_YEAR - back) for back in range(11, -1, -1)]
    assert f"{THIS_YEAR - 19} 1 €10.00" in page.text


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


async def test_a_gift_leads_to_its_receipt_or_to_the_reason_why_it_has_none(visitor, owner) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.get(f"/gifts?year={THIS_YEAR - 1}")
    receipt_id, number = owner.execute("SELECT id, number FROM receipt").fetchone()
    assert page.links.count(f"/receipts/{receipt_id}") == 12
    assert page.text.count(number) == 12
    assert "Why no receipt?" not in page.text
    page = await walker.get(f"/gifts?year={THIS_YEAR}")
    gift_id = owner.execute("SELECT id FROM gift WHERE central_id = 'g-now'").fetchone()[0]
    assert page.links.count(f"/gifts/{gift_id}") == 2
    assert "Why no receipt?" in page.text


async def test_a_gift_on_two_receipts_stands_once_and_one_on_a_cancelled_one_has_none(visitor, owner) -> None:
    owner.execute(
        "INSERT INTO receipt (member_id, number, fiscal_year, kind, article, issued_on, amount, currency, state, "
        "donor_name, donor_address, lines) SELECT member_id, 'Z-1', fiscal_year, kind, article, issued_on, amount, "
        "currency, state, donor_name, donor_address, lines FROM receipt"
    )
    walker = visitor()
    await walker.enter(MARIE)
    path = f"/gifts?year={THIS_YEAR - 1}"
    assert lines(await walker.get(path)) == 12
    owner.execute("UPDATE receipt SET state = 'cancelled'")
    assert (await walker.get(path)).text.count("Why no receipt?") == 12


@pytest.mark.parametrize(
    ("choice", "count"),
    [("means=debit", 13), ("means=card", 30), ("state=refused", 1), ("means=debit&state=received", 12)],
)
async def test_the_list_shows_what_one_chooses(visitor, choice, count) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.get(f"/gifts?{choice}")
    assert lines(page) == count
    words = "One gift matches." if count == 1 else f"{count} gifts match."
    assert f"{words} Show all my gifts" in page.text
    assert page.tree.find(".//main//details").get("open") is not None


async def test_one_chooses_by_a_form_among_what_one_really_has(visitor, owner) -> None:
    owner.execute("INSERT INTO campaign (central_id, name) VALUES ('c2', 'Été'), ('c3', 'Somebody else''s')")
    owner.execute(
        "UPDATE gift SET campaign_id = (SELECT id FROM campaign WHERE central_id = 'c2') WHERE central_id = 'g-now'"
    )
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.get(f"/gifts?year={THIS_YEAR}")
    assert options(page, "means") == ["All means", "Cheque", "Bank card", "Direct debit"]
    assert options(page, "state") == ["All states", "Received", "Refused by the bank"]
    assert options(page, "campaign") == ["All campaigns", "Été", "Noël <b>solidaire</b>"]
    assert page.form("/gifts") == {"year": str(THIS_YEAR), "means": "", "campaign": "", "state": ""}
    number = page.tree.findall(".//select[@id='campaign']/option")[1].get("value")
    page = await walker.get(f"/gifts?year={THIS_YEAR}&campaign={number}&means=&state=")
    assert lines(page) == 1
    assert page.form("/gifts")["campaign"] == number


async def test_where_there_is_nothing_to_choose_no_form_asks(visitor) -> None:
    walker = visitor()
    await walker.enter(STRANGER)
    assert "Look for certain gifts" not in (await walker.get("/gifts")).text


async def test_a_choice_survives_years_and_pages(visitor, give) -> None:
    for _ in range(5):
        give(MARIE, means="card")
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.get("/gifts?means=card&state=received")
    assert f"/gifts?year={THIS_YEAR}&means=card&state=received" in page.links
    assert "/gifts?means=card&state=received&number=2" in page.links
    assert lines(await walker.get("/gifts?means=card&state=received&number=2")) == 5
    assert lines(await walker.get(f"/gifts?year={THIS_YEAR}&means=card&state=received")) == 5


@pytest.mark.parametrize(
    "choice", [f"year={THIS_YEAR}&means=card", "means=no-such", "campaign=no-such", "state=%27", "year=1901"]
)
async def test_a_choice_without_gifts_says_so_and_can_be_cleared(visitor, choice) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.get(f"/gifts?{choice}")
    assert "No gift matches" in page.text
    assert "/gifts" in [link.get("href") for link in page.tree.iterfind(".//main//p/a")]
    assert f"{THIS_YEAR} 1 €50.00" in page.text, "the years keep their totals"


@pytest.mark.parametrize("nonsense", ["year=0", "year=99999", "year=-1", "means=%00", "campaign=" + 6000 * "x"])
async def test_what_nobody_types_is_refused(visitor, nonsense) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    assert (await walker.get(f"/gifts?{nonsense}")).status == 400


async def test_another_donors_campaign_opens_nothing(visitor, owner) -> None:
    number = owner.execute("SELECT campaign_id FROM gift WHERE central_id = 'h0'").fetchone()[0]
    walker = visitor()
    await walker.enter(STRANGER)
    page = await walker.get(f"/gifts?campaign={number}")
    assert "No gift matches" in page.text
    assert "solidaire" not in page.html


async def test_the_list_speaks_french(visitor) -> None:
    walker = visitor("fr")
    await walker.enter(MARIE)
    page = await walker.get("/gifts?state=refused")
    assert f"5 mars {THIS_YEAR - 2} Prélèvement Refusé par la banque" in page.text


def lines(page) -> int:
    return len(page.tree.findall(".//table[@class='stack gifts']/tbody/tr"))


def options(page, name: str) -> list[str]:
    return ["".join(option.itertext()) for option in page.tree.iterfind(f".//select[@id='{name}']/option")]
