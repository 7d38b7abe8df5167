from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.addresses.rules.checks import problems, shortened, shown_fields
from portal.profile.rules import LINE_LENGTH, Address, envelope, tidy

LYON = Address(house_number="12 bis", street="rue de l'Église", postcode="69003", town="Lyon")


def fields_of(address: Address) -> set[str]:
    return {problem.field for problem in problems(address)}


def test_the_lines_follow_the_french_standard() -> None:
    address = Address(
        unit="Appartement 4", building="Résidence les Tilleuls", house_number="12 bis", street="rue de l'Église",
        locality="Le Bourg", postcode="69003", town="Lyon",
    )  # fmt: skip
    assert envelope(address, "Mme Marie Dupont") == [
        "MME MARIE DUPONT",
        "APPARTEMENT 4",
        "RÉSIDENCE LES TILLEULS",
        "12 BIS RUE DE L EGLISE",
        "LE BOURG",
        "69003 LYON",
    ]


def test_empty_lines_are_left_out_and_a_foreign_country_stands_last() -> None:
    brussels = Address(street="Rue Haute 5", postcode="1000", town="Bruxelles", country="BE")
    assert envelope(brussels, "M. Luc Peeters") == ["M. LUC PEETERS", "RUE HAUTE 5", "1000 BRUXELLES", "BELGIQUE"]


def test_an_address_overseas_is_french_and_names_its_island() -> None:
    reunion = Address(street="rue du Volcan", postcode="97400", town="Saint-Denis", country="RE")
    assert problems(reunion) == []
    assert envelope(reunion, "Mme Hoarau")[-2:] == ["97400 SAINT DENIS", "LA REUNION"]


@pytest.mark.parametrize("postcode", ["01000", "20090", "75011", "97400", "98800"])
def test_postcodes_of_the_mainland_corsica_and_overseas_are_taken(postcode: str) -> None:
    assert problems(Address(street="rue", postcode=postcode, town="Ville")) == []


@pytest.mark.parametrize("postcode", ["7501", "750111", "ABCDE", "00000", "96000", "99000", ""])
def test_impossible_postcodes_are_refused_beside_their_field(postcode: str) -> None:
    assert fields_of(Address(street="rue", postcode=postcode, town="Ville")) == {"postcode"}


def test_a_missing_street_and_town_are_asked_for() -> None:
    assert fields_of(Address(postcode="75011")) == {"street", "town"}
    assert fields_of(Address(postcode="75011", town="Paris", locality="BP 12")) == set()


def test_problems_are_told_in_the_order_of_the_form() -> None:
    asked_for = [problem.field for problem in problems(Address(country="US"))]
    assert asked_for == ["street", "postcode", "town", "region"]


def test_an_empty_form_leaves_no_punctuation_on_the_envelope() -> None:
    assert envelope(Address(country="US"), "Mme Marie Dupont") == ["MME MARIE DUPONT", "ETATS UNIS"]


def test_another_countrys_rules_are_its_own() -> None:
    assert fields_of(Address(country="US", street="1 Main St", town="Austin", postcode="7870", region="TX")) == {
        "postcode"
    }
    assert fields_of(Address(country="US", street="1 Main St", town="Austin", postcode="78701")) == {"region"}
    assert problems(Address(country="US", street="1 Main St", town="Austin", postcode="78701", region="TX")) == []
    assert "postcode" not in shown_fields(Address(country="HK")), "Hong Kong has no postcodes"
    assert "house_number" in shown_fields(Address(country="BE", house_number="16")), "nothing stored is hidden"


def test_a_line_that_is_too_long_comes_with_a_proposal_and_is_never_cut() -> None:
    address = Address(house_number="128", street="avenue du Maréchal Jean de Lattre", postcode="69003", town="Lyon")
    assert problems(address) == []
    long = replace(address, street="boulevard du Président Édouard Herriot")
    (problem,) = problems(long)
    assert problem.field == "street"
    assert problem.values == {"count": 42, "most": 38, "shorter": "128 BD du PDT Édouard Herriot"}
    assert envelope(long, "X")[1] == "128 BOULEVARD DU PRESIDENT EDOUARD HERRIOT"


def test_a_line_that_no_abbreviation_saves_is_shared_with_another_line() -> None:
    (problem,) = problems(Address(street="chemin " + "des longues herbes " * 3, postcode="69003", town="Lyon"))
    head, rest = str(problem.values["head"]), str(problem.values["rest"])
    assert len(head) <= LINE_LENGTH
    assert f"{head} {rest}" == shortened("chemin " + "des longues herbes " * 3)


words = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F), max_size=45)
addresses = st.builds(
    Address, unit=words, building=words, house_number=words, street=words, locality=words, postcode=words, town=words,
    country=st.sampled_from(["FR", "RE", "BE", "US", "GB", "HK", "IE", "JP"]), region=words,
)  # fmt: skip


@given(addresses)
def test_an_address_without_problems_fits_the_envelope(address: Address) -> None:
    address = tidy(address)
    lines = envelope(address, "M. X")
    assert len(lines) <= 9
    if address.is_french and not problems(address):
        assert all(len(line) <= LINE_LENGTH for line in lines)
        assert len(lines) <= 7


@given(addresses)
def test_tidying_twice_changes_nothing_more(address: Address) -> None:
    assert tidy(tidy(address)) == tidy(address)
