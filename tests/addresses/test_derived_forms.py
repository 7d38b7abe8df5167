"""The six lines, the bank's form and the French model's names: from our fields and back, and from them and back."""

from dataclasses import replace

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from portal.addresses.rules.interop import ORDER, OVERSEAS, from_interop, to_interop
from portal.addresses.rules.sepa import LONGEST, from_sepa, latin, to_sepa, too_long
from portal.profile.rules import FRENCH, Address, envelope, place_lines, postal, read_french_lines, tidy

LYON = Address(
    unit="Appartement 4", building="Résidence les Tilleuls", house_number="12 bis", street="rue de l'Église",
    locality="BP 70012", postcode="69003", town="Lyon",
)  # fmt: skip
POSTCODES = {code: start.ljust(5, "0") for start, code in OVERSEAS.items()} | {"FR": "69003"}
BOXES = ("", "Le Bourg", "BP 12", "CS 70012", "TSA 1", "Poste restante", "boîte postale 3", "Bpaille")

letters = st.characters(min_codepoint=32, max_codepoint=0x17F)
anything = st.text(letters, max_size=45)
capitals = st.from_regex(r"[A-Z0-9]{2,9}( [A-Z0-9/]{2,9}){0,3}", fullmatch=True)
street_names = st.from_regex(r"(RUE|ALLEE|QUAI|L|CHE DE L)( [A-Z]{2,9}){1,3}", fullmatch=True)
numbers = st.from_regex(r"([1-9][0-9]{0,3}( (BIS|TER|QUATER|[A-KM-Z]))?)?", fullmatch=True)


def at(country: str, **fields: str) -> Address:
    return Address(postcode=POSTCODES[country], country=country, **fields)


plain = st.builds(
    at, st.sampled_from(sorted(FRENCH)), unit=st.just("") | capitals, building=st.just("") | capitals,
    house_number=numbers, street=street_names, locality=st.just("") | capitals, town=capitals,
)  # fmt: skip
"""What six lines can tell: capitals, a number as numbers are, a street that does not begin as one."""
typed = st.builds(
    at, st.sampled_from(sorted(FRENCH)), unit=anything, building=anything, house_number=anything, street=anything,
    locality=st.sampled_from(BOXES) | anything, town=anything,
).map(tidy)  # fmt: skip
abroad = st.builds(
    Address, unit=capitals, building=capitals, house_number=numbers, street=capitals,
    locality=st.sampled_from(["", "PO BOX 9", "CS 3", "LE BOURG"]), postcode=capitals, town=capitals,
    region=st.just("") | capitals, country=st.sampled_from(["BE", "US", "GB", "DE", "RE", "FR"]),
)  # fmt: skip


@given(plain)
@example(at("FR", house_number="3", street="L OREE DU BOIS", town="LYON"))
@example(at("RE", house_number="", street="RUE DU VOLCAN", town="SAINT DENIS"))
def test_an_address_on_six_lines_is_read_back_as_it_was(address: Address) -> None:
    assert read_french_lines(place_lines(address)) == address


@given(st.tuples(capitals, capitals, capitals, capitals, st.just("69003 ") | st.just(""), capitals))
@example(("", "", "12", "", "", "LYON"))
@example(("", "", "12 BIS", "", "69003", ""))
@example(("", "", "8 MAI", "", "", "6900 LYON"))
def test_six_lines_read_as_an_address_give_the_same_lines(parts: tuple[str, ...]) -> None:
    unit, building, street, locality, postcode, town = parts
    lines = [unit, building, street, locality, f"{postcode}{town}", "LA REUNION"]
    assert place_lines(read_french_lines(lines)) == lines


@given(typed)
def test_whatever_was_typed_reading_its_lines_loses_nothing_that_stood_on_them(address: Address) -> None:
    read = read_french_lines(place_lines(address))
    assert envelope(read, "") == envelope(address, "")
    assert read_french_lines(place_lines(read)) == read


def test_a_number_hidden_in_the_street_is_found() -> None:
    hidden = replace(LYON, house_number="", street="12 bis, rue de l'Église")
    read = read_french_lines(place_lines(hidden))
    assert (read.house_number, read.street) == ("12 BIS", "RUE DE L EGLISE")


def test_the_banks_form_has_the_names_of_iso_20022() -> None:
    assert to_sepa(LYON) == {
        "Room": "APPARTEMENT 4", "BldgNm": "RESIDENCE LES TILLEULS", "BldgNb": "12 BIS", "StrtNm": "RUE DE L'EGLISE",
        "PstBx": "BP 70012", "PstCd": "69003", "TwnNm": "LYON", "Ctry": "FR",
    }  # fmt: skip
    hamlet = to_sepa(replace(LYON, locality="Le Bourg"))
    assert ("PstBx" in hamlet, hamlet["TwnLctnNm"]) == (False, "LE BOURG")
    texas = Address(street="1 Main St", postcode="78701", town="Austin", region="TX", country="US")
    assert to_sepa(texas)["CtrySubDvsn"] == "TX"


def test_what_a_bank_has_no_room_for_is_named_and_not_cut() -> None:
    long = to_sepa(replace(LYON, town="Saint-Rémy-en-Bouzemont-Saint-Genest", locality="Poste restante du Bourg"))
    assert too_long(long) == ["PstBx", "TwnNm"]
    assert long["TwnNm"] == "SAINT-REMY-EN-BOUZEMONT-SAINT-GENEST"
    assert too_long(to_sepa(LYON)) == []


@given(abroad)
def test_an_address_in_the_banks_form_is_read_back_as_it_was(address: Address) -> None:
    assert from_sepa(to_sepa(address)) == address


@given(typed)
def test_whatever_was_typed_the_banks_form_keeps_its_letters(address: Address) -> None:
    elements = to_sepa(address)
    read = from_sepa(elements)
    assert read.as_group() == {name: latin(value) for name, value in address.as_group().items()}
    assert to_sepa(read) == elements
    assert set(elements) <= set(LONGEST)


@given(st.dictionaries(st.sampled_from(sorted(LONGEST)), capitals))
def test_the_banks_elements_read_as_an_address_give_the_same_elements(elements: dict[str, str]) -> None:
    elements |= {"Ctry": "FR"}
    assume(not {"PstBx", "TwnLctnNm"} <= set(elements))
    if "PstBx" in elements:
        elements["PstBx"] = f"BP {elements['PstBx']}"
    assert to_sepa(from_sepa(elements)) == {name: elements[name] for name in LONGEST if name in elements}


def test_the_french_model_tells_number_and_bis_box_and_hamlet_apart() -> None:
    assert to_interop(LYON) == {
        "pointRemise": "Appartement 4", "complementPointGeographique": "Résidence les Tilleuls", "numeroVoie": "12",
        "extension": "bis", "libelleVoie": "rue de l'Église", "mentionDistribution": "BP 70012",
        "codePostal": "69003", "localite": "Lyon",
    }  # fmt: skip
    assert to_interop(replace(LYON, locality="Le Bourg"))["lieuDit"] == "Le Bourg"
    assert to_interop(replace(LYON, house_number="12bis"))["extension"] == "bis"
    assert to_interop(replace(LYON, house_number="12-14"))["numeroVoie"] == "12-14"


@pytest.mark.parametrize("country", sorted(FRENCH))
def test_the_postcode_tells_the_french_territory(country: str) -> None:
    assert from_interop(to_interop(at(country, street="rue", town="Ville"))).country == country


@given(typed)
@example(replace(LYON, house_number="12bis"))
def test_an_address_by_the_french_names_is_read_back_as_it_was(address: Address) -> None:
    """Up to a space between the number and bis or ter."""
    read = from_interop(to_interop(address))
    assert replace(read, house_number="") == replace(address, house_number="")
    assert read.house_number.replace(" ", "") == address.house_number.replace(" ", "")
    assert from_interop(to_interop(read)) == read


@given(st.dictionaries(st.sampled_from(sorted(set(ORDER) - {"numeroVoie", "extension"})), capitals), numbers)
def test_the_french_names_read_as_an_address_give_the_same_names(names: dict[str, str], number: str) -> None:
    assume(not {"lieuDit", "mentionDistribution"} <= set(names))
    if "mentionDistribution" in names:
        names["mentionDistribution"] = f"CS {names['mentionDistribution']}"
    names |= {key: part for key, part in zip(("numeroVoie", "extension"), number.split(), strict=False) if part}
    assert to_interop(from_interop(names)) == {name: names[name] for name in ORDER if name in names}


def test_capitals_of_the_post_and_of_the_banks_differ_in_punctuation_only() -> None:
    assert (postal("rue de l’Église"), latin("rue de l’Église")) == ("RUE DE L EGLISE", "RUE DE L'EGLISE")
