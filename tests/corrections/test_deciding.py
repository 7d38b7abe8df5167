"""Staff look at what donors ask for; the donor sees and is told what they decided."""

import asyncio

import pytest

from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.push import push
from backoffice_sync.watch.status import status
from portal import jobs, work
from portal.corrections.rules import IDENTITY
from portal.members.models import Member
from tests.backoffice_sync.test_push import type_into_central
from tests.corrections.conftest import COMPANY, NAME, PDF, decide, send
from tests.personas import ADMINISTRATOR, BAKERY, MARIE, NADIA, STRANGER

DESK = "/staff/corrections"


async def test_the_desk_counts_what_waits_and_lists_the_oldest_first(editor, visitor) -> None:
    assert "Corrections asked for (none waits)" in (await editor.get("/staff")).text
    for person, name in ((NADIA, "Benali-Roux"), (STRANGER, "Etranger")):
        walker = visitor()
        await walker.enter(person)
        await send(walker, last_name=name)
    assert "Corrections asked for 2 wait" in (await editor.get("/staff")).text
    page = await editor.get(DESK)
    assert "Mme Nadia Benali Mme Nadia Benali-Roux" in page.text
    assert page.text.index("Benali-Roux") < page.text.index("Etranger")


async def test_old_and_new_stand_side_by_side_with_the_reason(editor, marie, one) -> None:
    await send(marie, last_name="Durand <b>", reason="Mariage <i>")
    await send(marie, last_name="Durand", reason="Mariage <i>")
    (change_id,) = one("SELECT id FROM recorded_change")
    page = await editor.get(f"{DESK}/{change_id}")
    assert "Last name Dupont Durand Dupont" in page.text
    assert "Title Mme as before Mme" in page.text
    assert "Mariage <i>" in page.text
    assert "No document." in page.text
    assert one("SELECT kind FROM journal ORDER BY id DESC LIMIT 1") == ("staff.member.viewed",)


@pytest.mark.parametrize(
    ("content", "kind", "ending"),
    [(PDF, "application/pdf", "pdf"), (b"\xff\xd8\xff photo", "image/jpeg", "jpg")],
)
async def test_the_document_is_downloaded_and_never_shown_in_our_name(
    editor, marie, one, content, kind, ending
) -> None:
    await send(marie, content, last_name="Durand")
    (change_id,) = one("SELECT id FROM recorded_change")
    path = f"{DESK}/{change_id}/document"
    assert path in (await editor.get(f"{DESK}/{change_id}")).links
    answer = await editor.client.get(path)
    assert answer.content == content
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"] == f'attachment; filename="document-1001.{ending}"'
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_what_is_not_there_is_not_found(editor, marie, one) -> None:
    await send(marie, last_name="Durand")
    (change_id,) = one("SELECT id FROM recorded_change")
    assert (await editor.get(f"{DESK}/{change_id}/document")).status == 404
    form = await editor.get(f"{DESK}/{change_id}")
    (member_id,) = one("SELECT id FROM member WHERE number = '1001'")
    for how in ("approval", "refusal"):
        page = await editor.submit(form, f"{DESK}/{change_id}/{how}", to=f"{DESK}/{member_id}/{how}", **REFUSED[how])
        assert page.status == 404


REFUSED = {"approval": {}, "refusal": {"reason": "Non"}}


async def test_an_accepted_correction_holds_at_once_and_arrives(
    editor, marie, one, sync_database, central_directory
) -> None:
    await send(marie, PDF, last_name="Durand")
    page = await decide(editor, "approval")
    assert "The correction is accepted" in page.text
    assert "Nothing waits" in page.text
    assert one("SELECT last_name, held FROM member WHERE number = '1001'") == ("Durand", True)
    assert "Name and registration Saved, will be passed on shortly" in (await marie.get("/profile/changes")).text
    assert one("SELECT base ->> 'last_name' FROM field_in_motion") == ("Dupont",)
    await push(sync_database, central_directory)
    assert one("SELECT status, reason FROM recorded_change") == ("confirmed", "")
    assert (await central_directory.read(MARIE.number, "identity"))["last_name"] == "Durand"
    assert one("SELECT last_name, held FROM member WHERE number = '1001'") == ("Durand", False)
    assert "Before Mme Marie Dupont Now Mme Marie Durand" in (await marie.get("/profile/changes")).text


async def test_a_companys_accepted_registration_arrives_without_its_siren(
    editor, bakery, one, sync_database, central_directory
) -> None:
    await send(bakery, path=COMPANY, legal_form="SAS", siren="")
    await decide(editor, "approval")
    await push(sync_database, central_directory)
    assert one("SELECT status FROM recorded_change") == ("confirmed",)
    there = await central_directory.read(BAKERY.number, "identity")
    assert (there["legal_form"], there["siren"]) == ("SAS", None)


async def test_only_what_the_donor_changed_is_taken_over(editor, marie, one, sync_database, central_directory) -> None:
    await send(marie, last_name="Durand")
    type_into_central(central_directory, "member", MARIE.number, first_name="Marie-Anne")
    await pull(sync_database, central_directory)
    (change_id,) = one("SELECT id FROM recorded_change")
    page = await editor.get(f"{DESK}/{change_id}")
    assert "First name Marie as before Marie-Anne" in page.text
    await decide(editor, "approval")
    await push(sync_database, central_directory)
    there = await central_directory.read(MARIE.number, "identity")
    assert (there["first_name"], there["last_name"]) == ("Marie-Anne", "Durand")
    assert one("SELECT status FROM recorded_change") == ("confirmed",)
    assert "Before Mme Marie-Anne Dupont Now Mme Marie-Anne Durand" in (await marie.get("/profile/changes")).text


async def test_what_the_central_base_has_already_is_not_passed_on(
    editor, marie, one, sync_database, central_directory
) -> None:
    await send(marie, last_name="Durand")
    type_into_central(central_directory, "member", MARIE.number, last_name="Durand")
    await pull(sync_database, central_directory)
    await decide(editor, "approval")
    assert one("SELECT status FROM recorded_change") == ("confirmed",)
    assert one("SELECT count(*) FROM field_in_motion") == (0,)
    assert one("SELECT held FROM member WHERE number = '1001'") == (False,)


async def test_when_the_central_base_changes_the_same_it_wins_and_people_look(
    editor, marie, one, sync_database, central_directory
) -> None:
    await send(marie, last_name="Durand")
    await decide(editor, "approval")
    type_into_central(central_directory, "member", MARIE.number, last_name="Duval")
    await push(sync_database, central_directory)
    assert one("SELECT status FROM recorded_change") == ("review",)
    page = await marie.get("/profile/changes")
    assert "It was changed in our records at the same time." in page.text
    assert "Take my request back" not in page.text
    assert one("SELECT last_name FROM member WHERE number = '1001'") == ("Duval",)


async def test_to_refuse_one_says_why_and_the_donor_reads_it(editor, marie, one) -> None:
    await send(marie, last_name="Durand")
    page = await decide(editor, "refusal")
    assert page.status == 422
    assert "Say why. The member can read it." in page.text
    assert one("SELECT status FROM recorded_change") == ("review",)
    page = await decide(editor, "refusal", reason="Il nous faut l’acte de mariage.")
    assert "The correction is refused" in page.text
    page = await marie.get("/profile/changes")
    assert "Name and registration Not accepted" in page.text
    assert "Reason: Il nous faut l’acte de mariage." in page.text
    assert one("SELECT last_name FROM member WHERE number = '1001'") == ("Dupont",)
    assert "reason" in (await marie.get(NAME)).form(NAME), "one may ask again"


async def test_a_request_is_put_right_and_accepted_in_one_step(
    editor, marie, one, sync_database, central_directory, work_off, mails
) -> None:
    await send(marie, last_name="Durnad")
    page = await decide(editor, "correction", last_name="Durand")
    assert "The correction is accepted" in page.text
    await push(sync_database, central_directory)
    assert one("SELECT first_name, last_name FROM member WHERE number = '1001'") == ("Marie", "Durand")
    assert one("SELECT status, new ->> 'last_name' FROM recorded_change") == ("confirmed", "Durand")
    (data,) = one("SELECT data FROM journal WHERE kind = 'correction.decided'")
    assert (data["asked"]["last_name"], data["corrected"]) == ("Durnad", {"last_name": "Durand"})
    await work_off()
    [mail] = mails.mails
    for kind in ("plain", "html"):
        content = " ".join(mail.get_body((kind,)).get_content().split())
        assert "rectifié un détail" in content
        assert "Durand" not in content


async def test_what_staff_put_wrong_stands_beside_its_field_with_the_words_kept(editor, marie, one) -> None:
    await send(marie, last_name="Durnad")
    page = await decide(editor, "correction", last_name="Durand 2")
    assert page.status == 422
    assert "A name has letters, spaces, hyphens and apostrophes only." in page.text
    assert 'value="Durand 2"' in page.html
    assert 'value="Marie"' in page.html
    assert one("SELECT status FROM recorded_change") == ("review",)


async def test_what_staff_leave_as_it_was_asked_is_no_correction_of_theirs(editor, bakery, one, owner) -> None:
    await send(bakery, path=COMPANY, legal_form="SAS", siren="732829320")
    owner.execute("UPDATE member SET company_name = 'Le Fournil' WHERE number = %s", [BAKERY.number])
    await decide(editor, "correction")
    assert one("SELECT company_name, legal_form FROM member WHERE number = %s", BAKERY.number) == ("Le Fournil", "SAS")
    assert one("SELECT data FROM journal WHERE kind = 'correction.decided'") == ({"accepted": True},)


async def test_a_title_that_nobody_offers_is_no_answer(editor, marie, one) -> None:
    await send(marie, last_name="Durand")
    assert (await decide(editor, "correction", civility="Sa Majesté")).status == 400
    assert one("SELECT status FROM recorded_change") == ("review",)


async def test_a_decision_is_journalled_with_who_made_it(editor, marie, one) -> None:
    await send(marie, last_name="Durand")
    await decide(editor, "refusal", reason="Non")
    actor, data = one("SELECT actor, data FROM journal WHERE kind = 'correction.decided'")
    assert actor.startswith("staff:")
    assert data == {"accepted": False, "reason": "Non"}
    assert one("SELECT decided_by = %s, decided_at IS NOT NULL FROM correction_request", actor) == (True, True)


async def test_of_two_who_decide_one_wins_and_the_other_sees_what_was_decided(editor, marie, visitor, one) -> None:
    await send(marie, last_name="Durand")
    (change_id,) = one("SELECT id FROM recorded_change")
    path = f"{DESK}/{change_id}"
    other = visitor()
    await other.enter(ADMINISTRATOR)
    mine, theirs = await editor.get(path), await other.get(path)
    await editor.submit(mine, f"{path}/approval")
    page = await other.submit(theirs, f"{path}/refusal", reason="Non")
    assert page.path == path
    assert "It was decided or taken back meanwhile." in page.text
    assert "Saved, will be passed on shortly" in page.text
    assert one("SELECT status, reason FROM recorded_change") == ("saved", "")
    assert one("SELECT count(*) FROM journal WHERE kind = 'correction.decided'") == (1,)


async def test_a_decision_waits_while_the_donor_takes_the_request_back(editor, marie, owner, member_id, one) -> None:
    await send(marie, last_name="Durand")
    (change_id,) = one("SELECT id FROM recorded_change")
    path = f"{DESK}/{change_id}"
    page = await editor.get(path)
    with owner.transaction():
        name = f"changes of {member_id(MARIE)}"
        owner.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        owner.execute("UPDATE recorded_change SET status = 'undone'")
        owner.execute("UPDATE correction_request SET decided_at = now()")
        deciding = asyncio.create_task(editor.submit(page, f"{path}/approval"))
        for _ in range(200):
            await asyncio.sleep(0.01)
            if owner.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone():
                break
    assert "It was decided or taken back meanwhile." in (await deciding).text
    assert one("SELECT status FROM recorded_change") == ("undone",)


# The mail


async def test_the_member_is_told_that_it_was_accepted_in_their_language(editor, marie, owner, work_off, mails) -> None:
    owner.execute("UPDATE member SET language = 'en'")
    await send(marie, last_name="Durand")
    await decide(editor, "approval")
    await work_off()
    [mail] = mails.mails
    assert mail["To"] == MARIE.email
    for kind in ("plain", "html"):
        content = " ".join(mail.get_body((kind,)).get_content().split())
        assert "We have looked at it and accepted it" in content
        assert "/profile/changes" in content
        assert "Durand" not in content, "a mail says no more than it must"


async def test_the_member_is_told_why_it_was_refused(editor, marie, owner, work_off, mails) -> None:
    owner.execute("UPDATE member SET language = 'en'")
    await send(marie, last_name="Durand")
    await decide(editor, "refusal", reason="Il nous faut l’acte & une signature.")
    await work_off()
    [mail] = mails.mails
    plain, rich = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "We could not do so. Our reason:\n\nIl nous faut l’acte & une signature." in plain.replace("\r\n", "\n")
    assert "l’acte &amp; une signature." in rich


async def test_no_mail_goes_where_mails_come_back(editor, marie, owner, work_off, mails) -> None:
    await send(marie, last_name="Durand")
    await decide(editor, "approval")
    owner.execute("UPDATE email_address SET bounced_on = '2026-03-12'")
    await work_off()
    assert mails.mails == []


# What is kept


@pytest.fixture
def purge(settings):
    async def purge():
        await work.as_owner(settings, lambda db: jobs.defer(db, "housekeeping.purge", timestamp=0))
        await work.run(settings, until_idle=True)

    return purge


async def test_a_document_goes_thirty_days_after_the_decision(editor, marie, purge, owner, one) -> None:
    await send(marie, PDF, last_name="Durand")
    kept = "SELECT document IS NOT NULL FROM correction_request"
    await purge()
    assert one(kept) == (True,), "not decided yet"
    await decide(editor, "approval")
    await purge()
    assert one(kept) == (True,)
    owner.execute("UPDATE correction_request SET decided_at = now() - interval '31 days'")
    await purge()
    assert one(kept) == (False,)


async def test_with_a_request_taken_back_its_document_goes_too(marie, purge, one) -> None:
    await send(marie, PDF, last_name="Durand")
    (change_id,) = one("SELECT change_id FROM correction_request")
    await marie.submit(await marie.get("/profile/changes"), None, to=f"/profile/changes/{change_id}/undo")
    await purge()
    assert one("SELECT document FROM correction_request") == (None,)


async def test_identity_is_the_field_group_of_the_data_dictionary() -> None:
    from backoffice_sync.mapping import GROUPS

    assert GROUPS["identity"].fields == IDENTITY
    assert set(IDENTITY) <= set(Member.__table__.c.keys())


async def test_a_correction_is_under_way_from_the_day_on_which_it_was_accepted(
    editor, marie, owner, sync_database, visitor
) -> None:
    await send(marie, last_name="Durand")
    owner.execute("UPDATE recorded_change SET recorded_at = now() - interval '3 days'")
    await decide(editor, "approval")
    sync = (await visitor().client.get("/ready")).json()["sync"]
    assert sync["late"] is False
    assert (await status(sync_database))["oldest_open_change_seconds"] < 900
