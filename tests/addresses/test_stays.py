from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import i18n
from portal.addresses.rules.stays import Stay, in_season, month_day, of_today, overlap, stay, words
from portal.profile.rules import Address

SUMMER = Stay(Address(town="Brest"), "second_home", "07-01", "08-31")
WINTER = Stay(Address(town="Nice"), "second_home", "11-15", "02-28")
ALWAYS = Stay(Address(town="Lyon"), "work")

days = st.dates(date(2001, 1, 1), date(2001, 12, 31)).map("{:%m-%d}".format)
stays = st.builds(Stay, st.just(Address()), st.just("other"), days, days)


@pytest.mark.parametrize(
    ("one", "inside", "outside"),
    [
        (SUMMER, ("07-01", "08-31", "07-14"), ("06-30", "09-01", "01-01")),
        (WINTER, ("11-15", "12-31", "01-01", "02-28"), ("11-14", "02-29", "03-01", "07-14")),
        (ALWAYS, (), ("01-01", "07-14")),
    ],
)
def test_a_season_holds_from_its_first_to_its_last_day_also_over_new_year(one, inside, outside) -> None:
    assert all(in_season(one, day) for day in inside)
    assert not any(in_season(one, day) for day in outside)


def test_letters_go_to_the_address_whose_season_it_is() -> None:
    others = [ALWAYS, SUMMER, WINTER]
    assert of_today(others, date(2026, 7, 14)) == SUMMER
    assert of_today(others, date(2027, 1, 1)) == WINTER
    assert of_today(others, date(2026, 4, 1)) is None, "the main one"


@given(stays, stays)
def test_seasons_overlap_when_some_day_of_the_year_is_in_both(one: Stay, other: Stay) -> None:
    year = [f"{date(2001, 1, 1) + timedelta(days=day):%m-%d}" for day in range(365)]
    assert overlap(one, other) == any(in_season(one, day) and in_season(other, day) for day in year)
    assert not overlap(one, ALWAYS)


@pytest.mark.parametrize(
    ("day", "month", "found"),
    [("1", "07", "07-01"), ("31", "08", "08-31"), ("31", "06", None), ("29", "02", None), ("", "07", None),
     ("0", "07", None), ("first", "07", None), ("1", "13", None), ("1", "", None)],
)  # fmt: skip
def test_only_a_day_that_every_year_has_is_one(day: str, month: str, found: str | None) -> None:
    assert month_day(day, month) == found


@given(stays)
def test_a_stay_and_the_item_that_the_sync_compares_are_the_same(one: Stay) -> None:
    assert stay(one.as_item()) == one


@pytest.mark.parametrize(
    ("ends", "shown"),
    [
        (("07-01", "08-31"), ("1 July", "31 August")),
        (("06-31", "08-31"), ("06-31", "31 August")),
        (("07-01", None), ("", "")),
        ((None, None), ("", "")),
    ],
)
def test_a_season_is_told_in_words_however_the_central_base_has_it(ends, shown) -> None:
    before = i18n.language.set("en")
    told = words(Stay(Address(), "castle", *ends))
    i18n.language.reset(before)
    assert (told["first"], told["last"]) == shown
    assert told["purpose"] == "Other address"
