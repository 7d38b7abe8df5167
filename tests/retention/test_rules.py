from dataclasses import replace
from datetime import date

import pytest

from portal.retention import rules
from portal.retention.rules import TERMS, Quiet

TERM = {term.name: term for term in TERMS}


def test_silence_is_counted_in_the_years_that_the_association_decided_on() -> None:
    assert rules.cutoff(TERM["contact"], date(2027, 3, 1), 3, "12-31") == date(2024, 3, 1)
    assert rules.cutoff(TERM["contact"], date(2028, 2, 29), 5, "12-31") == date(2023, 2, 28)


@pytest.mark.parametrize("name", ["changes", "requests", "journal"])
def test_signs_of_life_stay_as_long_as_they_count(name) -> None:
    """Else somebody who was here four years ago would pass for silent in an association that waits for five."""
    for years in (1, 3, 5, 8):
        silence = rules.cutoff(TERM["contact"], date(2027, 3, 1), years, "12-31")
        assert rules.cutoff(TERM[name], date(2027, 3, 1), years, "12-31") <= silence
    assert rules.years_kept(TERM["journal"], 5) == 5


def test_a_receipt_is_counted_from_its_day() -> None:
    assert rules.cutoff(TERM["receipts"], date(2027, 3, 1), 3, "12-31") == date(2021, 3, 1)


@pytest.mark.parametrize(
    ("day", "year_end", "last"),
    [
        (date(2036, 12, 30), "12-31", date(2025, 12, 31)),
        (date(2036, 12, 31), "12-31", date(2026, 12, 31)),
        (date(2037, 1, 1), "12-31", date(2026, 12, 31)),
        (date(2037, 6, 29), "06-30", date(2026, 6, 30)),
        (date(2037, 6, 30), "06-30", date(2027, 6, 30)),
    ],
)
def test_accounts_are_counted_from_the_end_of_their_financial_year(day, year_end, last) -> None:
    assert rules.cutoff(TERM["gifts"], day, 3, year_end) == last


def test_a_term_holds_from_its_first_day_to_its_last() -> None:
    term = replace(TERM["changes"], first_day=date(2027, 1, 1), last_day=date(2027, 12, 31))
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1)]
    assert [rules.in_force(day, [term]) != [] for day in days] == [False, True, True, False]


def test_whoever_is_kept_is_told_with_the_reason() -> None:
    assert [count for _, count in rules.kept(Quiet(due=5, request=2, unknown=1))] == [2, 1]
