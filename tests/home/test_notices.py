import pytest

from tests.personas import MARIE, NADIA


@pytest.fixture
async def home(visitor):
    walker = visitor()
    await walker.enter(MARIE)
    return lambda: walker.get("/")


async def test_a_letter_that_came_back_is_shown_with_its_day_reason_and_address(home) -> None:
    page = await home()
    assert "A letter to this address was returned on 15 January" in page.text
    assert "The post does not find your name at this address." in page.text
    assert "APPARTEMENT 4 12 BIS RUE DES LILAS 69003 LYON" in page.text
    assert "/profile/address" in page.links


async def test_a_reason_unknown_to_us_is_left_out(home, owner) -> None:
    owner.execute("UPDATE postal_address SET returned_reason = 'eaten by the dog'")
    page = await home()
    assert "A letter came back to us" in page.text
    assert "dog" not in page.text


async def test_the_address_in_question_may_be_another_than_the_main_one(home, owner) -> None:
    owner.execute("UPDATE postal_address SET returned_on = NULL")
    owner.execute(
        "INSERT INTO postal_address (member_id, is_main, unit, building, house_number, street, locality, postcode, "
        "town, region, country, returned_on) SELECT member_id, false, '', '', '3', 'chemin des Dunes', '', '29200', "
        "'Brest', '', 'FR', current_date FROM postal_address WHERE central_id = 'a1001'"
    )
    page = await home()
    assert "3 CHEMIN DES DUNES 29200 BREST" in page.text
    assert "LILAS" not in page.text
    assert "/profile/addresses" in page.links


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("bounced_on", "Our e-mail to marie.dupont@example.org came back on"),
        ("complained_on", "marie.dupont@example.org was marked as unwanted in your mail program"),
        ("soft_bounced_on", "Your mailbox may be full"),
    ],
)
async def test_an_e_mail_address_in_trouble_is_named_in_plain_words(home, owner, column, words) -> None:
    assert words not in (await home()).text
    owner.execute(f"UPDATE email_address SET {column} = current_date")
    assert words in (await home()).text


async def test_of_several_troubles_with_one_address_the_worst_is_told(home, owner) -> None:
    owner.execute("UPDATE email_address SET bounced_on = '2026-01-01', soft_bounced_on = '2026-01-01'")
    page = await home()
    assert "came back on" in page.text
    assert "Your mailbox may be full" not in page.text


async def test_who_has_no_trouble_sees_no_notice(visitor) -> None:
    walker = visitor()
    await walker.enter(NADIA)
    page = await walker.get("/")
    assert list(page.tree.iterfind(".//main//*[@class='notice']")) == []
