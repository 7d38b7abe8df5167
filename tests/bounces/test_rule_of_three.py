"""When mails to an address are held to be lost."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.bounces.rules import COMPLAINT, HARD, SILENCE, SOFT, Report, Verdict, judge, kind_of

TODAY = date(2026, 11, 20)
NOTHING = Verdict()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def verdict(kind: str, *days: int, former: Verdict = NOTHING, proved_on: date | None = None) -> Verdict:
    return judge([Report(kind, ago(day)) for day in days], former, proved_on=proved_on, today=TODAY)


def test_two_days_of_failures_prove_nothing() -> None:
    assert verdict(HARD, 9, 5) == NOTHING


def test_three_failures_on_one_day_count_once() -> None:
    assert verdict(HARD, 5, 5, 5) == NOTHING


def test_on_the_third_day_the_address_is_given_up_and_stays_so() -> None:
    assert verdict(HARD, 1, 9, 5) == Verdict(bounced_on=ago(1))
    assert verdict(HARD, 9, 5, 1, 0) == Verdict(bounced_on=ago(1))


def test_what_was_given_up_stays_so_when_its_reports_are_deleted() -> None:
    former = Verdict(bounced_on=ago(500), complained_on=ago(400))
    assert judge([], former, proved_on=None, today=TODAY) == former


def test_soft_failures_are_no_hard_ones() -> None:
    assert verdict(SOFT, 9, 5) == NOTHING
    assert verdict(SOFT, 9, 5, 1) == Verdict(soft_bounced_on=ago(1))


def test_after_a_silence_soft_failures_are_forgotten() -> None:
    assert verdict(SOFT, 100, 9, 5) == NOTHING
    thirty = SILENCE.days
    assert verdict(SOFT, thirty + 4, thirty + 2, thirty) == Verdict(soft_bounced_on=ago(thirty))
    assert verdict(SOFT, thirty + 5, thirty + 3, thirty + 1) == NOTHING


def test_a_row_that_goes_on_keeps_the_day_from_which_it_was_one() -> None:
    assert verdict(SOFT, 80, 60, 40, 20, 0) == Verdict(soft_bounced_on=ago(40))


def test_a_soft_mark_of_the_central_base_goes_after_the_same_silence() -> None:
    assert verdict(HARD, 3, former=Verdict(soft_bounced_on=ago(30))) == Verdict(soft_bounced_on=ago(30))
    assert verdict(HARD, 3, former=Verdict(soft_bounced_on=ago(31))) == NOTHING


def test_one_complaint_is_enough() -> None:
    assert verdict(COMPLAINT, 3) == Verdict(complained_on=ago(3))
    assert verdict(COMPLAINT, 3, 1) == Verdict(complained_on=ago(3))


def test_who_proved_since_that_they_read_the_address_starts_anew() -> None:
    former = Verdict(ago(7), ago(7), ago(7))
    assert verdict(HARD, 9, 8, 7, former=former, proved_on=ago(7)) == NOTHING
    assert verdict(COMPLAINT, 7, former=former, proved_on=ago(7)) == NOTHING
    assert verdict(HARD, 9, 8, 7, proved_on=ago(8)) == NOTHING
    assert verdict(HARD, 9, 8, 7, proved_on=ago(10)) == Verdict(bounced_on=ago(7))
    assert verdict(HARD, 9, 8, 7, 6, 5, 4, former=former, proved_on=ago(7)) == Verdict(bounced_on=ago(4))


@pytest.mark.parametrize(
    ("kind", "status", "counted"),
    [
        (HARD, "5.1.1", HARD), (HARD, "5.1.10", HARD), (HARD, "5.2.1", HARD), (HARD, "", HARD), (SOFT, "", SOFT),
        (HARD, "5.2.2", SOFT), (HARD, "5.2.3", SOFT), (HARD, "5.3.4", SOFT), (HARD, "5.7.1", SOFT),
        (HARD, "4.4.7", SOFT), (SOFT, "5.1.1", HARD), (COMPLAINT, "5.1.1", COMPLAINT), (COMPLAINT, "", COMPLAINT),
    ],
)  # fmt: skip
def test_the_code_decides_what_a_failure_is(kind: str, status: str, counted: str) -> None:
    assert kind_of(kind, status) == counted


REPORTS = st.lists(st.tuples(st.sampled_from([HARD, SOFT, COMPLAINT]), st.integers(0, 364)), max_size=12)
DAYS = st.none() | st.integers(0, 800).map(ago)


@given(REPORTS, st.builds(Verdict, DAYS, DAYS, DAYS), DAYS)
def test_judging_again_changes_nothing(told: list[tuple[str, int]], former: Verdict, proved_on: date | None) -> None:
    reports = [Report(kind, ago(days)) for kind, days in told]
    once = judge(reports, former, proved_on=proved_on, today=TODAY)
    assert judge(reports, once, proved_on=proved_on, today=TODAY) == once


def test_a_verdict_is_worse_when_something_is_wrong_that_was_not() -> None:
    assert Verdict(bounced_on=TODAY).is_worse_than(NOTHING)
    assert not NOTHING.is_worse_than(Verdict(bounced_on=TODAY))
    assert not Verdict(bounced_on=TODAY).is_worse_than(Verdict(bounced_on=ago(9)))
