import pytest

from portal.staff import rules
from tests.personas import MARIE, NADIA, STAFF, STRANGER, THIS_YEAR


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


async def test_each_page_of_a_member_is_noted_once_and_leads_to_the_others(editor, owner, member_id) -> None:
    path = f"/staff/members/{member_id(MARIE)}"
    noted = "SELECT count(*) FROM journal WHERE kind = 'staff.member.viewed'"
    for number, end in enumerate(("", "/giving", "/changes", "/links", "/journal", "/documents"), start=1):
        page = await editor.get(f"{path}{end}")
        assert page.status == 200
        assert owner.execute(noted).fetchone() == (number,), end
        assert {f"{path}/giving", f"{path}/changes", f"{path}/journal"} <= {
            *page.links,
            f"{path}{end}",
        } or end == "/documents"
    for end in ("giving", "changes", "links", "journal"):
        assert (await editor.get(f"/staff/members/00000000-0000-0000-0000-000000000000/{end}")).status == 404


async def test_a_members_pages_show_what_the_donor_sees(editor, member_id) -> None:
    giving = (await editor.get(f"/staff/members/{member_id(MARIE)}/giving")).text
    for words in ("44 gifts", "DON-1001-1", f"{THIS_YEAR - 1}-000017", "Noël <b>solidaire</b>", "Valid", "Active"):
        assert words in giving
    second = (await editor.get(f"/staff/members/{member_id(MARIE)}/giving?number=2")).text
    assert "Page 2 of 2" in second
    assert "No gift yet" in (await editor.get(f"/staff/members/{member_id(NADIA)}/giving")).text


async def test_a_members_pages_show_what_the_donor_does_not_see(editor, owner, member_id) -> None:
    marie = member_id(MARIE)
    owner.execute("UPDATE member SET stop_promo = true, suspension_code = 'PND' WHERE id = %s", [marie])
    owner.execute("UPDATE email_address SET bounced_on = '2026-03-02' WHERE member_id = %s", [marie])
    owner.execute("INSERT INTO sync_conflict (member_id, field_group, rule) VALUES (%s, 'phones', '')", [marie])
    owner.execute(
        "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor, status, reason) VALUES "
        "(gen_random_uuid(), %s, 'language', '{\"language\": \"fr\"}', '{\"language\": \"en\"}', 'tests', 'refused', "
        "'Unknown there')",
        [marie],
    )
    page = (await editor.get(f"/staff/members/{marie}")).text
    for words in (
        "sending suspended: PND",
        "no appeals",
        "come back since 2 March 2026",
        "Phone numbers",
        "Both sides",
    ):
        assert words in page
    changes = (await editor.get(f"/staff/members/{marie}/changes")).text
    for words in ("Changed on both sides", "Not accepted", "Unknown there", "Français", "English"):
        assert words in changes
    journal = (await editor.get(f"/staff/members/{marie}/journal")).text
    assert "A staff member opened the record" in journal
    assert "Editor" in journal, "colleagues are named to colleagues"


@pytest.mark.parametrize("person", STAFF, ids=lambda person: person.number)
async def test_every_desk_that_is_offered_opens_and_the_others_do_not(visitor, person) -> None:
    walker = visitor()
    await walker.enter(person)
    offered = set((await walker.get("/staff")).links)
    for _, desks in rules.GROUPS:
        for desk in desks:
            assert ((await walker.get(desk.path)).status == 200) == (desk.path in offered), desk.path


async def test_the_desk_tells_how_much_waits(editor, owner, member_id) -> None:
    row = "INSERT INTO member_request (key, member_id, kind, about, wish) VALUES (%s, %s, 'other', %s, 'A wish')"
    for number in "12":
        owner.execute(row, [number, member_id(MARIE), number])
    assert "Requests of donors 2 wait" in (await editor.get("/staff")).text
