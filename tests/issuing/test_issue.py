"""Issuing a year's receipts: what is due, what stands on it for good, and who is told why not."""

import csv
import json
from datetime import UTC, date, datetime
from functools import partial
from itertools import product

import psycopg
import pytest

from portal import clock
from portal.issuing import queries
from portal.issuing.actions import CannotIssue
from portal.profile.rules import Address, envelope
from portal.receipts import paper
from portal.receipts.models import Receipt
from portal.receipts.rules import is_located
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
    put_receipt,
)
from tests.personas import MARIE

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


async def test_a_number_that_the_central_base_gave_is_refused_in_words_and_nothing_is_issued(
    giver, issue, owner
) -> None:
    member = giver("m1", gift("1"))
    put_receipt(owner, member, number(1))
    with pytest.raises(CannotIssue, match="RECEIPT_NUMBER_PREFIX"):
        await issue()
    assert numbers(owner) == []
    assert (await issue(receipt_number_prefix="P-")).issued == 1
    assert numbers(owner) == [f"P-{number(1)}"]


async def test_gifts_on_a_mirrored_receipt_are_not_receipted_again(issue, owner, member_id) -> None:
    await issue()
    assert numbers(owner, f"by_portal AND fiscal_year = {LAST_YEAR}") == []
    owner.execute("UPDATE receipt SET state = 'cancelled'")
    await issue(receipt_number_prefix="P-")
    [row] = owner.execute("SELECT member_id, amount FROM receipt WHERE by_portal").fetchall()
    assert row == (member_id(MARIE), 180)


async def test_the_gifts_of_a_merged_record_go_to_who_has_them_now(giver, issue, owner) -> None:
    twin, one = giver("m1", gift("1"), closed=True), giver("m2")
    await issue()
    assert numbers(owner) == []
    owner.execute("UPDATE gift SET member_id = %s WHERE member_id = %s", [one, twin])
    await issue()
    assert owner.execute("SELECT member_id FROM receipt").fetchall() == [(one,)]


async def test_an_association_whose_mentions_are_not_complete_issues_nothing(giver, issue, owner) -> None:
    giver("m1", gift("1"))
    with pytest.raises(CannotIssue, match=r"ORGANISATION_PURPOSE.*\n.*RECEIPT_SIGNATORY"):
        await issue(organisation_purpose=" ", receipt_signatory="")
    with pytest.raises(CannotIssue, match="ORGANISATION_SIREN"):
        await issue(organisation_siren="123456789")
    assert numbers(owner) == []
    assert (await issue(organisation_siren="W123456789")).issued == 1


@pytest.mark.parametrize(
    ("moment", "is_over"),
    [(datetime(2026, 12, 31, 22, 59, tzinfo=UTC), False), (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), True)],
)
async def test_the_year_ends_at_midnight_in_paris(giver, issue, owner, monkeypatch, moment, is_over) -> None:
    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return moment.astimezone(tz)

    monkeypatch.setattr("portal.clock.datetime", Clock)
    giver("m1", gift("1", year=2026, on="12-31"), gift("2", year=2026, on="01-01"), gift("3", year=2025, on="12-31"))
    report = await issue(2026)
    assert report.issued == is_over
    assert report.figures["left_out"] == ({} if is_over else {"year-not-over": 2})
    assert covered(owner) == (["1", "2"] if is_over else [])
    if is_over:
        assert owner.execute("SELECT issued_on, fiscal_year FROM receipt").fetchone() == (date(2027, 1, 1), 2026)


async def test_a_gift_of_this_year_is_receipted_at_once_for_who_wishes_so(giver, issue, owner) -> None:
    giver("m1", gift("1", year=THIS_YEAR, on="01-01"), rhythm="per_gift")
    giver("m2", gift("2", year=THIS_YEAR, on="01-01", means="debit"), rhythm="per_gift")
    report = await issue(THIS_YEAR)
    assert covered(owner) == ["1"]
    assert report.figures["left_out"] == {"year-not-over": 1}


async def test_every_gift_without_a_receipt_is_listed_with_its_reason(giver, issue, owner, tmp_path) -> None:
    giver("m1", gift("1", state="pending"), gift("2", state="refused"), gift("3", "3.00"))
    giver("m2", gift("4"), home=None)
    giver("m3", gift("5"), rhythm="none")
    giver("m4", gift("6"), **COMPANY | {"siren": None})
    giver("m5", gift("7"), civility="", first_name="", last_name="")
    giver("=m6", gift("8", deductible=False))
    report = await issue()
    assert numbers(owner) == []
    with (tmp_path / "without-receipt.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file, delimiter=";")
    assert head == ["member", "gift", "reason"]
    assert sorted(rows) == [
        ["'=m6", "8", "Something was given in return: no right to a receipt"],
        ["m1", "1", "The gift has not arrived yet"],
        ["m1", "2", "The bank refused the payment"],
        ["m1", "3", "The sum is too small for a receipt"],
        ["m2", "4", "The postal address is missing or not complete"],
        ["m3", "5", "The donor wishes no receipt"],
        ["m4", "6", "The company's SIREN number is missing or wrong"],
        ["m5", "7", "The donor's name is missing"],
    ]
    assert sum(report.left_out.values()) == len(rows)


@pytest.mark.parametrize("street", ["12 rue A", "", "...", "—", "Ω"])
@pytest.mark.parametrize(("postcode", "town", "country"), [*product(["75011", ""], ["Paris", "?"], ["FR", "DE", "GP"])])
def test_an_address_that_is_complete_enough_gives_a_receipt_that_can_be_rendered(
    settings, street, postcode, town, country
) -> None:
    address = Address(street=street, postcode=postcode, town=town, country=country)
    if is_located(address):
        lines = envelope(address, "")
        receipt = Receipt(
            number="1", code="1", fiscal_year=LAST_YEAR, kind="gift", article="200", issued_on=date(2026, 1, 1),
            amount=1, currency="EUR", state="issued", donor_name="Anne", donor_address="\n".join(lines), donor_siren="",
            lines=[{"gift": "1", "on": "2025-01-01", "amount": "1.00", "means": "card"}],
        )  # fmt: skip
        assert paper.faults(paper.freeze(receipt, paper.issuing_body(settings))) == []


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


@pytest.mark.parametrize(
    "change",
    [
        "amount = 40", "state = 'refunded'", "state = 'refused'", "deductible = false", "currency = 'USD'",
        f"given_on = '{LAST_YEAR - 1}-12-31'", "member_id = (SELECT id FROM member WHERE number = '1001')",
    ],
)  # fmt: skip
async def test_a_receipt_whose_gifts_are_no_longer_what_they_were_is_named(giver, issue, owner, change) -> None:
    giver("m1", gift("1"), gift("2"))
    assert (await issue()).shaken == []
    owner.execute(f"UPDATE gift SET {change} WHERE central_id = '1'")
    assert (await issue()).shaken == [number(1)]
    owner.execute("DELETE FROM gift WHERE central_id = '1'")
    assert (await issue()).shaken == [number(1)]


def test_the_receipt_s_lines_are_those_that_a_mirrored_one_has() -> None:
    """So that the sync finds nothing to write when it reads a receipt of ours back."""
    from portal.issuing.actions import _line
    from tests.issuing.test_settle import a_gift

    names = ["gift", "on", "amount", "means", "form", "nature"]
    assert list(json.loads(json.dumps(_line(a_gift("1"))))) == names
