from tests.personas import MARIE, NADIA, THIS_YEAR


async def test_the_personal_memo_stands_on_the_home_page(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.get("/")
    assert page.status == 200
    assert "A message for you Chère Marie, merci pour votre fidélité." in page.text


async def test_home_shows_last_gift_this_years_total_next_debit_and_newest_receipt(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    text = (await walker.get("/")).text
    assert "Your last gift €50.00" in text
    assert f"Your gifts in {THIS_YEAR} €50.00" in text
    assert f"Your next direct debit €15.00 on 5 January {THIS_YEAR + 1}" in text
    assert f"Your latest tax receipt €180.00 Gifts of {THIS_YEAR - 1}" in text


async def test_home_says_what_awaits_the_donor(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    page = await walker.get("/")
    assert "A letter came back to us" in page.text
    assert "/profile/address" in page.links


async def test_the_home_page_of_somebody_without_anything_is_friendly(visitor) -> None:
    walker = visitor()
    await walker.enter(NADIA)
    page = await walker.get("/")
    assert page.status == 200
    assert "We have not received a gift from you yet." in page.text
    assert "A message for you" not in page.text
