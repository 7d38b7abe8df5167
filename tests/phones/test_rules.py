"""How phone numbers are read and shown."""

import pytest

from portal.phones import rules


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("06.12.34.56.78", "FR", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "FR", "+33612345678"),
        ("0033 6 12 34 56 78", "FR", "+33612345678"),
        ("0470 12 34 56", "BE", "+32470123456"),
        ("+32 470 12 34 56", "FR", "+32470123456"),
        ("0590 12 34 56", "FR", "+590590123456"),
        ("0692 12 34 56", "FR", "+262692123456"),
        ("06 12 34 56 78", "RE", "+33612345678"),
    ],
)
def test_a_number_is_read_as_it_is_dialled_in_the_country(typed, country, kept) -> None:
    number = rules.read(typed, country)
    assert number is not None
    assert rules.spelled(number) == kept


@pytest.mark.parametrize("typed", ["", "06 12 34 56", "112", "phone", "06 12 34 56 78 90", "00 00 00 00 00", "+33"])
def test_what_nobody_can_be_called_with_is_no_number(typed) -> None:
    assert rules.read(typed, "FR") is None


@pytest.mark.parametrize(
    ("stored", "country", "shown"),
    [
        ("+33612345678", "FR", "06 12 34 56 78"),
        ("0612345678", "FR", "06 12 34 56 78"),
        ("+33612345678", "BE", "+33 6 12 34 56 78"),
        ("+32470123456", "BE", "0470 12 34 56"),
        ("ask Paul", "FR", "ask Paul"),
    ],
)
def test_a_number_is_shown_as_the_country_writes_it(stored, country, shown) -> None:
    assert rules.shown(stored, country) == shown


@pytest.mark.parametrize("country", ["FR", "BE", "CH", "RE", "US", "AQ", "XX"])
def test_the_example_is_itself_a_number(country) -> None:
    assert rules.read(rules.example(country), country if country not in {"AQ", "XX"} else "FR") is not None
