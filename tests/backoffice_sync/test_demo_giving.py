"""Gifts and mandates of the demonstration file, checked day by day."""

import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise

import psycopg
import pytest
from schwifty import IBAN

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Gift, Mandate, Member
from backoffice_sync.demo import fill
from backoffice_sync.demo.fill import draw

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def file() -> CentralFile:
    return draw(2000, TODAY)[0]


def test_december_is_the_peak_month_of_every_full_year(file: CentralFile) -> None:
    for year in range(2015, 2026):
        months = Counter(
            gift.given_on.month for gift in file.rows(Gift) if gift.given_on.year == year and gift.means != "debit"
        )
        assert months.most_common(1)[0][0] == 12


def test_a_refused_debit_says_why_in_the_banks_code(file: CentralFile) -> None:
    refused = [gift for gift in file.rows(Gift) if gift.means == "debit" and gift.state in {"refused", "refunded"}]
    assert all(re.fullmatch(r"[A-Z]{2}\d\d", gift.state_reason) for gift in refused)
    assert {"AM04", "AC04", "MD01", "MD06", "MD07"} <= {gift.state_reason for gift in refused}
    assert {gift.state for gift in file.rows(Gift)} == {"received", "pending", "refused", "refunded"}


def test_nobody_gives_after_death_except_the_last_refused_debit(file: CentralFile) -> None:
    deceased = {member.id: member.deceased_on for member in file.rows(Member) if member.deceased_on}
    late = [gift for gift in file.rows(Gift) if deceased.get(gift.member_id, TODAY) < gift.given_on]
    assert {(gift.state, gift.state_reason) for gift in late} <= {("refused", "MD07")}


def test_a_campaign_never_brings_a_gift_before_it_starts(central: psycopg.Connection) -> None:
    fill(central, members=300, today=TODAY)
    early = "SELECT count(*) FROM gift JOIN campaign ON campaign.id = campaign_id WHERE given_on < starts_on"
    assert central.execute(early).fetchone() == (0,)


# --- mandates


def test_ibans_and_references_are_valid(file: CentralFile) -> None:
    mandates = file.rows(Mandate)
    assert all(IBAN(mandate.iban, validate_bban=True).country_code == "FR" for mandate in mandates)
    assert all(re.fullmatch(r"[A-Z0-9-]{1,35}", mandate.reference) for mandate in mandates)
    assert len({mandate.reference for mandate in mandates}) == len(mandates)
    assert {mandate.creditor_identifier for mandate in mandates} == {"FR72ZZZ123456"}


def test_only_an_active_mandate_has_a_next_debit_and_it_is_to_come(file: CentralFile) -> None:
    mandates = file.rows(Mandate)
    assert {mandate.state for mandate in mandates} == {
        "active",
        "suspended",
        "lapsed",
        "cancelled",
        "refused",
    }
    for mandate in mandates:
        if mandate.state == "active":
            assert mandate.next_debit_on is not None
            assert mandate.next_debit_on > TODAY
            assert mandate.next_debit_on.day in {5, 10, 15}
        else:
            assert mandate.next_debit_on is None


def test_a_mandate_is_debited_as_its_rhythm_says_and_two_weeks_after_signature(file: CentralFile) -> None:
    step = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
    days = defaultdict(list)
    for gift in file.rows(Gift):
        if gift.mandate_id:
            days[gift.mandate_id].append(gift.given_on)
    for mandate in file.rows(Mandate):
        debits = days[mandate.id]
        assert mandate.last_debit_on == (debits[-1] if debits else None)
        assert all(debit >= mandate.signed_on + timedelta(days=14) for debit in debits)
        months = [day.year * 12 + day.month for day in debits]
        assert {later - earlier for earlier, later in pairwise(months)} <= {step[mandate.rhythm]}


def test_a_lapsed_mandate_ended_36_months_after_its_last_debit(file: CentralFile) -> None:
    lapsed = [mandate for mandate in file.rows(Mandate) if mandate.state == "lapsed"]
    assert lapsed
    for mandate in lapsed:
        last = mandate.last_debit_on or mandate.signed_on
        assert mandate.ended_on == last.replace(year=last.year + 3)
        assert mandate.ended_on <= TODAY
