import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.requests import rules

NUMBERS = [
    "FR76 3000 6000 0112 3456 7890 189",
    "DE89 3704 0044 0532 0130 00",
    "BE68-5390-0754-7034",
    "no93 8601 1117 947",
    "30006 00001 12345678901 89",
]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("text", ["{}", "Mon IBAN est {}, merci", "(IBAN:{})", "IBAN{}", "Avant\n{}\naprès"])
def test_an_account_number_is_found_however_it_is_written(number, text) -> None:
    for written in (number, number.replace(" ", ""), number.lower()):
        assert rules.holds_iban(text.format(written)), written


@pytest.mark.parametrize("number", NUMBERS)
@given(position=st.integers(4, 20), digit=st.integers(1, 9))
def test_a_number_with_one_wrong_digit_is_none(number, position, digit) -> None:
    plain = "".join(filter(str.isalnum, number)).upper()
    position = min(position, len(plain) - 1)
    if plain[position].isdigit():
        wrong = plain[:position] + str((int(plain[position]) + digit) % 10) + plain[position + 1 :]
        assert not rules.holds_iban(wrong)


@pytest.mark.parametrize("text", ["", "DON-1001-1", "le 06 12 34 56 78", "ma lettre du 12 mars 2025, dossier FR12"])
def test_other_texts_hold_none(text) -> None:
    assert not rules.holds_iban(text)
