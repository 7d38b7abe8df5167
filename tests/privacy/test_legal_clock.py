"""The month of the law, on the days on which it goes wrong."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.mandates.rules import months_later
from portal.privacy.rules import legal_clock
from portal.privacy.rules.legal_clock import HOLIDAYS, Clock

DAYS = st.dates(date(2024, 1, 1), date(2040, 12, 31))
SPANS = st.integers(0, 120).map(timedelta)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 11, 23), date(2026, 12, 23)),
        (date(2027, 1, 31), date(2027, 3, 1)),  # 28 February is a Sunday
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 8, 31), date(2026, 9, 30)),
        (date(2026, 3, 14), date(2026, 4, 14)),
        (date(2026, 4, 14), date(2026, 5, 15)),  # Ascension Day
        (date(2026, 4, 1), date(2026, 5, 4)),  # 1 May, then a weekend
        (date(2026, 11, 25), date(2026, 12, 28)),  # Christmas, then a weekend
        (date(2026, 12, 1), date(2027, 1, 4)),  # New Year's Day, then a weekend
        (date(2026, 3, 6), date(2026, 4, 7)),  # Easter Monday
    ],
)
def test_the_answer_is_due_a_month_after_receipt_on_a_working_day(received, due) -> None:
    assert legal_clock.due_on(Clock(received), received) == due


def test_the_days_of_waiting_for_a_proof_are_added() -> None:
    clock = Clock(date(2026, 9, 1), paused_on=date(2026, 9, 10), resumed_on=date(2026, 9, 24))
    assert legal_clock.due_on(clock, date(2026, 10, 2)) == date(2026, 10, 15)
    waiting = Clock(date(2026, 9, 1), paused_on=date(2026, 9, 10))
    assert legal_clock.due_on(waiting, date(2026, 9, 10)) == date(2026, 10, 1)
    assert legal_clock.due_on(waiting, date(2026, 9, 24)) == date(2026, 10, 15)


def test_two_months_more_hold_only_when_the_notice_left_in_the_first_one() -> None:
    received = date(2026, 9, 1)  # until 1 October
    for sent, due in ((date(2026, 10, 1), date(2026, 12, 1)), (date(2026, 10, 2), date(2026, 10, 1))):
        assert legal_clock.due_on(Clock(received, notice_on=sent), date(2026, 10, 5)) == due
    assert legal_clock.may_extend(Clock(received), date(2026, 10, 1))
    assert not legal_clock.may_extend(Clock(received), date(2026, 10, 2))
    assert not legal_clock.may_extend(Clock(received, notice_on=date(2026, 9, 5)), date(2026, 9, 6)), "once"


def test_a_late_notice_is_not_made_good_by_asking_for_a_proof_afterwards() -> None:
    clock = Clock(date(2026, 9, 1), date(2026, 10, 3), date(2026, 11, 3), notice_on=date(2026, 10, 2))
    assert not legal_clock.is_extended(clock, date(2026, 11, 4))


@pytest.mark.parametrize(("left", "step"), [(11, None), (10, 10), (4, 10), (3, 3), (2, 3), (1, 1), (0, 1), (-1, -1)])
def test_officers_are_warned_in_steps(left, step) -> None:
    clock = Clock(date(2026, 9, 1))  # until Thursday, 1 October
    assert legal_clock.warning(clock, date(2026, 10, 1) - timedelta(days=left)) == step


def test_nobody_is_warned_of_a_clock_that_stands_still() -> None:
    assert legal_clock.warning(Clock(date(2026, 9, 1), paused_on=date(2026, 10, 1)), date(2026, 10, 1)) is None


@given(DAYS)
def test_no_answer_is_due_on_a_day_on_which_nobody_works_nor_before_the_month_is_over(received) -> None:
    due = legal_clock.due_on(Clock(received), received)
    assert due.isoweekday() <= 5
    assert due not in HOLIDAYS
    assert timedelta() <= due - months_later(received, 1) <= timedelta(days=4)


@given(DAYS, SPANS, SPANS, SPANS)
def test_the_clock_loses_nothing_while_it_stands_still(received, until, wait, after) -> None:
    paused = received + until
    resumed, today = paused + wait, paused + wait + after
    due = legal_clock.due_on(Clock(received, paused, resumed), today)
    assert due == legal_clock.working_day(months_later(received, 1) + wait)
    assert legal_clock.due_on(Clock(received, paused), resumed) == due, "stopped or started again: the same day"


@given(DAYS, SPANS, SPANS, SPANS, SPANS)
def test_an_extension_never_shortens_and_counts_from_the_receipt(received, until, wait, told, after) -> None:
    clock = Clock(received, received + until, received + until + wait)
    today = received + told + after
    with_notice = Clock(received, clock.paused_on, clock.resumed_on, notice_on=received + told)
    first, last = legal_clock.due_on(clock, today), legal_clock.due_on(with_notice, today)
    if received + told <= legal_clock.first_month_ends(clock, received + told):
        assert last == legal_clock.working_day(months_later(received, 3) + legal_clock.stood_still(clock, today))
    else:
        assert last == first


@pytest.mark.parametrize(
    ("typed", "tells"),
    [
        ("1001", True), ("MARIE.Dupont@example.org", True), ("06 12 34 56 78", True), ("06.12.34.56.78", True),
        ("69003", False), ("", False), (" . ", False), ("marie", False), ("1002", False),
    ],
)  # fmt: skip
def test_only_what_is_one_persons_alone_tells_namesakes_apart(typed, tells) -> None:
    own = ["1001", "69003", "marie.dupont@example.org", "0612345678"]
    assert legal_clock.tells_apart(typed, own, ["1002", "69003", "other@example.org"]) is tells


def test_a_clock_that_is_stopped_when_the_month_is_over_hides_nothing() -> None:
    received, today = date(2026, 1, 5), date(2026, 3, 10)
    assert legal_clock.warning(Clock(received, paused_on=date(2026, 1, 20)), today) is None
    assert legal_clock.warning(Clock(received, paused_on=date(2026, 3, 1)), today) == legal_clock.LATE
