"""What is typed at the desk becomes a query, and what is found is explained."""

from types import SimpleNamespace

import pytest

from backoffice_sync.demo.names import MEN, SURNAMES, WOMEN
from portal.search import rules

MARIE = SimpleNamespace(
    first_name="Marie", last_name="Dupont-Œuvrard", company_name="", siren=None,
    places=["12 bis rue des Lilas, 69003 Lyon"], mailboxes=["marie.dupont@example.org"], phones=["+33612345678"],
)  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("Dupont Marie 69", "('dupont':* & 'marie':* & '69':*)"),
        ("12 bis rue des Lilas", "('12' & 'bis' & 'rue' & 'des' & 'lilas':*)"),
        ("06 12 34", "('+3361234':*) | ('061234':*)"),
        ("Marie.D@example.org", "('@marie.d@example.org':*)"),
        ("l’Hermitte", "('l' & 'hermitte':*) | ('@l’hermitte':*)"),
        ("marie.d", "('marie' & 'd') | ('@marie.d':*)"),
        ("Jean-Pie", "('jean' & 'pie':*) | ('@jean-pie':*)"),
        ("x@'\\", "('@x@''\\\\':*)"),
        ("'; -- %", ""),
    ],
)
def test_each_word_is_looked_for_by_its_beginning(typed, wanted) -> None:
    assert rules.wanted(typed) == wanted


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0612", "+33612"),
        ("+33 6 12", "+33612"),
        ("0033 612", "+33612"),
        ("06.12", "+33612"),
        ("612", ""),
        ("69 x 12", ""),
    ],
)
def test_a_phone_is_looked_for_however_it_is_dialled(typed, number) -> None:
    assert rules.dialled(typed) == number


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("oeuvrard", ["Name"]),
        ("dupont 69", ["Name", "Postal address"]),
        ("06 12 34", ["Phone"]),
        ("marie.dupont@example", ["Name", "E-mail address"]),
        ("lilas", ["Postal address"]),
    ],
)
def test_staff_read_why_a_member_was_found(typed, parts) -> None:
    assert [part for part, _ in rules.reasons(typed, MARIE)] == parts


def test_the_database_and_the_page_fold_words_alike(owner) -> None:
    names = [*WOMEN, *MEN, *SURNAMES, "Łukasz Ødegård", "Straße", "Æneas", "12, rue d'Armes (bât. B)"]
    query = "SELECT name, tsvector_to_array(search_words(name)) FROM unnest(%s::text[]) AS name"
    for name, words in owner.execute(query, [names]):
        assert set(words) == set(rules.words(name)), name
