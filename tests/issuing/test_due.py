"""What is due and what is not, and the word that is given for it."""

import csv
from datetime import UTC, date, datetime
from itertools import product

import pytest

from portal.issuing.actions import CannotIssue
from portal.profile.rules import Address, envelope
from portal.receipts import paper
from portal.receipts.models import Receipt
from portal.receipts.rules import is_located
from tests.issuing.givers import (
    COMPANY,
    LAST_YEAR,
    covered,
    gift,
    number,
    numbers,
    put_receipt,
)
from tests.personas import MARIE

THIS_YEAR = LAST_YEAR + 1


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
