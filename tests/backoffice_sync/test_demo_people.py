"""Who stands in the demonstration file, and where they can be written to."""

import re
from collections import defaultdict
from datetime import date

import pytest

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Address, Email, Member, Phone, Receipt
from backoffice_sync.demo.fill import draw
from backoffice_sync.demo.postal import address_lines, name_line

TODAY = date(2026, 11, 22)
RESERVED_DOMAIN = re.compile(r"@(?:[a-z-]+\.)*(?:example|example\.(?:org|net|com))$")


@pytest.fixture(scope="module")
def file() -> CentralFile:
    return draw(2000, TODAY)[0]


def test_every_name_and_address_line_fits_the_envelope(file: CentralFile) -> None:
    lines = [name_line(member) for member in file.rows(Member)]
    lines += [line for address in file.rows(Address) for line in address_lines(address)]
    lines += [line for receipt in file.rows(Receipt) for line in receipt.donor_address.split("\n")]
    assert max(map(len, lines)) <= 38
    assert all(lines)
    assert all(len(address_lines(address)) <= 6 for address in file.rows(Address))


def test_french_postcodes_are_five_digits_and_come_from_everywhere(file: CentralFile) -> None:
    french = [address for address in file.rows(Address) if address.country == "FR"]
    assert all(re.fullmatch(r"[0-9]{5}", address.postcode) for address in french)
    starts = {address.postcode[:2] for address in french}
    assert {"01", "20", "75", "97"} <= starts
    assert any("CEDEX" in address.town for address in french)
    assert {address.country for address in file.rows(Address)} == {
        "FR",
        "BE",
        "CH",
        "DE",
        "LU",
        "GB",
        "US",
        "CA",
    }


def test_nobody_can_be_reached_by_accident(file: CentralFile) -> None:
    assert all(RESERVED_DOMAIN.search(email.address) for email in file.rows(Email))
    fiction = r"(01 99 00|02 61 91|03 53 01|04 65 71|05 36 49|06 39 98)( \d\d){2}"
    abroad = r"\+44 20 7946 0\d{3}|\+1 212 555 01\d{2}|\+49 30 23125 \d{3}"
    assert all(re.fullmatch(f"{fiction}|{abroad}", phone.number) for phone in file.rows(Phone))


def test_about_a_third_of_the_members_have_no_email(file: CentralFile) -> None:
    with_email = {email.member_id for email in file.rows(Email)}
    assert 0.28 < 1 - len(with_email) / 2000 < 0.4
    assert all(m.receipt_by == "post" for m in file.rows(Member) if m.id not in with_email)


def test_a_mailbox_of_two_members_is_a_couple_or_a_duplicate(file: CentralFile) -> None:
    members = {member.id: member for member in file.rows(Member)}
    mailboxes = defaultdict(set)
    for email in file.rows(Email):
        mailboxes[email.address].add(email.member_id)
    shared = [[members[id_] for id_ in ids] for ids in mailboxes.values() if len(ids) > 1]
    assert len(shared) > 20
    for owners in shared:
        households = {owner.household_id for owner in owners}
        names = {(owner.first_name, owner.last_name.upper()) for owner in owners}
        assert (len(households) == 1 and None not in households) or len(names) == 1


def test_a_siren_satisfies_its_check_digit(file: CentralFile) -> None:
    sirens = [member.siren for member in file.rows(Member) if member.siren]
    assert len(sirens) > 50
    for siren in sirens:
        total = 0
        for place, digit in enumerate(map(int, siren)):
            value = digit * 2 if place % 2 else digit
            total += value - 9 if value > 9 else value
        assert total % 10 == 0
