"""The officer's page: what would be done in words and counts, the typed number, and the worker that does it."""

import pytest

from tests.personas import COMPLIANCE, MARIE, NADIA

ASK = """INSERT INTO member_request (key, member_id, kind, about, wish)
    SELECT 'e' || number, id, 'data', 'erasure', 'Forget me' FROM member WHERE number = %s RETURNING id"""


@pytest.fixture
async def officer(visitor):
    walker = visitor()
    await walker.enter(COMPLIANCE)
    return walker


@pytest.fixture
def asked(owner):
    """The address of the page of a request to be erased, of somebody who is known."""

    def asked(person):
        [request_id] = owner.execute(ASK, [person.number]).fetchone()
        owner.execute("UPDATE data_case SET identity = 'proved', identity_proof = 'Seen'")
        return f"/staff/erasures/{request_id}"

    return asked


async def test_nobody_is_erased_before_it_is_known_that_they_asked(owner, officer, asked, work_off) -> None:
    path = asked(NADIA)
    page = await officer.get(path)
    owner.execute("UPDATE data_case SET identity = 'asked', identity_proof = ''")
    assert "how we know that it is this person who asks" in (await officer.get(path)).text
    assert (await officer.submit(page, path, number="1002")).status == 409
    owner.execute("UPDATE member_request SET state = 'accepted'")  # by people at the central base
    assert (await officer.submit(page, path, number="1002")).status == 409
    await work_off()
    assert owner.execute("SELECT count(*) FROM erasure").fetchone() == (0,)


async def test_the_page_says_what_goes_what_stays_and_until_when(owner, officer, asked, without_mandate) -> None:
    owner.execute("UPDATE receipt SET issued_on = '2026-01-20'")
    text = (await officer.get(asked(MARIE))).text
    assert "Postal addresses 1" in text
    assert "Gifts 44" in text
    assert "until 20 January 2032" in text


async def test_a_confirmed_erasure_is_carried_out_by_the_worker_and_the_person_told(
    owner, officer, asked, work_off, mails
) -> None:
    path = asked(NADIA)
    page = await officer.submit(await officer.get(path), path, number=" 10 02 ")
    assert (page.status, page.path) == (200, path)
    await work_off()
    assert "is erased" in (await officer.get(path)).text
    assert owner.execute("SELECT last_name, closed FROM member WHERE number = '1002'").fetchone() == ("", True)
    state, wish = owner.execute("SELECT state, wish FROM member_request").fetchone()
    assert state == "accepted"
    assert "Forget me" not in wish
    await work_off()
    [mail] = mails.to(NADIA.email)
    text = mail.get_body(("plain",)).get_content()
    assert "C’est fait" in text
    assert "CNIL" in text


async def test_another_number_erases_nobody(owner, officer, asked, work_off) -> None:
    path = asked(NADIA)
    page = await officer.submit(await officer.get(path), path, number="1001")
    assert page.status == 422
    await work_off()
    assert owner.execute("SELECT count(*) FROM erasure").fetchone() == (0,)


async def test_an_active_direct_debit_is_told_and_there_is_nothing_to_press(officer, asked) -> None:
    page = await officer.get(path := asked(MARIE))
    assert "A direct debit is active" in page.text
    assert f'action="{path}"' not in page.html


async def test_what_comes_into_the_way_after_the_page_was_opened_stops_it(owner, officer, asked, work_off) -> None:
    path = asked(NADIA)
    page = await officer.get(path)
    owner.execute("UPDATE mandate SET member_id = (SELECT id FROM member WHERE number = '1002')")
    assert (await officer.submit(page, path, number="1002")).status == 409
    await work_off()
    assert owner.execute("SELECT count(*) FROM erasure").fetchone() == (0,)
