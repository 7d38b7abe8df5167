"""Who gets a receipt for what: for any gifts of anybody."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.receipts.rules import REASON_WORDS, Given, Giver, Reason, settle

YEAR = 2025
JANUARY = date(2026, 1, 1)
PLAIN: dict[str, Any] = {
    "amount": Decimal(50), "currency": "EUR", "means": "cheque", "state": "received", "deductible": True,
    "form": "manual", "nature": "cash", "is_regular": False,
}  # fmt: skip


def a_gift(number: str, **more: Any) -> Given:
    return Given(number=number, on=date(YEAR, 6, 15), **(PLAIN | more))


def a_giver(**more: Any) -> Giver:
    plain: dict[str, Any] = {"is_company": False, "rhythm": "per_gift", "has_address": True, "siren": ""}
    return Giver(**(plain | more))


givers = st.builds(
    Giver,
    is_company=st.booleans(),
    rhythm=st.sampled_from(["per_gift", "annual", "none"]),
    has_address=st.booleans(),
    siren=st.sampled_from(["", "732829320", "123456789"]),
)
gifts = st.lists(
    st.builds(
        Given,
        number=st.integers(1, 10**6).map(str),
        on=st.dates(date(YEAR, 1, 1), date(YEAR, 12, 31)),
        amount=st.decimals(-5, 60, places=2),
        currency=st.sampled_from(["EUR", "EUR", "EUR", "USD"]),
        means=st.sampled_from(["cheque", "card", "debit"]),
        state=st.sampled_from(["received", "received", "received", "pending", "refused", "refunded"]),
        deductible=st.sampled_from([True, True, False]),
        form=st.just("manual"),
        nature=st.just("cash"),
        is_regular=st.booleans(),
    ),
    unique_by=lambda one: one.number,
    max_size=12,
)
days = st.sampled_from([date(YEAR, 12, 31), JANUARY, date(YEAR, 3, 1), date(YEAR + 2, 5, 5)])
thresholds = st.sampled_from([0, 5, 20])
anything = given(giver=givers, gifts=gifts, today=days, threshold=thresholds)


@anything
def test_each_gift_stands_on_one_receipt_or_has_its_reason(giver, gifts, today, threshold) -> None:
    drafts, reasons = settle(giver, gifts, year=YEAR, today=today, threshold=threshold)
    times = Counter(one.number for draft in drafts for one in draft.gifts)
    assert set(times.values()) <= {1}
    assert set(reasons) == {one.number for one in gifts}
    assert {number for number, reason in reasons.items() if reason is Reason.SOON} == set(times)


@anything
def test_sums_are_right_and_reach_the_threshold(giver, gifts, today, threshold) -> None:
    drafts, reasons = settle(giver, gifts, year=YEAR, today=today, threshold=threshold)
    for draft in drafts:
        assert draft.amount == sum(one.amount for one in draft.gifts) >= threshold
        assert draft.amount > 0
    small = [one for one in gifts if reasons[one.number] is Reason.BELOW_THRESHOLD]
    apart = [one for one in small if giver.rhythm == "per_gift" and not one.is_regular]
    assert all(one.amount < threshold for one in apart)
    together = sum(one.amount for one in small if one not in apart)
    assert together < threshold or not together


@anything
def test_only_what_gives_a_right_to_a_receipt_stands_on_one(giver, gifts, today, threshold) -> None:
    drafts, _ = settle(giver, gifts, year=YEAR, today=today, threshold=threshold)
    for one in (one for draft in drafts for one in draft.gifts):
        assert (one.state, one.currency, one.deductible) == ("received", "EUR", True)
        assert one.amount > 0
    if drafts:
        assert giver.has_address
        assert giver.rhythm != "none"
        assert giver.siren == "732829320" or not giver.is_company


@anything
def test_regular_gifts_are_never_alone_and_nothing_annual_comes_before_the_year_is_over(
    giver, gifts, today, threshold
) -> None:
    drafts, reasons = settle(giver, gifts, year=YEAR, today=today, threshold=threshold)
    assert Counter(draft.kind for draft in drafts)["annual"] <= (1 if today >= JANUARY else 0)
    for draft in drafts:
        if draft.kind == "gift":
            [alone] = draft.gifts
            assert giver.rhythm == "per_gift"
            assert not alone.is_regular
    early = [one for one in gifts if reasons[one.number] is Reason.YEAR_NOT_OVER]
    assert not early or today < JANUARY
    assert all(one.is_regular or giver.rhythm == "annual" for one in early)


@anything
def test_the_order_of_the_gifts_decides_nothing(giver, gifts, today, threshold) -> None:
    def found(given: list[Given]) -> object:
        drafts, reasons = settle(giver, given, year=YEAR, today=today, threshold=threshold)
        return {frozenset(one.number for one in draft.gifts) for draft in drafts}, reasons

    assert found(gifts) == found(gifts[::-1])


def test_gifts_may_come_as_they_are_read() -> None:
    drafts, _ = settle(a_giver(), iter([a_gift("1")]), year=YEAR, today=JANUARY, threshold=5)
    assert [draft.kind for draft in drafts] == ["gift"]


def test_a_gift_whose_number_is_a_word_stays_alone() -> None:
    drafts, _ = settle(
        a_giver(), [a_gift("annual"), a_gift("2", is_regular=True)], year=YEAR, today=JANUARY, threshold=5
    )
    assert sorted((draft.kind, len(draft.gifts)) for draft in drafts) == [("annual", 1), ("gift", 1)]


@pytest.mark.parametrize(
    ("giver", "gift", "reason"),
    [
        (a_giver(), a_gift("1", state="pending"), Reason.EXPECTED),
        (a_giver(), a_gift("1", state="refused"), Reason.REFUSED),
        (a_giver(), a_gift("1", state="refunded"), Reason.REFUNDED),
        (a_giver(), a_gift("1", deductible=False), Reason.NO_RIGHT),
        (a_giver(), a_gift("1", currency="USD"), Reason.CURRENCY),
        (a_giver(), a_gift("1", amount=Decimal(0)), Reason.AMOUNT),
        (a_giver(rhythm="none"), a_gift("1"), Reason.NO_RECEIPT_WISHED),
        (a_giver(has_address=False), a_gift("1"), Reason.ADDRESS),
        (a_giver(is_company=True, siren=""), a_gift("1"), Reason.SIREN),
        (a_giver(is_company=True, siren="123456789"), a_gift("1"), Reason.SIREN),
        (a_giver(), a_gift("1", amount=Decimal("4.99")), Reason.BELOW_THRESHOLD),
    ],
)
def test_every_reason_is_given_and_has_words(giver: Giver, gift: Given, reason: Reason) -> None:
    drafts, reasons = settle(giver, [gift], year=YEAR, today=JANUARY, threshold=5)
    assert (drafts, reasons) == ([], {"1": reason})
    assert REASON_WORDS[reason]


def test_the_threshold_holds_for_each_receipt_not_for_each_gift() -> None:
    small = [a_gift(str(number), amount=Decimal(2)) for number in range(3)]
    [annual], _ = settle(a_giver(rhythm="annual"), small, year=YEAR, today=JANUARY, threshold=5)
    assert annual.amount == 6
    assert settle(a_giver(), small, year=YEAR, today=JANUARY, threshold=5)[0] == []
    at_the_limit, _ = settle(a_giver(), [a_gift("1", amount=Decimal(5))], year=YEAR, today=JANUARY, threshold=5)
    assert len(at_the_limit) == 1


def test_a_donor_of_both_kinds_has_the_regular_gifts_together_and_the_others_apart() -> None:
    mixed = [a_gift("1"), a_gift("2", is_regular=True), a_gift("3"), a_gift("4", is_regular=True)]
    drafts, _ = settle(a_giver(), mixed, year=YEAR, today=JANUARY, threshold=5)
    found = sorted((draft.kind, [one.number for one in draft.gifts]) for draft in drafts)
    assert found == [("annual", ["2", "4"]), ("gift", ["1"]), ("gift", ["3"])]
    in_december, reasons = settle(a_giver(), mixed, year=YEAR, today=date(YEAR, 12, 31), threshold=5)
    assert [draft.kind for draft in in_december] == ["gift", "gift"]
    assert reasons["2"] is Reason.YEAR_NOT_OVER
