"""What stands on a receipt: the mentions of the law, each in its place, and no receipt without them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from portal.receipts import paper
from portal.receipts.rules import read_code
from tests.receipts.papers import ASSOCIATION, frozen, gift, pages, printed, squeezed, words

COMPANY = {"article": "238bis", "donor_name": "Boulangerie Durand SARL", "donor_siren": "123456782"}


@pytest.fixture(scope="module")
def individual() -> str:
    return words(printed(frozen(gift(amount="1250.50"))))


@pytest.fixture(scope="module")
def company() -> str:
    return words(printed(frozen(gift(amount="1250.50", means="transfer"), **COMPANY)))


@pytest.mark.parametrize(
    "mention",
    [
        "Numéro d’ordre du reçu 2025-000017",
        "Les Mains Ouvertes, 12 rue des Lilas, 75011 PARIS – SIREN ou RNA : 123 456 782",
        "Objet : Aide aux personnes en difficulté.",
        "Catégorie : Œuvre ou organisme d’intérêt général à caractère humanitaire.",
        "Mme Marie Dupont, 12 BIS RUE DES LILAS, 69003 LYON",
        "***1\u202f250,50 €*** Mille deux cent cinquante euros et cinquante centimes",
        "5 juin 2025 déclaration de don manuel numéraire chèque 1\u202f250,50 €",
        "certifie sur l’honneur que les dons et versements qu’il reçoit ouvrent droit à la réduction d’impôt",
        "Fait le 20 janvier 2026",
        "Hélène Marchand, trésorière",
        "amende fiscale égale au produit de la réduction d’impôt par les sommes indûment mentionnées (article 1740 A",
        "https://portal.test/verify numéro 2025-000017 code 4F2A 91C0 77BE",
    ],
)
def test_a_receipt_has_every_mention_of_the_form(individual: str, mention: str) -> None:
    assert " ".join(mention.split()) in individual


def test_the_form_for_individuals_names_no_company(individual: str) -> None:
    assert "11580*05" in individual
    assert "prévue à l’article 200 du code général des impôts" in individual
    for foreign in ("16216", "238 bis", "978", "ntreprise"):
        assert foreign not in individual


def test_the_form_for_companies_names_no_individual(company: str) -> None:
    assert "16216*03" in company
    assert "prévue à l’article 238 bis du code général des impôts" in company
    assert "Boulangerie Durand SARL, 12 BIS RUE DES LILAS, 69003 LYON – SIREN : 123 456 782" in company
    for foreign in ("11580", "article 200", "978", "Donateur"):
        assert foreign not in company


def test_the_wealth_tax_is_named_where_gifts_count_for_it_and_never_to_a_company() -> None:
    body = {"wealth_tax": True}
    assert "aux articles 200 et 978 du code général des impôts" in words(printed(frozen(body=body)))
    assert "978" not in words(printed(frozen(body=body, **COMPANY)))


def test_form_nature_and_mode_are_those_of_each_gift() -> None:
    gifts = [
        gift("2025-01-01", form="authentic_deed", nature="securities", means="other"),
        gift("2025-01-02", form="private_deed", nature="waived_income", means="cash"),
        gift("2025-01-03", form="other", nature="expenses", means="card"),
        gift("2025-01-04", nature="other", means="debit"),
        gift("2025-01-05", means="transfer"),
    ]
    text = squeezed(words(printed(frozen(*gifts))))
    for line in (
        "1er janvier 2025 acte authentique titres de sociétés cotés autre 50,00 €",
        "2 janvier 2025 acte sous seing privé abandon exprès de revenus ou de produits espèces 50,00 €",
        "3 janvier 2025 autre frais engagés par les bénévoles carte bancaire 50,00 €",
        "4 janvier 2025 déclaration de don manuel autre prélèvement 50,00 €",
        "5 janvier 2025 déclaration de don manuel numéraire virement 50,00 €",
    ):
        assert squeezed(line) in text


def test_the_period_runs_from_the_first_gift_to_the_last_in_whatever_order_they_came() -> None:
    text = words(printed(frozen(gift("2025-05-01"), gift("2025-12-31"), gift("2025-02-01"))))
    assert "du 1er février 2025 au 31 décembre 2025, la somme de" in text


def test_of_one_day_no_period_is_named() -> None:
    assert "réduction d’impôt, la somme de" in words(printed(frozen(gift(), gift())))


def test_french_punctuation_is_never_torn_from_its_word() -> None:
    for page in pages(printed(frozen(gift("2025-05-01"), gift("2025-12-31")))):
        for before, mark in pairwise(page.replace("https:", "")):
            assert mark not in ":;?!»€°" or before in "\u00a0\u202fn", page
        assert "'" not in page


def test_a_duplicate_keeps_the_number_and_says_so() -> None:
    original, duplicate = words(printed(frozen())), words(printed(frozen(), "duplicate"))
    assert "DUPLICATA" not in original
    assert duplicate.replace(" DUPLICATA", "") == original


def test_a_cancelled_receipt_says_since_when_why_and_what_replaces_it() -> None:
    state = {"state": "cancelled", "cancelled_on": date(2026, 2, 1), "cancel_reason": "Chèque refusé."}
    text = words(printed(frozen(**state, replaced_by="2025-000099"), "cancelled"))
    assert "2025-000017 ANNULÉ" in text
    assert "Ce reçu est annulé depuis le 1er février 2026 et ne donne droit à aucune réduction d’impôt." in text
    assert "Motif : Chèque refusé. Il est remplacé par le reçu n° 2025-000099." in text
    bare = words(printed(frozen(state="cancelled"), "cancelled"))
    assert "Ce reçu est annulé et ne donne droit à aucune réduction d’impôt." in bare
    assert "Motif" not in bare
    assert "remplacé" not in bare


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"donor_name": " "}, "the donor's name is missing"),
        ({"donor_address": "69003 LYON\n \n"}, "the donor's address is not complete"),
        (COMPANY | {"donor_siren": ""}, "the company's SIREN number is missing or wrong"),
        (COMPANY | {"donor_siren": "123456789"}, "the company's SIREN number is missing or wrong"),
        ({"amount": Decimal("50.01")}, "the gifts do not add up to its amount"),
        ({"currency": "CHF"}, "it is not in euros"),
        ({"body": {"name": ""}}, "ORGANISATION_NAME: the association's name"),
        ({"body": {"address": []}}, "ORGANISATION_ADDRESS: its address"),
        ({"body": {"number": "12345"}}, "ORGANISATION_SIREN: its SIREN or RNA number"),
        ({"body": {"purpose": ""}}, "ORGANISATION_PURPOSE: its purpose"),
        ({"body": {"category": ""}}, "ORGANISATION_CATEGORY: its category"),
        ({"body": {"signatory": ""}}, "RECEIPT_SIGNATORY: who signs the receipts"),
    ],
)
def test_what_is_missing_is_named(wrong, problem: str) -> None:
    assert paper.faults(frozen(**wrong)) == [problem]


def test_everything_that_is_missing_is_named_at_once() -> None:
    named = paper.faults(frozen(gift(amount="0.00"), donor_name="", body={"signatory": "", "number": ""}))
    assert len(named) == 4


def test_a_receipt_of_nothing_is_none() -> None:
    of = frozen()
    of["gifts"] = []
    assert "it covers no gift" in paper.faults(of)


@pytest.mark.parametrize("number", ["123456782", "123 456 782", "W751234567", "w 751234567"])
def test_an_association_has_a_siren_or_an_rna_number(number: str) -> None:
    assert not paper.faults(frozen(body={"number": number}))


def test_an_organisation_without_its_mentions_issues_nothing() -> None:
    bare = replace(ASSOCIATION, receipt_signatory=" ", organisation_siren="", organisation_address=" | ")
    assert len(paper.body_faults(paper.issuing_body(bare))) == 3
    assert not paper.body_faults(paper.issuing_body(ASSOCIATION))


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("0.01", "Un centime"),
        ("0.50", "Cinquante centimes"),
        ("1.00", "Un euro"),
        ("1.99", "Un euro et quatre-vingt-dix-neuf centimes"),
        ("21.00", "Vingt et un euros"),
        ("80.00", "Quatre-vingts euros"),
        ("71.01", "Soixante et onze euros et un centime"),
        ("81.00", "Quatre-vingt-un euros"),
        ("200.00", "Deux cents euros"),
        ("1250.50", "Mille deux cent cinquante euros et cinquante centimes"),
        ("80000.00", "Quatre-vingt mille euros"),
        ("1000000.00", "Un million d’euros"),
        ("2500000.00", "Deux millions cinq cent mille euros"),
    ],
)
def test_amounts_are_written_in_words(amount: str, expected: str) -> None:
    assert paper.in_words(Decimal(amount)) == expected


@pytest.mark.parametrize(
    "typed", ["4F2A91C00BBE", "4f2a91c00bbe", " 4F2A 91C0 0BBE ", "4F2A-91CO-oBBE", "4F2A\u00a091C0\t0BBE"]
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == "4F2A91C00BBE"


@pytest.mark.parametrize(
    ("number", "name"), [("2025-000017", "2025-000017"), ('É/../٣² 7\r\n"_', "7_"), ("AS-2025-1", "AS-2025-1")]
)
def test_a_number_becomes_a_file_name_that_every_system_takes(number: str, name: str) -> None:
    assert paper.file_name(number) == name
