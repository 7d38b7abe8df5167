"""Issuing a year's receipts: what is due, what stands on it for good, and who is told why not."""

import json
from functools import partial

import psycopg
import pytest

from portal import clock
from portal.issuing import queries
from tests.issuing.givers import (
    AT_LYON,
    COMPANY,
    IN_GERMANY,
    LAST_YEAR,
    SIREN,
    covered,
    gift,
    many,
    number,
    numbers,
)

THIS_YEAR = LAST_YEAR + 1


async def test_a_donor_gets_one_receipt_for_the_year_unless_they_wish_one_for_each_gift(giver, issue, owner) -> None:
    giver("m1", gift("1", "20.00"), gift("2", "30.50"))
    giver("m2", gift("3", "5.00"), gift("4", "7.00"), rhythm="per_gift")
    report = await issue()
    rows = owner.execute("SELECT kind, amount::text, jsonb_array_length(lines) FROM receipt").fetchall()
    assert sorted(rows) == [("annual", "50.50", 2), ("gift", "5.00", 1), ("gift", "7.00", 1)]
    assert numbers(owner) == [number(1), number(2), number(3)]
    assert report.figures == {"issued": 3, "amount": "62.50", "left_out": {}, "to_cancel": 0}


async def test_a_receipt_keeps_the_donor_the_gifts_and_the_association_of_the_day(giver, issue, owner) -> None:
    giver("m1", gift("1", form="private_deed", nature="securities", means="transfer"), home=AT_LYON | {"unit": "Apt 4"})
    await issue(organisation_name="Les Mains Ouvertes")
    row = owner.execute(
        "SELECT donor_name, donor_address, article, currency, state, issued_on, lines, issuer ->> 'name', code "
        "FROM receipt"
    ).fetchone()
    assert row[:6] == (
        "Mme Anne Donatrice m1", "APT 4\n12 BIS RUE DES LILAS\n69003 LYON", "200", "EUR", "issued", clock.today(),
    )  # fmt: skip
    assert row[6] == [
        {"gift": "1", "on": f"{LAST_YEAR}-06-15", "amount": "50.00", "means": "transfer", "form": "private_deed",
         "nature": "securities"}
    ]  # fmt: skip
    assert row[7] == "Les Mains Ouvertes"
    assert len(row[8]) == 12


async def test_a_company_is_named_with_its_legal_form_and_siren_as_they_were(giver, issue, owner) -> None:
    giver("m1", gift("1"), **COMPANY, first_name="", last_name="")
    await issue()
    owner.execute("UPDATE member SET legal_form = 'SAS', siren = '552100554', company_name = 'Durand & fils'")
    frozen = owner.execute("SELECT donor_name, donor_siren, article FROM receipt").fetchone()
    assert frozen == ("Boulangerie Durand SARL", SIREN, "238bis")


async def test_nothing_rewrites_a_receipt_that_was_issued(giver, issue, owner) -> None:
    giver("m1", gift("1"))
    await issue()
    before = owner.execute("SELECT donor_name, donor_address, amount, lines, number FROM receipt").fetchone()
    owner.execute("UPDATE receipt SET donor_name = 'X', donor_address = 'Y', donor_siren = '1', lines = '[]'")
    for another in ("amount = 1", "number = 'X'", "issued_on = '2001-01-01'", "fiscal_year = 2001"):
        with pytest.raises(psycopg.errors.CheckViolation):
            owner.execute(f"UPDATE receipt SET {another}")
    assert owner.execute("SELECT donor_name, donor_address, amount, lines, number FROM receipt").fetchone() == before


async def test_a_second_run_issues_only_what_came_since(giver, issue, owner) -> None:
    giver("m1", gift("1"), rhythm="per_gift")
    assert (await issue()).issued == 1
    assert (await issue()).issued == 0
    giver("m2", gift("2"), gift("3", "2.00"), rhythm="per_gift")
    report = await issue()
    assert numbers(owner) == [number(1), number(2)]
    assert report.figures["left_out"] == {"below-threshold": 1}


async def test_each_year_has_its_own_numbers_behind_the_association_s_prefix(giver, issue, owner) -> None:
    giver("m1", gift("1"), gift("2", year=LAST_YEAR - 1))
    await issue(receipt_number_prefix="RF-")
    await issue(LAST_YEAR - 1, receipt_number_prefix="RF-")
    assert numbers(owner) == [f"RF-{number(1, LAST_YEAR - 1)}", f"RF-{number(1)}"]
    assert owner.execute("SELECT body, year, last FROM receipt_counter ORDER BY year").fetchall() == [
        ("123456782", LAST_YEAR - 1, 1),
        ("123456782", LAST_YEAR, 1),
    ]


async def test_batches_of_members_leave_nobody_out_and_no_gap(giver, issue, owner, monkeypatch) -> None:
    monkeypatch.setattr("portal.issuing.run.queries.taxpayers", partial(queries.taxpayers, limit=2))
    for name in many(7):
        giver(name, gift(f"g{name}"))
    assert (await issue()).issued == 7
    assert numbers(owner) == [number(count) for count in range(1, 8)]
    assert len(covered(owner)) == 7


async def test_the_counter_s_lock_and_the_numbers_go_by_the_association_not_by_how_its_number_is_typed(
    giver, issue, owner
) -> None:
    giver("m1", gift("1"))
    await issue(organisation_siren="123456782")
    giver("m2", gift("2"))
    await issue(organisation_siren="123 456 782")
    assert numbers(owner) == [number(1), number(2)]


async def test_a_foreign_address_stands_on_the_receipt_with_its_country(giver, issue, owner) -> None:
    giver("m1", gift("1"), home=IN_GERMANY)
    await issue()
    assert owner.execute("SELECT donor_address FROM receipt").fetchone() == ("HAUPTSTRASSE 5\n10115 BERLIN\nALLEMAGNE",)


async def test_each_run_is_noted_with_its_figures_and_each_receipt_in_the_journal(giver, issue, owner) -> None:
    member = giver("m1", gift("1"), gift("2", "1.00"), rhythm="per_gift")
    await issue()
    act, year, ended, figures = owner.execute("SELECT act, year, ended_at, figures FROM receipt_run").fetchone()
    assert (act, year, ended is None) == ("issue", LAST_YEAR, False)
    assert figures == {"issued": 1, "amount": "50.00", "left_out": {"below-threshold": 1}, "to_cancel": 0}
    entry = owner.execute("SELECT actor, member_id, data FROM journal WHERE kind = 'receipt.issued'").fetchall()
    assert entry == [("receipts", member, {"number": number(1)})]


def test_the_receipt_s_lines_are_those_that_a_mirrored_one_has() -> None:
    """So that the sync finds nothing to write when it reads a receipt of ours back."""
    from portal.issuing.actions import _line
    from tests.issuing.test_settle import a_gift

    names = ["gift", "on", "amount", "means", "form", "nature"]
    assert list(json.loads(json.dumps(_line(a_gift("1"))))) == names
