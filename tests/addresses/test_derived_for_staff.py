from dataclasses import replace

import pytest

from portal.addresses.rules.derived import derived
from portal.profile.rules import Address
from tests.personas import MARIE, NADIA

LYON = Address(house_number="12 bis", street="rue de l'Église", postcode="69003", town="Lyon")


@pytest.mark.parametrize(
    ("address", "remarks"),
    [
        (LYON, ["", ""]),
        (Address(street="1 Main St", postcode="78701", town="Austin", region="TX", country="US"), [""]),
        (
            Address(street="千代田1-1", town="東京", country="JP"),
            ["Banks take Latin letters only: something is missing here."],
        ),
        (replace(LYON, town="x" * 36), ["A line is longer than banks have room for.", ""]),
        (replace(LYON, postcode="97400"), ["", "The postcode does not belong to the country on record."]),
        (
            replace(LYON, house_number="", street="12 bis rue de l'Église"),
            ["", "The house number stands in the line of the street."],
        ),
    ],
)
def test_a_form_says_what_staff_should_look_at(address: Address, remarks: list[str]) -> None:
    assert [form.remark for form in derived(address)] == remarks


async def test_staff_see_the_address_in_other_forms(editor, member_id) -> None:
    page = await editor.get(f"/staff/members/{member_id(MARIE)}")
    assert "BldgNb 12 BIS StrtNm RUE DES LILAS PstCd 69003 TwnNm LYON Ctry FR" in page.text
    assert "numeroVoie 12 extension bis libelleVoie rue des Lilas codePostal 69003 localite Lyon" in page.text
    page = await editor.get(f"/staff/members/{member_id(NADIA)}")
    assert "The postal address in other forms" not in page.text
