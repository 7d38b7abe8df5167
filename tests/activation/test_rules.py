"""The code of a letter, and what only the member knows."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.activation import rules
from portal.activation.rules import ACCOUNT, ALPHABET, GIFT, LENGTH, PHONE, Known

MARIE = Known(
    ["FR•• •••• 0189", "FR•• •••• 7"], ["06 12 34 56 78", "+33 2 61 91 24 68"], (date(2026, 3, 9), Decimal(35))
)


@given(st.builds(rules.new_code))
def test_a_new_code_is_read_back(code) -> None:
    plain = rules.read_code(code)
    assert len(plain) == LENGTH
    assert set(plain) <= set(ALPHABET)
    assert [len(part) for part in code.split("-")] == [4, 4, 4]


@given(st.data())
def test_a_code_is_read_however_it_is_written(data) -> None:
    code = rules.new_code()
    between = st.sampled_from(["", " ", "-", " - ", "–", ".", "\N{NO-BREAK SPACE}", "\t"])
    small = data.draw(st.booleans())
    typed = "".join(data.draw(between) + letter for letter in code.replace("-", "")) + data.draw(between)
    assert rules.read_code(typed.lower() if small else typed) == code.replace("-", "")


@given(st.text(max_size=30))
def test_whatever_is_typed_gives_a_whole_code_or_none(typed) -> None:
    assert len(rules.read_code(typed)) in {0, LENGTH}


def test_a_code_that_is_too_short_or_too_long_is_none() -> None:
    code = rules.new_code()
    for typed in ("", code[:-1], code + "A", code + code):
        assert rules.read_code(typed) == ""


def test_letters_that_look_alike_are_in_no_code() -> None:
    assert not set("IO01") & set(ALPHABET)
    assert len(ALPHABET) == 32
    assert len({rules.new_code() for _ in range(1_000)}) == 1_000


def test_what_is_hardest_to_guess_is_asked() -> None:
    assert MARIE.detail == ACCOUNT
    assert Known([], MARIE.phones, MARIE.last_gift).detail == PHONE
    assert Known([], [], MARIE.last_gift).detail == GIFT
    assert Known().detail is None
    assert Known(["FR•• •••• 7A"], ["12"], None).detail is None, "fewer than four digits would be guessed"
    assert set(rules.QUESTIONS) == {ACCOUNT, PHONE, GIFT}


@pytest.mark.parametrize("typed", ["0189", " 0189 ", "01 89", "01-89"])
def test_the_last_four_digits_of_the_account_are_the_detail(typed) -> None:
    assert MARIE.is_proved_by(ACCOUNT, typed, "")


@pytest.mark.parametrize("typed", ["", "189", "0198", "00189", "5678", "FR•• •••• 0189 1", "x", "٠١٨٩x"])
def test_other_digits_are_not(typed) -> None:
    assert not MARIE.is_proved_by(ACCOUNT, typed, "")


def test_any_phone_that_we_know_will_do() -> None:
    assert MARIE.is_proved_by(PHONE, "5678", "")
    assert MARIE.is_proved_by(PHONE, "2468", "")
    assert not MARIE.is_proved_by(PHONE, "0189", "")


@pytest.mark.parametrize(
    "typed",
    ["35", "35,00", "35.00", "35 €", "€35", "35,0", "035", "35\N{NO-BREAK SPACE}€", "35 euros", "35 EUR"],
)
def test_the_amount_of_a_gift_is_understood_however_it_is_written(typed) -> None:
    assert MARIE.is_proved_by(GIFT, typed, "2026-03")


@pytest.mark.parametrize("typed", ["1250.5", "1 250,50", "1250,50 €", "1\N{NARROW NO-BREAK SPACE}250,50"])
def test_a_large_amount_is_understood_too(typed) -> None:
    assert Known([], [], (date(2026, 3, 9), Decimal("1250.50"))).is_proved_by(GIFT, typed, "2026-03")


@pytest.mark.parametrize(
    "month", ["2026-03", "2026-3", "03/2026", "3/2026", "03-2026", "03.2026", "03 2026", "2026/03", " 2026-03 "]
)
def test_the_month_of_a_gift_is_understood_however_it_is_written(month) -> None:
    """Several browsers have no field for a month and let people type it."""
    assert MARIE.is_proved_by(GIFT, "35", month)


@pytest.mark.parametrize(
    ("typed", "month"),
    [
        ("35", ""), ("35", "2026-04"), ("35", "2025-03"), ("35", "2026"), ("35", "03"), ("35", "2026-13"),
        ("53", "2026-03"), ("", "2026-03"), ("35", "09/03/2026 or 2025"), ("-35", "2026-03"), ("3,5", "2026-03"),
        ("snan", "2026-03"), ("nan", "2026-03"), ("1e9999999", "2026-03"), ("inf", "2026-03"), ("3500", "2026-03"),
    ],
)  # fmt: skip
def test_another_amount_or_month_proves_nothing(typed, month) -> None:
    assert not MARIE.is_proved_by(GIFT, typed, month)


@given(st.sampled_from([ACCOUNT, PHONE, GIFT]), st.text(max_size=20), st.text(max_size=10) | st.just("2026-03"))
def test_nothing_that_can_be_typed_breaks_it(detail, typed, month) -> None:
    assert Known().is_proved_by(detail, typed, month) is False
    assert MARIE.is_proved_by(detail, typed, month) in {True, False}


@given(st.text(alphabet="sSnNaAiInNfFeE+-._0123456789, €", max_size=12))
def test_no_number_that_can_be_typed_breaks_it(typed) -> None:
    assert MARIE.is_proved_by(GIFT, typed, "2026-03") in {True, False}
