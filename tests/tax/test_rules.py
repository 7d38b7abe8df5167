from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tax import rates, rules
from portal.tax.rates import AID, GENERAL
from portal.tax.rules import Gift, company_tax, income_tax, wealth_tax

COMPANY = rates.in_force(rates.COMPANY_TAX, date(2026, 12, 31))


def aid(day: str, amount: int | str) -> Gift:
    return Gift(date.fromisoformat(day), Decimal(amount), AID)


def boxes(*gifts: Gift) -> dict[str, Decimal]:
    return {part.box: part.given for part in income_tax(gifts).parts}


def test_the_example_of_service_public_2200_euros_in_2026() -> None:
    relief = income_tax([aid("2026-03-01", 1500), aid("2026-04-01", 700)])
    assert relief.reduction == 1632
    assert relief.cost == 568
    assert [(part.box, part.declared) for part in relief.parts] == [("7UD", 2000), ("7UF", 200)]


def test_gifts_on_both_sides_of_the_14th_of_october_2025() -> None:
    gifts = aid("2025-11-20", 700), aid("2025-06-10", 1500)
    assert boxes(*gifts) == {"7UD": 1700, "7UF": 500}
    assert income_tax(gifts).reduction == 1275 + 330


@pytest.mark.parametrize(
    ("gifts", "at_75"),
    [
        ([("2025-10-13", 2000)], 1000),
        ([("2025-10-14", 2000)], 2000),
        ([("2025-10-13", 400), ("2025-10-14", 2000)], 2000),
        ([("2025-10-13", 3000), ("2025-10-14", 3000)], 2000),
        ([("2025-12-31", 2500)], 2000),
        ([("2026-01-01", 2500)], 2000),
        ([("2026-12-31", 2500)], 2000),
        ([("2025-01-01", 2500)], 1000),
        ([("2024-12-31", 2500)], 1000),
        ([("2020-01-01", 2500)], 1000),
    ],
)
def test_each_gift_has_the_ceiling_of_its_day(gifts, at_75) -> None:
    found = boxes(*(aid(day, amount) for day, amount in gifts))
    assert found["7UD"] == at_75
    assert found.get("7UF", 0) == sum(amount for _, amount in gifts) - at_75


@pytest.mark.parametrize("day", [date(2019, 12, 31), date(2027, 1, 1)])
def test_a_day_of_which_nothing_is_known_is_not_guessed(day) -> None:
    assert not rates.is_known(day.year)
    for work_out in (income_tax, wealth_tax):
        with pytest.raises(LookupError):
            work_out([Gift(day, Decimal(1))])


@pytest.mark.parametrize(
    "table",
    [
        [row for row in rates.INCOME_TAX if row.scheme == GENERAL],
        [row for row in rates.INCOME_TAX if row.scheme == AID],
        rates.WEALTH_TAX,
        rates.COMPANY_TAX,
    ],
)
def test_the_tables_have_one_row_for_each_day_that_is_known(table) -> None:
    assert table[0].first_day == rates.START == date(rates.START.year, 1, 1)
    assert table[-1].last_day == rates.READ_UP_TO == date(rates.READ_UP_TO.year, 12, 31)
    assert all(after.first_day == before.last_day + timedelta(1) for before, after in pairwise(table))
    assert all(row.source for row in table)


def test_what_is_above_a_fifth_of_the_income_counts_in_later_years() -> None:
    relief = income_tax([Gift(date(2026, 5, 1), Decimal(3000))], Decimal(10_000))
    assert relief.reduction == 1320
    assert relief.carried == 1000
    assert [(part.box, part.declared) for part in relief.parts] == [("7UF", 3000)]


def test_gifts_at_75_percent_do_not_count_towards_the_fifth_of_the_income() -> None:
    relief = income_tax([aid("2026-05-01", 2500)], Decimal(2000))
    assert relief.reduction == 1500 + 264
    assert relief.carried == 100


def test_without_any_income_only_the_gifts_at_75_percent_lower_the_tax() -> None:
    relief = income_tax([aid("2026-05-01", 100), Gift(date(2026, 5, 1), Decimal(50))], Decimal(0))
    assert relief.reduction == 75
    assert relief.carried == 50


@pytest.mark.parametrize(("amount", "declared"), [("10.49", 10), ("10.50", 11), ("11.50", 12), ("0.01", 0)])
def test_returns_have_whole_euros_and_50_cents_count_as_one(amount, declared) -> None:
    [part] = income_tax([Gift(date(2026, 1, 1), Decimal(amount))]).parts
    assert part.declared == declared


def test_parts_of_a_cent_are_not_promised() -> None:
    relief = income_tax([Gift(date(2026, 1, 1), Decimal("1.01"))])
    assert relief.reduction == Decimal("0.66")
    assert relief.cost == Decimal("0.35")


def test_the_wealth_tax_goes_down_by_50000_euros_at_most_and_for_money_and_securities_only() -> None:
    day = date(2026, 5, 1)
    assert wealth_tax([Gift(day, Decimal(1000)), Gift(day, Decimal(500), nature="expenses")]) == 750
    assert wealth_tax([Gift(day, Decimal("66666.66"))]) == Decimal("49999.99")
    assert wealth_tax([Gift(day, Decimal(80_000), nature="securities")]) == 50_000
    assert wealth_tax([]) == 0


@pytest.mark.parametrize(
    ("given", "turnover", "reduction", "carried"),
    [
        (10_000, None, 6_000, 0),
        (25_000, None, 12_000, 5_000),
        (25_000, 3_999_999, 12_000, 5_000),
        (25_000, 4_500_000, 13_500, 2_500),
        (25_000, 0, 12_000, 5_000),
        (2_000_000, 400_000_000, 1_200_000, 0),
        (3_000_000, 600_000_000, 1_600_000, 0),
        (3_000_000, 500_000_000, 1_400_000, 500_000),
    ],
)
def test_a_company_has_60_percent_then_40_up_to_the_higher_ceiling(given, turnover, reduction, carried) -> None:
    relief = company_tax(Decimal(given), COMPANY, None if turnover is None else Decimal(turnover))
    assert (relief.reduction, relief.carried) == (reduction, carried)
    assert relief.given == given


@pytest.mark.parametrize(
    ("years", "today", "shown"),
    [
        ([2024, 2025, 2026], date(2026, 6, 30), 2025),
        ([2024, 2025, 2026], date(2026, 7, 1), 2026),
        ([2024, 2025], date(2026, 11, 22), 2025),
        ([2022, 2026], date(2026, 1, 2), 2022),
        ([2026], date(2026, 2, 1), 2025),
        ([], date(2026, 2, 1), 2025),
        ([], date(2026, 11, 1), 2026),
    ],
)
def test_a_donor_first_sees_the_year_of_the_return_then_the_newest_one(years, today, shown) -> None:
    assert rules.shown_year(years, today) == shown


amounts = st.decimals(min_value=0, max_value=100_000, places=2)
gifts_of_2025 = st.lists(
    st.builds(Gift, st.dates(date(2025, 1, 1), date(2025, 12, 31)), amounts, st.sampled_from([AID, GENERAL]))
)
incomes = st.none() | amounts


@given(gifts_of_2025, incomes)
def test_a_reduction_is_never_more_than_three_quarters_and_nothing_given_is_lost(gifts, income) -> None:
    relief = income_tax(gifts, income)
    assert relief.given == rules.total(gifts)
    assert 0 <= relief.reduction <= rules.total(gifts) * Decimal("0.75")
    assert relief.cost >= 0
    assert 0 <= relief.carried <= relief.given


@given(gifts_of_2025, incomes, st.data())
def test_a_gift_in_two_on_the_same_day_is_the_same(gifts, income, data) -> None:
    halves = []
    for gift in gifts:
        cents = data.draw(st.integers(0, int(gift.amount * 100)))
        first = Decimal(cents) / 100
        halves += [Gift(gift.on, first, gift.scheme), Gift(gift.on, gift.amount - first, gift.scheme)]
    assert income_tax(halves, income) == income_tax(gifts, income)


@given(gifts_of_2025, st.randoms())
def test_the_order_in_which_gifts_are_told_does_not_matter(gifts, random) -> None:
    shuffled = list(gifts)
    random.shuffle(shuffled)
    assert income_tax(shuffled) == income_tax(gifts)


@given(amounts, st.none() | st.decimals(min_value=0, max_value=10**9, places=2))
def test_a_company_never_gets_more_than_60_percent(amount, turnover) -> None:
    relief = company_tax(amount, COMPANY, turnover)
    assert 0 <= relief.reduction <= amount * Decimal("0.60")
    assert relief.given == amount
