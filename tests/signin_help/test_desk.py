"""Somebody calls who cannot sign in: what staff find, and what they can do."""

import pytest
from sqlalchemy import text

from tests.personas import ADMINISTRATOR, CLAIRE, COMPLIANCE, GEORGES, MARIE, NADIA, PAUL, READER, STRANGER

DESK = "/staff/sign-in-help"


@pytest.fixture
def path(member_id):
    return lambda person: f"{DESK}/members/{member_id(person)}"


def rename(owner, person, first: str, last: str) -> None:
    owner.execute("UPDATE member SET first_name = %s, last_name = %s WHERE number = %s", [first, last, person.number])


def lose_mail(owner, person, column: str = "bounced_on") -> None:
    owner.execute(f"UPDATE email_address SET {column} = '2026-03-01' WHERE address = %s", [person.email])


@pytest.mark.parametrize("typed", ["1001", "Dupont", "marie.dupont@example.org"])
async def test_a_caller_is_found_by_what_they_say(editor, path, typed) -> None:
    page = await editor.get(f"{DESK}?q={typed}")
    assert path(MARIE) in page.links


async def test_an_address_that_nobody_has_is_called_so(editor) -> None:
    assert "No record has this address" in (await editor.get(f"{DESK}?q=nobody@example.org")).text


async def test_addresses_typed_without_a_record_are_listed_and_those_with_one_are_not(editor, visitor, owner) -> None:
    for address in ("marie.dupnot@example.org", MARIE.email, GEORGES.email, "editor@association.example"):
        walker = visitor()
        await walker.submit(await walker.get("/sign-in"), "/sign-in", email=address)
    page = await editor.get(f"{DESK}/lists/no-record")
    assert "marie.dupnot@example.org" in page.text
    assert f"{DESK}?q=marie%20dupnot" in page.links, "the name in the address is what to search for"
    assert GEORGES.email in page.text, "nobody signs in with the record of somebody deceased"
    assert MARIE.email not in page.text
    assert "editor@association.example" not in page.text
    assert "2 addresses" in page.text


async def test_couples_and_people_who_are_there_twice_are_told_apart(editor, owner, path) -> None:
    assert "Several people" in (await editor.get(f"{DESK}/lists/shared")).text
    rename(owner, PAUL, "CLAIRE", "Martín")
    page = await editor.get(f"{DESK}/lists/shared")
    assert "One person twice" in page.text
    assert {path(CLAIRE), path(PAUL)} <= set(page.links)
    assert "1 address" in page.text, "an address of one member alone is not on the list"


async def test_members_whom_no_mail_reaches_are_listed_unless_they_have_another_way_in(
    editor, owner, member_id
) -> None:
    for person in (MARIE, NADIA, STRANGER, GEORGES):
        lose_mail(owner, person, "complained_on" if person is STRANGER else "bounced_on")
    owner.execute(
        "INSERT INTO passkey (member_id, credential_id, public_key, sign_count, name) VALUES (%s, 'c', 'k', 0, '')",
        [member_id(NADIA)],
    )
    owner.execute(
        "INSERT INTO email_address (member_id, address, is_main, origin, recorded_on) "
        "VALUES (%s, 'other@example.org', false, '', '2020-01-01')",
        [member_id(STRANGER)],
    )
    page = await editor.get(f"{DESK}/lists/dead")
    assert "Marie Dupont" in page.text
    assert "Mails come back since 1 March 2026" in page.text
    assert "Nadia" not in page.text, "she has a passkey"
    assert "Serge" not in page.text, "another address of his works"
    assert "Georges" not in page.text, "nobody signs in for him"
    owner.execute("DELETE FROM email_address WHERE address = 'other@example.org'")
    assert "Called unwanted on 1 March 2026" in (await editor.get(f"{DESK}/lists/dead")).text
    assert [card.text for card in (await editor.get(DESK)).tree.iterfind(".//p[@class='figure']")] == ["0", "1", "2"]


async def test_who_has_which_key_is_told_to_staff_alone(owner, database, member_id) -> None:
    owner.execute("INSERT INTO donor_identity (issuer, subject, member_id) VALUES ('i', 's', %s)", [member_id(MARIE)])
    owner.execute(
        "INSERT INTO passkey (member_id, credential_id, public_key, sign_count, name) VALUES (%s, 'c', 'k', 0, '')",
        [member_id(NADIA)],
    )
    asking = text("SELECT count(*) FROM members_with_another_way_in()")
    async with database.begin() as db:
        await db.execute(text("SELECT set_config('portal.member', :id, true)"), {"id": str(member_id(STRANGER))})
        assert await db.scalar(asking) == 0
        await db.execute(text("SELECT set_config('portal.staff', 'on', true)"))
        assert await db.scalar(asking) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("UPDATE member SET closed = true", "This record is closed"),
        ("UPDATE member SET deceased_on = '2026-01-01'", "noted as deceased"),
        ("DELETE FROM email_address", "No e-mail address is on this record"),
        ("UPDATE email_address SET bounced_on = '2026-01-01'", "Mails to every address of this record come back"),
        ("UPDATE email_address SET complained_on = '2026-01-01'", "called a mail of ours unwanted"),
        ("UPDATE member SET language = language", "Nothing is wrong here that we can see"),
    ],
)
async def test_what_is_wrong_stands_there_in_plain_words(editor, owner, path, change, words) -> None:
    owner.execute(change)
    page = await editor.get(path(MARIE))
    assert words in page.text
    entry = "SELECT count(*) FROM journal WHERE kind = 'staff.member.viewed' AND actor LIKE 'staff:%%'"
    assert owner.execute(entry).fetchone() == (1,), "the member can read that somebody looked"


async def test_a_mail_that_was_asked_for_is_shown_with_its_state(editor, visitor, path, work_off) -> None:
    walker = visitor()
    await walker.submit(await walker.get("/sign-in"), "/sign-in", email=MARIE.email)
    assert "not sent yet" in (await editor.get(path(MARIE))).text
    await work_off()
    assert "can still be used" in (await editor.get(path(MARIE))).text
    assert "None. Perhaps they typed another address" in (await editor.get(path(NADIA))).text


async def test_a_letter_is_ordered_from_here_where_one_can_be_written(editor, owner, path) -> None:
    page = await editor.get(path(MARIE))
    assert "A working e-mail address is known" in page.text
    assert 'action="/staff/letters"' not in page.html
    lose_mail(owner, MARIE)
    answer = await editor.submit(await editor.get(path(MARIE)), "/staff/letters")
    assert answer.path.startswith("/staff/letters/")
    assert owner.execute("SELECT numbers FROM letter_batch").fetchone() == (["1001"],)


async def test_a_merge_is_proposed_once_and_only_of_people_with_the_same_name(editor, owner, path, member_id) -> None:
    merge = f"{path(CLAIRE)}/merge"
    page = await editor.get(path(CLAIRE))
    assert merge not in page.html
    token = page.form("/sign-out")["csrf_token"]
    forged = {"csrf_token": token, "other": str(member_id(PAUL)), "reason": "x", "form_key": "k" * 43}
    assert (await editor.post(merge, **forged)).status == 400
    rename(owner, PAUL, "Claire", "Martin")
    page = await editor.get(path(CLAIRE))
    assert (await editor.submit(page, merge, reason="")).status == 422
    assert "are asked to make one record" in (await editor.submit(page, merge, reason="Same birthday")).text
    again = await editor.submit(await editor.get(path(CLAIRE)), merge, reason="Same birthday")
    assert "asked already" in again.text
    wished = owner.execute("SELECT kind, about FROM member_request").fetchall()
    assert wished == [("merge", PAUL.number)]


@pytest.mark.parametrize("person", [READER, COMPLIANCE])
async def test_the_desk_is_for_editors_and_administrators(visitor, path, person) -> None:
    walker = visitor()
    await walker.enter(person)
    for where in (DESK, f"{DESK}/lists/no-record", path(MARIE), f"{path(MARIE)}/email"):
        assert (await walker.get(where)).status == 404
    walker = visitor()
    await walker.enter(ADMINISTRATOR)
    assert (await walker.get(DESK)).status == 200
    assert (await walker.get(f"{DESK}/lists/anything")).status == 404
