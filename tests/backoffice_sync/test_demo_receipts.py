"""Tax receipts of the demonstration file, checked against its gifts."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Address, Gift, Member, Receipt
from backoffice_sync.demo.fill import draw

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def file() -> CentralFile:
    return draw(2000, TODAY)[0]


def received_by_receipt(file: CentralFile) -> dict[int, list[Gift]]:
    gifts = {gift.id: gift for gift in file.rows(Gift)}
    covered = defaultdict(list)
    for receipt_id, gift_id in file.covered:
        covered[receipt_id].append(gifts[gift_id])
    return covered


def test_a_receipt_covers_received_gifts_of_its_own_member_and_year(file: CentralFile) -> None:
    covered = received_by_receipt(file)
    for receipt in file.rows(Receipt):
        gifts = covered[receipt.id]
        assert receipt.amount == sum(gift.amount for gift in gifts)
        assert {gift.state for gift in gifts} == {"received"}
        assert {gift.member_id for gift in gifts} == {receipt.member_id}
        assert {gift.given_on.year for gift in gifts} == {receipt.fiscal_year}


def test_receipt_numbers_run_without_a_gap_in_the_order_of_issue(file: CentralFile) -> None:
    years = defaultdict(list)
    for receipt in file.rows(Receipt):
        years[receipt.fiscal_year].append(receipt)
    assert set(years) == set(range(2015, 2027))
    for year, receipts in years.items():
        receipts.sort(key=lambda receipt: receipt.number)
        assert [receipt.number for receipt in receipts] == [f"{year}-{n:06}" for n in range(1, len(receipts) + 1)]
        assert all(first.issued_on <= second.issued_on for first, second in pairwise(receipts))


def test_a_gift_stands_on_one_valid_receipt_at_most(file: CentralFile) -> None:
    valid = {receipt.id for receipt in file.rows(Receipt) if receipt.state == "issued"}
    times = Counter(gift for receipt, gift in file.covered if receipt in valid)
    assert set(times.values()) == {1}
    cancelled = [receipt for receipt in file.rows(Receipt) if receipt.state == "cancelled"]
    assert cancelled
    gifts_of_cancelled = {gift for receipt, gift in file.covered if receipt in {r.id for r in cancelled}}
    assert gifts_of_cancelled <= set(times)


def test_annual_receipts_come_in_january_and_debits_stand_on_no_other(file: CentralFile) -> None:
    covered = received_by_receipt(file)
    for receipt in file.rows(Receipt):
        if receipt.kind == "annual" and receipt.state == "cancelled":
            assert (receipt.issued_on.year, receipt.issued_on.month) == (receipt.fiscal_year + 1, 1)
        if receipt.kind == "gift":
            assert [gift.means for gift in covered[receipt.id]] != ["debit"]
            assert len(covered[receipt.id]) == 1


def test_companies_and_persons_have_their_own_article(file: CentralFile) -> None:
    members = {member.id: member for member in file.rows(Member)}
    for receipt in file.rows(Receipt):
        member = members[receipt.member_id]
        assert receipt.article == ("238bis" if member.kind == "company" else "200")
        assert member.kind == "person" or member.siren
        assert member.receipt_rhythm != "none"


def test_every_gift_without_a_receipt_has_a_reason(file: CentralFile) -> None:
    members = {member.id: member for member in file.rows(Member)}
    housed = {address.member_id for address in file.rows(Address)}
    on_receipt = {gift for _, gift in file.covered}
    sums: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for gift in file.rows(Gift):
        if gift.state == "received" and gift.deductible:
            sums[gift.member_id, gift.given_on.year] += gift.amount
    for gift in file.rows(Gift):
        member = members[gift.member_id]
        is_annual = member.receipt_rhythm == "annual" or gift.means == "debit"
        reasons = (
            gift.state != "received",
            not gift.deductible,
            member.receipt_rhythm == "none",
            member.id not in housed,
            member.kind == "company" and not member.siren,
            is_annual and gift.given_on.year == TODAY.year,
            is_annual and sums[member.id, gift.given_on.year] < 5,
            not is_annual and gift.amount < 5,
            not is_annual and gift.given_on + timedelta(days=12) > TODAY,
        )
        assert (gift.id in on_receipt) != any(reasons)
