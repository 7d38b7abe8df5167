"""The demonstration file as a whole: the same every time, whole in the base, with its personas."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta

import psycopg
import pytest

from backoffice_sync.central_file import TABLES, BaseNotEmptyError, CentralFile
from backoffice_sync.central_rows import Address, Email, Gift, Mandate, Member, Memo, Receipt
from backoffice_sync.demo import fill, fill_demo
from backoffice_sync.demo.cast import Persona
from backoffice_sync.demo.fill import draw

TODAY = date(2026, 11, 22)


def digest(file: CentralFile) -> str:
    rows = [row for kind in TABLES for row in file.rows(kind)]
    return hashlib.sha256(repr((rows, file.covered)).encode()).hexdigest()


@pytest.fixture(scope="module")
def drawn() -> tuple[CentralFile, list[Persona]]:
    return draw(2000, TODAY)


@pytest.fixture(scope="module")
def file(drawn: tuple[CentralFile, list[Persona]]) -> CentralFile:
    return drawn[0]


@pytest.fixture(scope="module")
def personas(drawn: tuple[CentralFile, list[Persona]]) -> list[Persona]:
    return drawn[1]


# --- the same every time


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_day_gives_the_same_file_whatever_the_hash_seed(file: CentralFile, seed: str) -> None:
    program = f"""
import hashlib
from datetime import date
from backoffice_sync.central_file import TABLES
from backoffice_sync.demo.fill import draw
file, _ = draw(2000, date.fromisoformat("{TODAY}"))
rows = [row for kind in TABLES for row in file.rows(kind)]
print(hashlib.sha256(repr((rows, file.covered)).encode()).hexdigest())
"""
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    again = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert again.stdout.strip() == digest(file)


def test_a_smaller_file_has_the_same_first_members(file: CentralFile) -> None:
    small, _ = draw(200, TODAY)
    assert small.rows(Member)[:199] == file.rows(Member)[:199]


@pytest.mark.parametrize("today", [date(2028, 2, 29), date(2027, 1, 1), date(2026, 12, 31), date(2027, 3, 6)])
def test_a_file_can_be_drawn_on_any_day(today: date) -> None:
    file, _ = draw(400, today)
    assert {gift.given_on.year for gift in file.rows(Gift)} <= set(range(today.year - 11, today.year + 1))
    assert max(gift.given_on for gift in file.rows(Gift)) <= today
    assert max(receipt.issued_on for receipt in file.rows(Receipt)) <= today
    assert all(mandate.next_debit_on > today for mandate in file.rows(Mandate) if mandate.next_debit_on)


# --- in the base


def test_the_base_holds_what_was_drawn(central: psycopg.Connection, file: CentralFile) -> None:
    fill(central, members=2000, today=TODAY)
    for kind in TABLES:
        rows = central.execute(f"SELECT count(*), coalesce(max(id), 0) FROM {kind.table}").fetchone()
        assert rows == (len(file.rows(kind)), len(file.rows(kind)))
    amount = sum(gift.amount for gift in file.rows(Gift))
    assert central.execute("SELECT sum(amount) FROM gift").fetchone() == (amount,)


def test_each_receipt_equals_the_sum_of_its_received_gifts_in_the_base(central: psycopg.Connection) -> None:
    fill(central, members=600, today=TODAY)
    wrong = """
        SELECT receipt.number FROM receipt
        LEFT JOIN receipt_gift ON receipt_id = receipt.id
        LEFT JOIN gift ON gift.id = gift_id AND gift.state = 'received' AND gift.member_id = receipt.member_id
        GROUP BY receipt.id HAVING receipt.amount IS DISTINCT FROM sum(gift.amount)"""
    assert central.execute(wrong).fetchall() == []
    assert central.execute("SELECT count(*) > 500 FROM receipt").fetchone() == (True,)


def test_the_next_row_after_the_file_gets_a_free_id(central: psycopg.Connection) -> None:
    fill(central, members=50, today=TODAY)
    added = central.execute("INSERT INTO member (number, kind) VALUES ('new', 'person') RETURNING id").fetchone()
    assert added == (51,)


def test_every_row_is_noted_in_the_change_log(central: psycopg.Connection) -> None:
    fill(central, members=50, today=TODAY)
    assert central.execute("SELECT count(*) FROM change_log WHERE entity = 'member'").fetchone() == (50,)


def test_a_base_with_members_is_left_alone(central: psycopg.Connection) -> None:
    central.execute("INSERT INTO member (number, kind) VALUES ('1', 'person')")
    with pytest.raises(BaseNotEmptyError, match="already holds rows in member"):
        fill(central, members=50, today=TODAY)
    assert central.execute("SELECT count(*) FROM member").fetchone() == (1,)
    assert central.execute("SELECT count(*) FROM campaign").fetchone() == (0,)


def test_the_terminal_shows_who_can_sign_in(central: psycopg.Connection) -> None:
    said: list[str] = []
    fill_demo(central, members=50, today=TODAY, say=said.append)
    assert "member: 50 rows" in said
    assert [line for line in said if "marie.dupont@example.org" in line and "100001" in line]


def test_fewer_members_than_personas_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="at least as many"):
        draw(5, TODAY)


# --- personas


def test_each_persona_is_what_it_says(file: CentralFile, personas: list[Persona]) -> None:
    members = {member.number: member for member in file.rows(Member)}
    by_email = {persona.email: members[persona.number] for persona in personas}
    gifts = Counter(gift.member_id for gift in file.rows(Gift))
    mandates = {mandate.member_id: mandate.state for mandate in file.rows(Mandate)}
    marie = by_email["marie.dupont@example.org"]
    assert mandates[marie.id] == "active"
    assert {gift.given_on.year for gift in file.rows(Gift) if gift.member_id == marie.id} == set(range(2015, 2027))
    [memo] = [m for m in file.rows(Memo) if m.member_id == marie.id and m.kind == "extranet"]
    assert (memo.starts_on, memo.ends_on) == (TODAY - timedelta(days=10), TODAY + timedelta(days=60))
    assert gifts[by_email["jean-pierre.le-goff@example.org"].id] == 0
    assert gifts[by_email["simone.lefebvre@example.org"].id] > 300
    assert mandates[by_email["nicolas.bernard@example.org"].id] == "lapsed"
    assert mandates[by_email["amina.benali@example.org"].id] == "suspended"
    assert by_email["contact@boulangerie-durand.example"].siren
    assert by_email["odette.rousseau@example.org"].receipt_by == "post"
    assert by_email["georges.petit@example.org"].deceased_on
    countries = {address.member_id: address.country for address in file.rows(Address)}
    assert countries[by_email["luc.peeters@example.org"].id] == "BE"


def test_the_couple_shares_one_mailbox_and_one_household(file: CentralFile, personas: list[Persona]) -> None:
    numbers = {persona.number for persona in personas if persona.email == "couple.martin@example.org"}
    couple = [member for member in file.rows(Member) if member.number in numbers]
    assert len(couple) == 2
    assert len({member.household_id for member in couple}) == 1


def test_personas_are_the_first_members_and_nobody_else_has_their_address(
    file: CentralFile, personas: list[Persona]
) -> None:
    assert [persona.number for persona in personas] == [m.number for m in file.rows(Member)[: len(personas)]]
    emails = {persona.email for persona in personas if persona.email}
    owners = {email.member_id for email in file.rows(Email) if email.address in emails}
    assert owners <= set(range(1, len(personas) + 1))
