from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from portal.gifts.advice import advise, receipt_due
from portal.gifts.rules import Choice, Period, usual_periods
from portal.mandates.rules import coming_debits, months_later
from portal.receipts.rules import Given, Giver, Reason

GIFT = Given("g", date(2026, 3, 10), Decimal(20), "EUR", "cheque", "received", True, "manual", "cash", False)
REGULAR = replace(GIFT, means="debit", is_regular=True)
PER_GIFT = Giver(is_company=False, rhythm="per_gift", has_address=True, siren="")
ANNUAL = replace(PER_GIFT, rhythm="annual")
TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 5), -12, date(2025, 1, 5)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_one_of_a_shorter_month(day: date, months: int, then: date) -> None:
    assert months_later(day, months) == then


def test_a_debit_of_the_31st_comes_back_to_the_31st() -> None:
    days = coming_debits(date(2027, 1, 31), "monthly", TODAY)
    assert days[:3] == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)]


@pytest.mark.parametrize(("rhythm", "days"), [("monthly", 12), ("quarterly", 4), ("half_yearly", 2), ("yearly", 1)])
def test_the_calendar_looks_twelve_months_ahead(rhythm: str, days: int) -> None:
    found = coming_debits(date(2026, 12, 5), rhythm, TODAY)
    assert len(found) == days
    assert found[0] == date(2026, 12, 5)
    assert found[-1] <= date(2027, 11, 22)


def test_today_and_this_day_next_year_are_on_the_calendar() -> None:
    assert coming_debits(TODAY, "yearly", TODAY) == [TODAY, date(2027, 11, 22)]


def test_a_date_that_has_passed_is_not_coming() -> None:
    assert coming_debits(date(2026, 10, 5), "monthly", TODAY)[0] == date(2026, 12, 5)


@pytest.mark.parametrize("next_on", [None, date(2028, 1, 5), date.max])
def test_no_date_or_one_far_away_makes_an_empty_calendar(next_on: date | None) -> None:
    assert coming_debits(next_on, "monthly", TODAY) == []


def test_the_usual_periods_are_a_year_each_at_most() -> None:
    assert [period for _, period in usual_periods(TODAY)] == [
        Period(date(2026, 1, 1), TODAY),
        Period(date(2025, 1, 1), date(2025, 12, 31)),
        Period(date(2025, 11, 23), TODAY),
    ]


def test_an_address_names_only_what_is_chosen() -> None:
    assert Choice().address(None) == "/gifts"
    assert Choice(2025, means="card").address(2024) == "/gifts?year=2024&means=card"
    assert Choice(2025, state="a&b=c").address(None) == "/gifts?state=a%26b%3Dc"


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("gift", [GIFT, REGULAR])
@pytest.mark.parametrize("giver", [ANNUAL, PER_GIFT])
def test_there_is_a_word_for_every_reason(reason: Reason, gift: Given, giver: Giver) -> None:
    assert advise(reason, giver, gift, TODAY).words


def test_a_regular_gift_is_never_offered_a_receipt_of_its_own() -> None:
    assert advise(Reason.YEAR_NOT_OVER, PER_GIFT, REGULAR, TODAY).path == ""
    assert advise(Reason.YEAR_NOT_OVER, ANNUAL, GIFT, TODAY).path == "/preferences/receipts"


def test_a_small_gift_is_offered_a_yearly_receipt_unless_it_is_on_one_already() -> None:
    assert advise(Reason.BELOW_THRESHOLD, PER_GIFT, GIFT, TODAY).path == "/preferences/receipts"
    for giver, gift in ((ANNUAL, GIFT), (PER_GIFT, REGULAR)):
        assert advise(Reason.BELOW_THRESHOLD, giver, gift, TODAY).path == ""


def test_a_receipt_is_due_a_month_after_the_gift_or_after_the_year() -> None:
    assert receipt_due(PER_GIFT, GIFT) == date(2026, 4, 10)
    assert receipt_due(ANNUAL, GIFT) == receipt_due(PER_GIFT, REGULAR) == date(2027, 1, 31)
    due, late = (advise(Reason.SOON, PER_GIFT, GIFT, day).words for day in (date(2026, 4, 10), date(2026, 4, 11)))
    assert "%(day)s" in due
    assert "should be here by now" in late
