"""One gift, and why it has no receipt."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from portal import clock
from tests.personas import BAKERY, EDITOR, MARIE, NADIA, STRANGER, THIS_YEAR

LAST_YEAR = THIS_YEAR - 1


async def show(visitor, person, number: UUID, language: str = "en"):
    walker = visitor(language)
    await walker.enter(person)
    return await walker.get(f"/gifts/{number}")


@pytest.fixture
def found(owner):
    return lambda number: owner.execute("SELECT id FROM gift WHERE central_id = %s", [number]).fetchone()[0]


async def test_a_gift_tells_all_its_details_in_words(visitor, found) -> None:
    page = await show(visitor, MARIE, found("h0"))
    for words in (
        f"My gift of 7 January {THIS_YEAR - 3}",
        "€10.10",
        "Received",
        "Bank card",
        "Noël <b>solidaire</b>",
        "h0",
    ):
        assert words in page.text
    assert "&lt;b&gt;" in page.html


async def test_what_was_given_is_told_when_it_is_not_money(visitor, give) -> None:
    page = await show(visitor, STRANGER, give(STRANGER, nature="securities", form="authentic_deed"))
    assert "Listed securities" in page.text
    assert "Deed before a notary" in page.text


async def test_a_gift_on_a_receipt_leads_to_it_and_is_not_explained(visitor, found, owner) -> None:
    page = await show(visitor, MARIE, found("g3"))
    number, receipt_id = owner.execute("SELECT number, id FROM receipt").fetchone()
    assert number in page.text
    assert f"/receipts/{receipt_id}" in page.links
    assert "Why is there no tax receipt?" not in page.text


async def test_a_regular_gift_leads_to_its_calendar(visitor, found) -> None:
    assert "/gifts/regular" in (await show(visitor, MARIE, found("g3"))).links
    assert "/gifts/regular" not in (await show(visitor, MARIE, found("h0"))).links


async def test_a_cancelled_receipt_is_none(visitor, found, owner) -> None:
    owner.execute("UPDATE receipt SET state = 'cancelled'")
    page = await show(visitor, MARIE, found("g3"))
    assert f"{LAST_YEAR}-000017" not in page.text
    assert "Why is there no tax receipt?" in page.text


async def test_of_another_donors_gift_not_even_its_existence_is_told(visitor, found) -> None:
    theirs = await show(visitor, STRANGER, found("g3"))
    nobodys = await show(visitor, STRANGER, UUID(int=1))
    assert theirs.status == nobodys.status == 404
    assert theirs.html == nobodys.html


async def test_a_gift_that_is_expected_has_no_receipt_yet(visitor, give) -> None:
    page = await show(visitor, STRANGER, give(STRANGER, state="pending"))
    assert "This gift has not arrived yet." in page.text


async def test_a_refused_debit_says_why_and_leads_to_the_debits(visitor, found) -> None:
    page = await show(visitor, MARIE, found("g-refused"))
    assert "there was not enough money on the account" in page.text
    assert "The bank refused this debit" in page.text
    assert button(page) == "/mandates"


async def test_another_refused_payment_leads_to_the_phone(visitor, give, settings) -> None:
    page = await show(visitor, STRANGER, give(STRANGER, state="refused"))
    assert "This payment was refused" in page.text
    assert_may_call(page, settings)


async def test_a_gift_that_was_paid_back_has_no_receipt(visitor, give, settings) -> None:
    page = await show(visitor, STRANGER, give(STRANGER, state="refunded", state_reason="MD06", means="debit"))
    assert "This gift was paid back" in page.text
    assert "the refund was asked for at the bank" in page.text
    assert_may_call(page, settings)


async def test_what_was_given_for_something_in_return_has_no_right(visitor, give, settings) -> None:
    page = await show(visitor, STRANGER, give(STRANGER, deductible=False))
    assert "You received something in return" in page.text
    assert_may_call(page, settings)


async def test_a_gift_in_another_currency_has_no_receipt(visitor, give, settings) -> None:
    page = await show(visitor, STRANGER, give(STRANGER, currency="CHF"))
    assert "This gift was not in euros" in page.text
    assert_may_call(page, settings)


async def test_a_gift_without_amount_has_no_receipt(visitor, give, settings) -> None:
    page = await show(visitor, STRANGER, give(STRANGER, amount=0))
    assert "We do not know what this gift amounts to." in page.text
    assert_may_call(page, settings)


async def test_who_wished_no_receipt_may_wish_one_again(visitor, give, wishes) -> None:
    wishes(STRANGER, "none")
    page = await show(visitor, STRANGER, give(STRANGER))
    assert "you do not wish to have tax receipts" in page.text
    assert button(page) == "/preferences/receipts"


async def test_who_has_no_address_is_led_to_the_form_for_it(visitor, give) -> None:
    page = await show(visitor, NADIA, give(NADIA))
    assert "A receipt must name your full postal address" in page.text
    assert button(page) == "/profile/address"


@pytest.mark.parametrize("siren", [None, "123456789"])
async def test_a_company_without_right_siren_is_told_how_to_give_it(visitor, give, owner, settings, siren) -> None:
    owner.execute("UPDATE member SET siren = %s WHERE number = %s", [siren, BAKERY.number])
    page = await show(visitor, BAKERY, give(BAKERY))
    assert "SIREN number of nine digits" in page.text
    assert_may_call(page, settings)


async def test_a_gift_of_this_year_waits_for_january_or_for_another_wish(visitor, give) -> None:
    page = await show(visitor, STRANGER, give(STRANGER))
    assert f"receipt for the whole of {THIS_YEAR}, which comes in January {THIS_YEAR + 1}" in page.text
    assert button(page) == "/preferences/receipts"


async def test_a_regular_gift_of_this_year_waits_for_january_whatever_is_wished(visitor, give, wishes, owner) -> None:
    wishes(MARIE, "per_gift")
    [mandate] = owner.execute("SELECT id FROM mandate").fetchone()
    page = await show(visitor, MARIE, give(MARIE, means="debit", mandate_id=mandate))
    assert f"the one for {THIS_YEAR} comes in January {THIS_YEAR + 1}" in page.text
    assert button(page) is None


async def test_a_year_below_the_threshold_gives_no_receipt(visitor, give) -> None:
    page = await show(visitor, STRANGER, give(STRANGER, given_on=date(LAST_YEAR, 5, 1), amount=4))
    assert f"Receipts are made from €5.00 on, and the gifts of {LAST_YEAR}" in page.text
    assert button(page) is None


async def test_a_small_gift_may_count_on_a_yearly_receipt(visitor, give, wishes) -> None:
    wishes(STRANGER, "per_gift")
    page = await show(visitor, STRANGER, give(STRANGER, amount=4))
    assert "Receipts are made from €5.00 on." in page.text
    assert button(page) == "/preferences/receipts"


async def test_a_receipt_that_is_being_made_is_announced(visitor, give, wishes, settings) -> None:
    wishes(STRANGER, "per_gift")
    page = await show(visitor, STRANGER, give(STRANGER, given_on=clock.today()))
    assert "Nothing is missing: the receipt comes by" in page.text
    assert_may_call(page, settings)


async def test_a_receipt_that_should_be_here_is_worth_a_call(visitor, give, settings, wishes) -> None:
    wishes(STRANGER, "per_gift")
    page = await show(visitor, STRANGER, give(STRANGER, given_on=clock.today() - timedelta(days=40)))
    assert "the receipt should be here by now" in page.text
    assert_may_call(page, settings)


async def test_staff_who_look_at_a_closed_record_see_the_gift_without_explanation(
    visitor, give, owner, member_id
) -> None:
    number = give(NADIA)
    walker = visitor()
    await walker.enter(EDITOR)
    path = f"/staff/members/{member_id(NADIA)}"
    await walker.submit(await walker.get(path), f"{path}/viewing", reason="On the phone")
    owner.execute("UPDATE member SET closed = true WHERE number = %s", [NADIA.number])
    page = await walker.get(f"/gifts/{number}")
    assert (page.status, "€50.00" in page.text) == (200, True)


async def test_in_french_a_gift_has_french_words(visitor, found) -> None:
    page = await show(visitor, MARIE, found("g-refused"), "fr")
    for words in (f"5 mars {THIS_YEAR - 2}", "15,00 €", "Refusé par la banque", "Prélèvement"):
        assert words in page.text


def button(page) -> str | None:
    found = page.tree.find(".//main//a[@class='button']")
    return None if found is None else found.get("href")


def assert_may_call(page, settings) -> None:
    notice = page.tree.find(".//section[@aria-labelledby='why']")
    links = [link.get("href") for link in notice.iterfind(".//a")]
    assert links == [f"tel:{settings.organisation_phone.replace(' ', '')}", f"mailto:{settings.organisation_email}"]
