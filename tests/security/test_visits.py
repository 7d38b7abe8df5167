from dataclasses import replace

import pytest

from portal.app import build
from tests.personas import ADMINISTRATOR, CLAIRE, EDITOR, MARIE, STRANGER
from tests.walker import Walker

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def test_a_donor_sees_where_they_are_signed_in_in_words(visitor, owner) -> None:
    here, there = visitor(), visitor()
    await here.enter(MARIE)
    await there.enter(MARIE)
    owner.execute("UPDATE web_session SET user_agent = %s, place = 'Lyon, France'", [FIREFOX])
    page = await here.get("/security")
    assert page.text.count("Firefox, Windows") >= 2
    assert page.html.count(">this visit<") == 1
    assert "Lyon, France" in page.text


async def test_one_visit_is_ended_and_the_other_goes_on(visitor) -> None:
    here, there = visitor(), visitor()
    await here.enter(MARIE)
    other = await there.enter(MARIE)
    page = await here.submit(await here.get("/security"), f"/security/visits/{other}/end")
    assert "That visit is ended" in page.text
    assert (await there.get("/gifts")).path == "/sign-in"
    assert (await here.get("/gifts")).path == "/gifts"


async def test_all_other_visits_are_ended_at_once_and_noted(visitor, owner, member_id) -> None:
    here, *others = [visitor() for _ in range(4)]
    stranger = visitor()
    await stranger.enter(STRANGER)
    for walker in (here, *others):
        await walker.enter(MARIE)
    page = await here.submit(await here.get("/security"), "/security/visits/end-others")
    assert "All your other visits are ended" in page.text
    for walker in others:
        assert (await walker.get("/gifts")).path == "/sign-in"
    assert (await stranger.get("/gifts")).path == "/gifts"
    noted = owner.execute(
        "SELECT count(*) FROM journal WHERE kind = 'session.ended' AND member_id = %s", [member_id(MARIE)]
    )
    assert noted.fetchone() == (3,)


async def test_nobody_ends_the_visit_of_somebody_else(visitor) -> None:
    marie, stranger = visitor(), visitor()
    session_id = await marie.enter(MARIE)
    await stranger.enter(STRANGER)
    token = (await stranger.get("/security")).form("/sign-out")["csrf_token"]
    assert (await stranger.post(f"/security/visits/{session_id}/end", csrf_token=token)).status == 404
    await stranger.post("/security/visits/end-others", csrf_token=token)
    assert (await marie.get("/gifts")).path == "/gifts"


async def test_what_happened_stands_in_plain_words_newest_first(visitor, owner, member_id) -> None:
    for kind, data in (
        ("signin.completed", '{"method": "mail", "device": "Firefox, Windows"}'),
        ("passkey.added", '{"name": "My telephone"}'),
        ("request.refused", "{}"),
    ):
        owner.execute(
            "INSERT INTO journal (kind, actor, member_id, data) VALUES (%s, 'x', %s, %s)",
            [kind, member_id(MARIE), data],
        )
    walker = visitor()
    await walker.enter(MARIE)
    text = (await walker.get("/security")).text
    assert "Signed in, with an e-mail from us (Firefox, Windows)" in text
    assert text.index("Passkey added (My telephone)") < text.index("Signed in, with an e-mail")
    assert "refused" not in text


async def test_a_donor_reads_who_looked_at_their_record_and_why(editor, visitor, member_id) -> None:
    marie = member_id(MARIE)
    page = await editor.get(f"/staff/members/{marie}")
    await editor.submit(page, f"/staff/members/{marie}/viewing", reason="Marie is on the phone")
    walker = visitor()
    await walker.enter(MARIE)
    text = (await walker.get("/security")).text
    assert "A staff member opened the record" in text
    assert "A staff member looked at the portal as the member sees it (Marie is on the phone)" in text


@pytest.mark.parametrize(("person", "minutes"), [(MARIE, 30), (EDITOR, 15)])
async def test_a_visit_without_a_click_ends_sooner_for_staff(visitor, owner, person, minutes) -> None:
    for late, inside in ((minutes - 1, True), (minutes + 1, False)):
        walker = visitor()
        session_id = await walker.enter(person)
        owner.execute(
            "UPDATE web_session SET seen_at = now() - make_interval(mins => %s) WHERE id = %s", [late, session_id]
        )
        assert ((await walker.get("/security")).path == "/security") is inside


@pytest.mark.parametrize(("person", "hours"), [(MARIE, 12), (EDITOR, 8)])
async def test_a_visit_has_a_longest_life_whatever_one_does(visitor, owner, person, hours) -> None:
    walker = visitor()
    session_id = await walker.enter(person)
    owner.execute(
        "UPDATE web_session SET created_at = now() - make_interval(hours => %s) + interval '1 minute' WHERE id = %s",
        [hours, session_id],
    )
    token = (await walker.get("/security")).form("/sign-out")["csrf_token"]
    assert (await walker.post("/visit/extension", csrf_token=token)).status == 204
    owner.execute("UPDATE web_session SET created_at = created_at - interval '2 minutes' WHERE id = %s", [session_id])
    assert (await walker.get("/security")).path == "/sign-in"


async def test_one_press_prolongs_a_quiet_visit(visitor, owner) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    token = (await walker.get("/security")).form("/sign-out")["csrf_token"]
    owner.execute("UPDATE web_session SET seen_at = now() - interval '29 minutes'")
    assert (await walker.post("/visit/extension", csrf_token=token)).status == 204
    (quiet,) = owner.execute("SELECT extract(epoch FROM now() - seen_at) FROM web_session").fetchone()
    assert quiet < 60


async def test_looking_as_a_member_gives_a_new_number_and_no_longer_life(editor, owner, member_id) -> None:
    before = owner.execute("SELECT id, created_at, proved_at FROM web_session").fetchone()
    marie = member_id(MARIE)
    page = await editor.get(f"/staff/members/{marie}")
    page = await editor.submit(page, f"/staff/members/{marie}/viewing", reason="On the phone")
    await editor.submit(page, "/staff/viewing-end")
    after = owner.execute("SELECT id, created_at, proved_at FROM web_session").fetchone()
    assert after[0] != before[0]
    assert after[1:] == before[1:]


async def test_changing_the_space_ends_the_open_forms_of_the_other_and_lasts_no_longer(visitor, owner) -> None:
    walker = visitor()
    await walker.enter(CLAIRE)
    owner.execute("UPDATE web_session SET shared = true, created_at = now() - interval '1 hour'")
    began = owner.execute("SELECT created_at FROM web_session").fetchone()
    form = await walker.get("/profile/address")
    assert "Change space" in form.html
    choice = await walker.get("/sign-in/choice")
    (paul,) = owner.execute("SELECT id FROM member WHERE number = '1005'").fetchone()
    page = await walker.submit(choice, "/sign-in/choice", person=str(paul))
    assert "Hello Paul" in page.text
    assert owner.execute("SELECT created_at FROM web_session").fetchone() == began
    late = await walker.submit(form, "/profile/address/check", street="rue de Claire", town="Lyon", postcode="69001")
    assert late.status == 403, "Claire's form must not be taken for Paul's"


async def test_a_role_that_changes_ends_the_visits_that_had_the_other(visitor, settings) -> None:
    from portal import work
    from portal.staff.actions import create_account

    walker = visitor()
    await walker.enter(EDITOR)
    await work.as_owner(
        settings, lambda db: create_account(db, email=EDITOR.email, name="E", role="reader", actor="tests")
    )
    assert (await walker.get("/staff")).path == "/sign-in"


async def test_an_administrator_ends_all_visits_of_a_member(visitor, member_id) -> None:
    administrator, marie, stranger = visitor(), visitor(), visitor()
    await administrator.enter(ADMINISTRATOR)
    await marie.enter(MARIE)
    await stranger.enter(STRANGER)
    path = f"/staff/members/{member_id(MARIE)}"
    page = await administrator.submit(await administrator.get(path), f"{path}/visits-end")
    assert "All visits of this member are ended" in page.text
    assert (await marie.get("/gifts")).path == "/sign-in"
    assert (await stranger.get("/gifts")).path == "/gifts"


async def test_everybody_can_be_signed_out_at_once_from_the_command_line(visitor, settings, owner) -> None:
    from portal import work
    from portal.staff.actions import end_all_visits

    walkers = {person: visitor() for person in (MARIE, STRANGER, EDITOR)}
    for person, walker in walkers.items():
        await walker.enter(person)
    await work.as_owner(settings, lambda db: end_all_visits(db, actor="tests"))
    for walker in walkers.values():
        assert (await walker.get("/security")).path == "/sign-in"
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'session.all_ended'").fetchone() == (1,)


async def test_a_place_is_named_by_the_geoip_file_and_no_address_is_kept(settings, owner, tmp_path, database) -> None:
    from mmdb_writer import MMDBWriter
    from netaddr import IPSet

    names = {"names": {"fr": "Lyon", "en": "Lyons"}}
    writer = MMDBWriter(4, "Test", languages=["fr"])
    writer.insert_network(IPSet(["127.0.0.0/8"]), {"city": names, "country": {"names": {"fr": "France"}}})
    writer.to_db_file(str(tmp_path / "places.mmdb"))
    known = replace(settings, geoip_database=str(tmp_path / "places.mmdb"))
    walker = Walker(build(known, database), known, owner)
    page = await walker.get("/sign-in")
    await walker.submit(page, "/sign-in", email=MARIE.email)
    for table in ("web_session", "sign_in_request"):
        assert owner.execute(f"SELECT place FROM {table}").fetchall() == [("Lyon, France",)]
        assert "127.0.0.1" not in str(owner.execute(f"SELECT * FROM {table}").fetchall())


async def test_a_mailbox_that_is_taken_off_the_record_ends_the_visits_that_it_opened(visitor, owner) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    owner.execute("UPDATE email_address SET address = 'another@example.org' WHERE mailbox = %s", [MARIE.email])
    assert (await walker.get("/gifts")).path == "/sign-in"


async def test_a_visit_that_has_ended_is_not_prolonged(visitor, owner) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    token = (await walker.get("/security")).form("/sign-out")["csrf_token"]
    owner.execute("UPDATE web_session SET seen_at = now() - interval '31 minutes'")
    assert (await walker.post("/visit/extension", csrf_token=token)).status == 410
