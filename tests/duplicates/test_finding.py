"""By night: who may be one person, each pair once, however many signs there are; and who is not."""

import pytest

from tests.personas import MARIE

PAIRS = (
    "SELECT a.number, b.number, signs, same_first_name FROM suspected_duplicate s JOIN member a ON a.id = s.member_id "
    "JOIN member b ON b.id = s.other_id WHERE a.number NOT IN ('1004', '1005')"
)


@pytest.fixture
def pairs(owner):
    """By the two numbers the signs, and whether the first names are the same; without the couple of the personas."""

    def pairs():
        found = owner.execute(PAIRS).fetchall()
        return {frozenset((one, two)): (sorted(signs), same) for one, two, signs, same in found}

    return pairs


async def test_the_same_person_is_found_once_with_every_sign(twin, owner, night, pairs, member_id) -> None:
    second = twin("t1", "marie", "DUPONT", email=MARIE.email, at_home=True)
    owner.execute("INSERT INTO phone (member_id, number, kind) VALUES (%s, '06 11 22 33 44', 'mobile')", [second])
    owner.execute("INSERT INTO phone (member_id, number, kind) VALUES (%s, '+33611223344', 'home')", [member_id(MARIE)])
    await night()
    assert pairs() == {frozenset(("1001", "t1")): (["email", "home", "phone"], True)}


async def test_a_couple_with_one_mailbox_is_said_to_be_two(twin, night, pairs) -> None:
    twin("t2", "Jean", "Dupont", email=MARIE.email, at_home=True)
    await night()
    assert pairs() == {frozenset(("1001", "t2")): (["email"], False)}


async def test_accents_capitals_and_hyphens_are_no_difference(twin, night, pairs) -> None:
    twin("t3", "Éloïse", "Saint-Loup", at_home=True)
    twin("t4", "ELOISE", "saint loup", at_home=True)
    await night()
    assert pairs() == {frozenset(("t3", "t4")): (["home"], True)}


async def test_a_mailbox_of_a_whole_village_makes_nobody_a_duplicate(twin, night, pairs) -> None:
    for number in range(7):
        twin(f"v{number}", "Anne", f"Nom{number}", email="mairie@example.org")
    await night()
    assert pairs() == {}


async def test_a_closed_record_is_nobodys_duplicate(twin, owner, night, pairs) -> None:
    twin("t5", "Marie", "Dupont", email=MARIE.email)
    owner.execute("UPDATE member SET closed = true WHERE number = 't5'")
    await night()
    assert pairs() == {}


async def test_a_pair_stays_the_same_until_it_is_alike_no_more(twin, owner, one, night, pairs) -> None:
    second = twin("t6", "Marie", "Dupont", email=MARIE.email)
    await night()
    first = one("SELECT id, found_at FROM suspected_duplicate")
    await night()
    assert one("SELECT id, found_at FROM suspected_duplicate") == first
    owner.execute("DELETE FROM email_address WHERE member_id = %s", [second])
    await night()
    assert pairs() == {}
