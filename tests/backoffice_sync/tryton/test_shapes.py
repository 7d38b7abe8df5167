"""Tryton's records in the portal's rows, and the marks in its texts. Nothing is asked of a Tryton."""

from datetime import date

import pytest

from backoffice_sync.connectors.tryton import marks, shapes, writing
from portal import clock

PARTY = {
    "id": 7, "code": "12", "name": "Durand, Anne", "active": True, "replaced_by": None, "lang.": {"code": "en"},
    "identifiers.": [],
}  # fmt: skip
LINES = (*shapes.UNIT, *shapes.PLACE, "building_name", "building_number", "street_name", "street_unstructured")
ADDRESS = dict.fromkeys(LINES) | {
    "id": 3, "party": 7, "active": True, "sequence": None, "postal_code": "69003", "city": "Lyon",
    "country.": {"code": "FR"}, "subdivision.": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "last", "first"),
    [("Durand, Anne", "Durand", "Anne"), ("Anne Durand", "Anne Durand", ""), ("A, B, C", "A", "B, C"), (None, "", "")],
)
def test_a_name_is_told_apart_at_its_first_comma(name, last, first) -> None:
    assert shapes.member(PARTY | {"name": name})[4:7] == (first, last, "")


@pytest.mark.parametrize(
    ("kind", "siren"), [("fr_siren", "732829320"), ("fr_siret", "732829320"), ("eu_vat", None), ("other", "person")]
)
def test_a_company_is_whoever_has_a_number_of_one(kind, siren) -> None:
    codes = {"fr_siren": "732829320", "fr_siret": "73282932000074", "eu_vat": "FR44732829320", "other": "1"}
    number = {"type": kind, "code": codes[kind], "code_compact": codes[kind], "active": True}
    row = shapes.member(PARTY | {"name": "Bell, Sons", "identifiers.": [number]})
    assert row[2:9] == (
        ("person", "", "Sons", "Bell", "", "", None) if siren == "person"
        else ("company", "", "", "", "Bell, Sons", "", siren)
    )  # fmt: skip
    assert shapes.member(PARTY | {"identifiers.": [number | {"active": False}]})[2] == "person"


@pytest.mark.parametrize("change", [{"active": False}, {"replaced_by": 9}])
def test_who_is_archived_or_merged_is_closed(change) -> None:
    assert shapes.member(PARTY | change)[-1] is True


def test_the_first_active_address_in_trytons_order_is_the_main_one() -> None:
    records = [
        ADDRESS | {"id": 1, "sequence": 5}, ADDRESS | {"id": 2, "active": False}, ADDRESS | {"id": 4, "sequence": 3},
        ADDRESS | {"id": 9},
    ]  # fmt: skip
    assert [(row[0], row[11]) for row in shapes.address_rows(records)] == [("9", True), ("4", False), ("1", False)]


def test_an_address_typed_as_plain_lines_has_them_all_as_its_street() -> None:
    plain = ADDRESS | {"street_unstructured": "5 rue des Lilas\nBâtiment B"}
    assert shapes.address(plain)["street"] == "5 rue des Lilas, Bâtiment B"
    moved = shapes.address(plain) | {"house_number": "5", "street": "rue des Lilas"}
    values = {"unit_number": "", "floor_number": None, "room_number": None, "building_name": "", "building_number": "5",
              "street_name": "rue des Lilas", "post_box": None, "private_bag": None, "post_office": "",
              "street_unstructured": None}  # fmt: skip
    assert writing.address([plain], shapes.address(plain), moved, {}) == {"addresses": [["write", [3], values]]}


def test_of_an_address_only_what_differs_is_written() -> None:
    flat = ADDRESS | {"unit_number": "4", "floor_number": "2", "street_name": "rue des Lilas", "post_box": "12"}
    assert shapes.address(flat)["unit"] == "4, 2"
    assert shapes.address(flat)["locality"] == "BP 12"
    moved = shapes.address(flat) | {"street": "rue Basse", "locality": "BP 7"}
    [[_, _, values]] = writing.address([flat], shapes.address(flat), moved, {"country": 1})["addresses"]
    assert values == {"street_name": "rue Basse", "post_box": "7", "private_bag": None, "post_office": None}


@pytest.mark.parametrize(
    ("text", "dates", "rest"),
    [
        ("[extranet]\nGood morning", {}, "Good morning"),
        ("[extranet] ends_on=2026-12-31\nA\nB", {"ends_on": date(2026, 12, 31)}, "A\nB"),
        ("Called him.\n[extranet] confirmed_on=2026-01-01 ", {"confirmed_on": date(2026, 1, 1)}, "Called him."),
        ("[extranet] ends_on=tomorrow\nA", None, "[extranet] ends_on=tomorrow\nA"),
        ("[extranet] ends_on=2026-02-31\nA", None, "[extranet] ends_on=2026-02-31\nA"),
        ("Seen on the [extranet]", None, "Seen on the [extranet]"),
        (None, None, ""),
    ],
)
def test_only_a_line_that_is_just_so_is_a_mark(text, dates, rest) -> None:
    assert marks.read(text) == (dates, rest)
    if dates:
        assert marks.read(marks.write(dates, rest)) == (dates, rest)


def test_what_is_known_of_an_address_goes_with_it() -> None:
    text = marks.write({"confirmed_on": date(2026, 1, 1)}, "Her daughter's", "anne@example.org")
    assert marks.read(text, "Anne@example.org") == ({"confirmed_on": date(2026, 1, 1)}, "Her daughter's")
    assert marks.read(text, "luc@example.org") == ({}, "Her daughter's")


def test_the_newest_marked_note_is_the_memo_and_an_empty_one_ends_it() -> None:
    notes = [
        {"id": 1, "resource": "party.party,7", "message": "[extranet]\nGood morning"},
        {"id": 3, "resource": "party.party,7", "message": "He is never at home"},
    ]
    assert shapes.memo_rows(notes) == [("1", "7", "Good morning", None, None)]
    assert shapes.memo_rows([*notes, {"id": 4, "resource": "party.party,7", "message": "[extranet]"}]) == []


DEBIT = {"id": 1, "amount": "15.00", "state": "succeeded", "currency.": {"code": "EUR"}}
MANDATE = {
    "id": 5, "party": 7, "identification": "RUM1", "signature_date": date(2026, 1, 2), "state": "validated",
    "account_number.": {"number": "FR76 3000 4000 0312 3456 7890 143"}, "write_date": clock.now(),
    "company.": {"party.": {"sepa_creditor_identifier_used": None}},
}  # fmt: skip


def test_of_an_account_number_only_its_country_and_end_are_delivered() -> None:
    debits = [DEBIT | {"date": date(2026, 1, 5)}, DEBIT | {"date": date(2026, 4, 5), "id": 2}]
    [row] = shapes.mandate_rows([MANDATE | {"payments.": debits}])
    assert row[4:6] == ("FR•• •••• 0143", "BNP PARIBAS")
    assert "3000" not in str(row)
    assert row[8] == "quarterly"


def test_a_mandate_without_rhythm_or_not_yet_signed_is_left_out() -> None:
    debits = [DEBIT | {"date": date(2026, 1, 5)}]
    assert shapes.mandate_rows([MANDATE | {"payments.": debits}]) == []
    assert shapes.mandate_rows([MANDATE | {"payments.": [*debits, *debits], "state": "draft"}]) == []


def test_the_next_debit_is_the_first_still_to_come_and_a_cancelled_mandate_has_none() -> None:
    today = clock.today()
    debits = [DEBIT | {"date": today.replace(year=today.year + more)} for more in (0, 1, 2)]
    debits[0] |= {"state": "failed"}
    [row] = shapes.mandate_rows([MANDATE | {"payments.": debits}])
    assert row[10] == debits[1]["date"]
    [row] = shapes.mandate_rows([MANDATE | {"payments.": debits, "state": "cancelled"}])
    assert row[10:] == (None, "cancelled", today)
