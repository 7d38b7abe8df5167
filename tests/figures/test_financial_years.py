from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.figures.rules import Declaration, Tally, deadline, financial_year, financial_years

ONE = Tally(1, Decimal("10.00"), 0)


def declared(first_day: date, last_day: date) -> Declaration:
    return Declaration(first_day, last_day, 1, Decimal("10.00"), datetime(2026, 1, 1, tzinfo=UTC), "Anne")


@pytest.mark.parametrize(
    ("day", "year_end", "first_day", "last_day"),
    [
        ("2025-01-01", "12-31", "2025-01-01", "2025-12-31"),
        ("2025-12-31", "12-31", "2025-01-01", "2025-12-31"),
        ("2025-06-30", "06-30", "2024-07-01", "2025-06-30"),
        ("2025-07-01", "06-30", "2025-07-01", "2026-06-30"),
        ("2024-02-29", "02-28", "2023-03-01", "2024-02-29"),
        ("2023-03-01", "02-28", "2023-03-01", "2024-02-29"),
        ("2024-03-01", "02-28", "2024-03-01", "2025-02-28"),
        ("2025-02-28", "02-28", "2024-03-01", "2025-02-28"),
    ],
)
def test_a_day_is_in_one_financial_year(day, year_end, first_day, last_day) -> None:
    found = financial_year(date.fromisoformat(day), year_end)
    assert [str(one) for one in found] == [first_day, last_day]


@pytest.mark.parametrize(
    ("last_day", "until"),
    [
        ("2023-12-31", "2024-05-03"),  # 1 May a Wednesday
        ("2024-12-31", "2025-05-05"),  # Thursday: Friday, Monday
        ("2025-12-31", "2026-05-05"),  # Friday: Monday, Tuesday
        ("2026-12-31", "2027-05-04"),  # Saturday
        ("2027-12-31", "2028-05-03"),  # Monday
        ("2028-12-31", "2029-05-03"),  # Tuesday
        ("2029-12-31", "2030-05-03"),  # Wednesday
        ("2032-12-31", "2033-05-03"),  # Sunday
        ("2023-06-30", "2023-09-30"),
        ("2025-09-30", "2025-12-31"),
        ("2025-11-30", "2026-02-28"),
        ("2027-11-30", "2028-02-29"),
        ("2024-02-29", "2024-05-31"),
    ],
)
def test_a_year_is_declared_within_three_months_or_by_the_second_working_day_after_the_first_of_may(
    last_day, until
) -> None:
    assert str(deadline(date.fromisoformat(last_day))) == until


@pytest.mark.parametrize("last_day", ["2021-12-31", "2022-06-30"])
def test_the_first_declarations_had_until_the_end_of_2022(last_day) -> None:
    assert deadline(date.fromisoformat(last_day)) == date(2022, 12, 31)


def test_months_are_added_up_by_financial_year_and_currency() -> None:
    cancelled = Tally(0, Decimal("0.00"), 1)
    months = [
        (date(2025, 6, 1), "EUR", ONE),
        (date(2025, 7, 1), "EUR", ONE),
        (date(2026, 6, 1), "EUR", ONE + cancelled),
        (date(2025, 9, 1), "CHF", ONE),
        (date(2025, 10, 1), "CHF", ONE),
        (date(2025, 9, 1), "USD", cancelled),
    ]
    late, early = financial_years(months, [], "06-30")
    assert (late.last_day, early.last_day) == (date(2026, 6, 30), date(2025, 6, 30))
    assert late.euros == Tally(2, Decimal("20.00"), 1)
    assert late.others == {"CHF": ONE + ONE}
    assert (early.euros, early.others) == (ONE, {})


def test_moving_the_end_of_the_year_counts_no_receipt_twice_and_leaves_what_was_declared() -> None:
    months = [(date(year, month, 1), "EUR", ONE) for year in (2024, 2025, 2026) for month in range(1, 13)]
    declarations = [declared(date(2025, 1, 1), date(2025, 12, 31))]
    years = financial_years(months, declarations, "06-30")
    assert [(str(year.first_day), str(year.last_day), year.euros.count) for year in years] == [
        ("2026-07-01", "2027-06-30", 6),
        ("2026-01-01", "2026-06-30", 6),
        ("2025-01-01", "2025-12-31", 12),
        ("2024-07-01", "2024-12-31", 6),
        ("2023-07-01", "2024-06-30", 6),
    ]
    assert [year.declaration is not None for year in years] == [False, False, True, False, False]


@pytest.mark.parametrize(
    ("month", "tally", "today", "state"),
    [
        ("2025-03-01", ONE, "2025-12-31", "running"),
        ("2025-03-01", ONE, "2026-01-01", "due"),
        ("2025-03-01", ONE, "2026-05-05", "due"),
        ("2025-03-01", ONE, "2026-05-06", "late"),
        ("2025-03-01", Tally(0, Decimal("0.00"), 3), "2026-05-06", "nothing"),
        ("2020-12-01", ONE, "2026-05-06", "exempt"),
        ("2021-01-01", ONE, "2026-05-06", "late"),
    ],
)
def test_a_year_that_is_over_is_due_when_receipts_stand_and_the_duty_had_begun(month, tally, today, state) -> None:
    [year] = financial_years([(date.fromisoformat(month), "EUR", tally)], [], "12-31")
    assert year.state(date.fromisoformat(today)) == state
    assert year.can_be_declared(date.fromisoformat(today)) == (state in {"due", "late"})
