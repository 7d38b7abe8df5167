"""Which way a member's receipts go, what stands in the window, and in which order the post wants the letters."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.campaign.rules import Recipient, Way, postal_order, way
from portal.profile.rules import Address, envelope

HOME = Address(house_number="12 bis", street="rue des Lilas", postcode="69003", town="Lyon")
LONG_AGO = date(2020, 1, 1)
NO_ADDRESS = "The postal address is missing or not complete"


def somebody(**more: Any) -> Recipient:
    plain: dict[str, Any] = {
        "id": UUID(int=1), "number": "m1", "name": "Mme Anne Durand", "receipt_by": "post", "has_email": False,
        "address": HOME, "returned_on": None, "deceased_on": None, "suspension_code": "", "receipts": ("2025-000001",),
    }  # fmt: skip
    return Recipient(**(plain | more))


@pytest.mark.parametrize(
    ("recipient", "expected"),
    [
        (somebody(), (Way.POST, "")),
        (somebody(has_email=True), (Way.POST, "")),
        (somebody(receipt_by="email", has_email=True), (Way.EMAIL, "")),
        (somebody(receipt_by="email", has_email=True, address=None), (Way.EMAIL, "")),
        (
            somebody(receipt_by="email"),
            (Way.POST, "E-mail was wished, but no working address is known."),
        ),
        (somebody(address=None), (Way.NOTHING, NO_ADDRESS)),
        (somebody(address=Address(country="FR")), (Way.NOTHING, NO_ADDRESS)),
        (somebody(returned_on=LONG_AGO), (Way.NOTHING, "Letters to this address come back.")),
        (somebody(suspension_code="PND"), (Way.NOTHING, "Letters are suspended on this record.")),
        (somebody(deceased_on=LONG_AGO), (Way.NOTHING, "The donor has died: the family should be asked.")),
        (
            somebody(deceased_on=LONG_AGO, receipt_by="email", has_email=True),
            (Way.NOTHING, "The donor has died: the family should be asked."),
        ),
    ],
)
def test_each_goes_the_way_that_was_wished_or_the_reason_is_given(recipient, expected) -> None:
    assert way(recipient) == expected


texts = st.text(st.characters(codec="latin-1", exclude_categories=["C", "Z"]) | st.just(" "), max_size=60)
addresses = st.builds(
    Address, unit=texts, building=texts, house_number=texts, street=texts.map(lambda text: f"rue {text}"),
    locality=texts, postcode=st.sampled_from(["75011", "D-10115", ""]), town=texts.map(lambda text: f"Ville {text}"),
    region=texts, country=st.sampled_from(["FR", "RE", "DE", "US", "JP", "XX"]),
)  # fmt: skip


@given(address=addresses, name=texts.map(lambda text: f"M {text}"))
def test_the_window_has_at_most_six_lines_of_38_and_never_loses_name_or_country(address, name) -> None:
    lines = somebody(address=address, name=name).lines
    full = [line[:38].strip() for line in envelope(address, name) if line[:38].strip()]
    assert len(lines) <= 6
    assert all(0 < len(line) <= 38 for line in lines)
    assert (lines[0], lines[-1]) == (full[0], full[-1])
    assert lines == [full[0], *full[max(1, len(full) - 5) :]]


@given(address=addresses)
def test_who_has_not_moved_gets_no_cover_sheet_however_long_the_address_is(address) -> None:
    assert not somebody(address=address).has_moved_from(envelope(address, ""))


@pytest.mark.parametrize(
    ("window", "has_moved"),
    [
        (["12 BIS RUE DES LILAS", "69003 LYON"], False),
        (["12 bis, rue des Lilas", "69003 Lyon"], False),
        (["12 BIS RUE DES LILAS", "69004 LYON"], True),
        (["APT 4", "12 BIS RUE DES LILAS", "69003 LYON"], True),
        ([], True),
    ],
)
def test_another_address_than_today_s_asks_for_a_cover_sheet(window, has_moved) -> None:
    assert somebody().has_moved_from(window) is has_moved


def test_the_post_sorts_france_with_its_overseas_parts_by_postcode_and_then_the_other_countries() -> None:
    places = [
        Address(street="rue B", house_number="2", postcode="01000", town="Bourg"),
        Address(street="rue B", house_number="10 bis", postcode="01000", town="Bourg"),
        Address(street="rue B", house_number="100", postcode="01000", town="Bourg"),
        Address(street="rue B", postcode="75011", town="Paris"),
        Address(street="rue B", postcode="97400", town="Saint-Denis", country="RE"),
        Address(street="Weg 1", postcode="10115", town="Berlin", country="DE"),
        Address(street="Road 1", postcode="00001", town="Tokyo", country="JP"),
    ]
    assert [sorted(order, key=postal_order) for order in (places, places[::-1])] == [places, places]
