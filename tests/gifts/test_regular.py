"""Regular gifts and their calendar."""

from datetime import date

import pytest

from portal import clock
from portal.i18n import day
from portal.mandates.rules import months_later
from tests.personas import MARIE, NADIA, STRANGER, THIS_YEAR


@pytest.fixture
def mandate(owner):
    """Marie's mandate with its next debit today, so that the calendar has a whole year."""
    number, _ = owner.execute("UPDATE mandate SET next_debit_on = %s RETURNING id, amount", [clock.today()]).fetchone()
    return number


async def show(visitor, person, language: str = "en"):
    walker = visitor(language)
    await walker.enter(person)
    return await walker.get("/gifts/regular")


def coming(page) -> list[str]:
    return ["".join(item.itertext()) for item in page.tree.iterfind(".//main//section//li")]


def english(value: date) -> str:
    return f"{value.day} {value:%B} {value.year}"


async def test_the_coming_dates_stand_twelve_months_ahead(visitor, mandate) -> None:
    page = await show(visitor, MARIE)
    assert "€15.00 every month" in page.text
    assert coming(page) == [english(months_later(clock.today(), month)) for month in range(13)]


async def test_debits_of_the_year_tell_whether_they_were_made(visitor, mandate, give) -> None:
    made = give(MARIE, means="debit", amount=15, mandate_id=mandate)
    give(
        MARIE, means="debit", amount=15, mandate_id=mandate, given_on=date(THIS_YEAR, 1, 2), state="refused",
        state_reason="AM04",
    )  # fmt: skip
    page = await show(visitor, MARIE)
    assert f"1 January {THIS_YEAR} Received €15.00" in page.text
    assert f"2 January {THIS_YEAR} Refused by the bank there was not enough money on the account €15.00" in page.text
    assert f"/gifts/{made}" in page.links
    assert f"December {THIS_YEAR - 1}" not in page.text


async def test_a_year_without_debit_yet_says_so(visitor, mandate) -> None:
    assert f"No debit has been made in {THIS_YEAR} yet." in (await show(visitor, MARIE)).text


async def test_each_regular_gift_has_its_own_debits(visitor, mandate, give, owner) -> None:
    other = owner.execute(
        "INSERT INTO mandate (central_id, member_id, reference, creditor_identifier, masked_iban, bank_name, amount, "
        "currency, rhythm, signed_on, next_debit_on, state) SELECT 'm2', member_id, 'r2', creditor_identifier, "
        "masked_iban, bank_name, 40, currency, 'yearly', signed_on, NULL, 'active' FROM mandate RETURNING id"
    ).fetchone()[0]
    give(MARIE, means="debit", amount=15, mandate_id=mandate)
    give(MARIE, means="debit", amount=40, mandate_id=other)
    page = await show(visitor, MARIE)
    cards = [" ".join("".join(card.itertext()).split()) for card in page.tree.iterfind(".//main/section")]
    assert ["€15.00 every month" in card for card in cards] == [True, False]
    assert ["Received €40.00" in card for card in cards] == [False, True]
    assert "No date is planned in the next twelve months." in cards[1]


@pytest.mark.parametrize("state", ["suspended", "lapsed", "cancelled", "refused"])
async def test_what_runs_no_longer_has_no_calendar(visitor, owner, mandate, state) -> None:
    owner.execute("UPDATE mandate SET state = %s", [state])
    page = await show(visitor, MARIE)
    assert "No regular gift at present" in page.text
    assert "/mandates" in page.links


async def test_of_others_nothing_is_seen(visitor) -> None:
    for person in (NADIA, STRANGER):
        page = await show(visitor, person)
        assert "No regular gift at present" in page.text
        assert "15.00" not in page.text


async def test_the_calendar_speaks_french(visitor, mandate) -> None:
    page = await show(visitor, MARIE, "fr")
    assert coming(page)[0] == day(clock.today())
    assert "chaque mois" in page.text
