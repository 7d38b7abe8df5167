import pytest

from tests.personas import MARIE, STRANGER


@pytest.mark.parametrize("words", ["1001", "dupont", "DUPONT Marie", "marie.dupont@example.org", "marie lyon", "Lyón"])
async def test_a_member_is_found_by_number_name_address_or_town(editor, words) -> None:
    page = await editor.get(f"/staff?q={words}")
    assert "Marie Dupont" in page.text
    assert "Serge" not in page.text


async def test_a_ligature_is_found_as_two_letters(editor, owner) -> None:
    owner.execute("UPDATE member SET last_name = 'Œuvrard' WHERE number = '1001'")
    for words in ("oeuvrard", "Œuvrard"):
        assert "Marie Œuvrard" in (await editor.get(f"/staff?q={words}")).text


@pytest.mark.parametrize("words", ["etranger", "étranger brest", "STRANGER@"])
async def test_accents_do_not_matter(editor, words) -> None:
    assert "Serge Étranger" in (await editor.get(f"/staff?q={words}")).text


@pytest.mark.parametrize("words", ["nobody here", "%", "_", "'; DROP TABLE member; --"])
async def test_nobody_found_is_said_plainly(editor, words) -> None:
    page = await editor.get(f"/staff?q={words.replace('%', '%25').replace(';', '%3B')}")
    assert page.status == 200
    assert "Nobody found" in page.text


async def test_a_members_page_shows_the_record_and_notes_that_somebody_looked(editor, owner, member_id) -> None:
    page = await editor.get(f"/staff/members/{member_id(MARIE)}")
    for words in ("Marie Dupont", "06 12 34 56 78", "12 BIS RUE DES LILAS", "votre fidélité"):
        assert words in page.text
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'staff.member.viewed'").fetchone() == (1,)


async def test_staff_see_the_portal_as_the_member_sees_it_reading_only(editor, owner, member_id) -> None:
    marie = member_id(MARIE)
    page = await editor.get(f"/staff/members/{marie}")
    asked = await editor.submit(page, f"/staff/members/{marie}/viewing")
    assert asked.status == 422
    assert "Say in a few words why" in asked.text
    page = await editor.submit(page, f"/staff/members/{marie}/viewing", reason="She is on the phone")
    assert "Hello Marie" in page.text
    assert "You see the portal as Marie Dupont sees it" in page.html
    assert "Noël" in (await editor.get("/gifts")).text
    address = await editor.get("/profile/address")
    refused = await editor.submit(address, "/profile/address/check")
    assert refused.status == 403
    assert "You are viewing only" in refused.text
    page = await editor.submit(page, "/staff/viewing-end")
    assert page.path == f"/staff/members/{marie}"
    assert (await editor.get("/gifts")).path == "/staff"
    (reason,) = owner.execute("SELECT data->>'reason' FROM journal WHERE kind = 'staff.viewing.started'").fetchone()
    assert reason == "She is on the phone"
    kinds = [kind for (kind,) in owner.execute("SELECT kind FROM journal WHERE member_id = %s", [marie])]
    assert {"staff.viewing.started", "staff.viewing.ended"} <= set(kinds)


async def test_an_unknown_member_does_not_exist(editor) -> None:
    assert (await editor.get("/staff/members/00000000-0000-0000-0000-000000000000")).status == 404
    assert (await editor.get("/staff/members/1001")).status == 404


async def test_a_staff_account_that_has_ended_is_out_at_once(editor, owner) -> None:
    assert (await editor.get("/staff")).status == 200
    owner.execute("UPDATE staff_account SET ended_at = now() WHERE role = 'editor'")
    assert (await editor.get("/staff", follow=False)).headers["location"] == "/sign-in?next=/staff"


async def test_donors_do_not_know_that_there_is_a_desk(visitor) -> None:
    stranger = visitor()
    await stranger.enter(STRANGER)
    for path in ("/staff", "/staff/memo"):
        assert (await stranger.get(path)).status == 404
