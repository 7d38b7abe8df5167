"""A change that did not arrive: sent again, corrected, given up, or made a request; once, and written down."""

import asyncio

import pytest
from psycopg.types.json import Jsonb

from backoffice_sync.inward.pull import pull
from portal.addresses.rules.stays import Stay
from portal.changes import GROUP_WORDS
from portal.profile.rules import Address
from portal.reviews.rules import PROVED, WRITTEN_ELSEWHERE, wish
from portal.tracking.store import PUT
from tests.backoffice_sync.test_push import type_into_central
from tests.corrections.conftest import decide, send
from tests.personas import ADMINISTRATOR, MARIE
from tests.reviews.conftest import DESK, REASON

STREET = "SELECT street FROM postal_address JOIN member m ON m.id = member_id WHERE number = '1001' AND is_main"
STATE = "SELECT status, parked_at, attempts FROM recorded_change ORDER BY seq DESC LIMIT 1"
WISHED = "allée des Tilleuls"
FRESH = "marie@example.net"


async def test_sent_again_it_holds_at_once_and_arrives(editor, parked, one, tell, central_directory) -> None:
    path = await parked()
    assert one(STREET) == ("rue des Lilas",), "what did not arrive does not hold"
    page = await editor.submit(await editor.get(path), f"{path}/retry")
    assert page.path == DESK
    assert "on its way to the central records again" in page.text
    assert one(STREET) == (WISHED,)
    assert one(STATE) == ("saved", None, 0)
    await tell()
    assert one("SELECT status FROM recorded_change") == ("confirmed",)
    assert (await central_directory.read(MARIE.number, "address"))["street"] == WISHED
    actor, group = one("SELECT actor, data->>'group' FROM journal WHERE kind = 'change.retried'")
    assert (actor.split(":")[0], group) == ("staff", "address")


BEFORE = {"address": MARIE.email, "confirmed_on": "2020-05-02"}


@pytest.mark.parametrize(
    ("group", "old", "new", "told"),
    [
        ("email", BEFORE, {"address": FRESH, "confirmed_on": "2026-11-02"}, 1),
        ("email", BEFORE | {"confirmed_on": None}, BEFORE, 0),
        ("other_emails", {"items": []}, {"items": [{"address": FRESH}]}, 1),
    ],
)
async def test_an_email_address_sent_again_comes_from_the_central_records_and_the_mailbox_of_before_hears_of_it(
    editor, owner, one, member_id, tell, work_off, mails, group, old, new, told
) -> None:
    marie = member_id(MARIE)
    parked = (
        "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor, status, parked_at) "
        "VALUES (gen_random_uuid(), %s, %s, %s, %s, 'tests', 'refused', now()) RETURNING id"
    )
    held = "SELECT array_agg(address ORDER BY is_main DESC) FROM email_address WHERE member_id = %s"
    path = f"{DESK}/{one(parked, marie, group, Jsonb(old), Jsonb(new))[0]}"
    page = await editor.submit(await editor.get(path), f"{path}/retry")
    assert "on its way to the central records again" in page.text
    assert one(held, marie)[0] == [MARIE.email], "staff put nothing there that opens a space"
    await tell()
    assert one(STATE)[0] == "confirmed"
    assert one(held, marie)[0] == [MARIE.email] * (group == "other_emails") + [new.get("address", FRESH)]
    await work_off()
    assert len(mails.to(MARIE.email)) == len(mails.mails) == told


@pytest.mark.parametrize(
    ("group", "new", "held"),
    [
        ("phones", {"items": [{"number": "0699999999", "kind": "mobile"}]}, "SELECT number = '0699999999' FROM phone"),
        ("other_addresses", {"items": [Stay(Address(town="Nice")).as_item()]},
         "SELECT bool_or(town = 'Nice') FROM postal_address"),
        ("language", {"language": "en"}, "SELECT bool_or(language = 'en') FROM member"),
        ("contact_rhythm", {"post_rhythm": "none", "paused_until": None},
         "SELECT bool_or(post_rhythm = 'none') FROM contact_choice"),
        ("details_check", {"checked_on": "2026-11-01"},
         "SELECT bool_or(checked_on = '2026-11-01') FROM contact_choice"),
        ("receipt_wish", {"receipt_rhythm": "annual", "receipt_by": "email"},
         "SELECT bool_or(receipt_by = 'email') FROM receipt_wish"),
    ],
)  # fmt: skip
async def test_staff_can_let_each_group_hold_again(editor, one, member_id, group, new, held) -> None:
    parked = (
        "INSERT INTO recorded_change (id, member_id, field_group, new, actor, status, parked_at) "
        "VALUES (gen_random_uuid(), %s, %s, %s, 'tests', 'refused', now()) RETURNING id"
    )
    path = f"{DESK}/{one(parked, member_id(MARIE), group, Jsonb(new))[0]}"
    page = await editor.submit(await editor.get(path), f"{path}/retry")
    assert "on its way to the central records again" in page.text
    assert one(held)[0]


async def test_an_address_is_corrected_with_the_checks_of_the_donors_own_form(
    editor, marie, parked, one, tell, central_directory
) -> None:
    path = await parked()
    page = await editor.get(path)
    assert page.form(f"{path}/correction")["0-street"] == WISHED, "what was typed stands in the form"
    wrong = await editor.submit(page, f"{path}/correction", **{"0-street": "avenue " * 12, "0-postcode": "69"})
    assert wrong.status == 422
    assert "A French postcode has five digits" in wrong.text
    assert wrong.form(f"{path}/correction")["0-postcode"] == "69"
    assert one(STATE)[0] == "refused"
    await editor.submit(page, f"{path}/correction", **{"0-street": "allée du Tilleul"})
    await tell()
    assert (await central_directory.read(MARIE.number, "address"))["street"] == "allée du Tilleul"
    assert "ALLEE DU TILLEUL" in (await marie.get("/profile/changes")).text


async def test_a_correction_that_is_asked_for_is_not_decided_here(editor, marie, one) -> None:
    await send(marie, last_name="Durand")
    (change_id,) = one("SELECT id FROM recorded_change")
    page = await editor.get(f"{DESK}/{change_id}")
    token = page.form("/sign-out")["csrf_token"]
    answer = await editor.post(f"{DESK}/{change_id}/correction", csrf_token=token, **{"0-last_name": "Autre"})
    assert "Nothing was changed now." in answer.text
    assert one("SELECT status FROM recorded_change") == ("review",)


async def test_given_up_the_member_reads_why(editor, marie, parked, one, tell) -> None:
    path = await parked()
    page = await editor.get(path)
    silent = await editor.submit(page, f"{path}/end")
    assert silent.status == 422
    assert "Say why. The member can read it." in silent.text
    assert silent.form(f"{path}/correction")["0-street"] == WISHED
    page = await editor.submit(page, f"{path}/end", reason="Cette rue n’existe pas à Lyon.")
    assert "Nothing waits" in page.text
    await tell()
    assert one(STATE) == ("refused", None, 0)
    assert one(STREET) == ("rue des Lilas",)
    text = (await marie.get("/profile/changes")).text
    assert "Postal address Not accepted" in text
    assert "Reason: Cette rue n’existe pas à Lyon." in text
    assert one("SELECT data->>'reason' FROM journal WHERE kind = 'change.dropped'") == (
        "Cette rue n’existe pas à Lyon.",
    )


async def test_a_request_made_of_it_says_what_is_to_be_changed_to_what(editor, marie, parked, one) -> None:
    path = await parked()
    page = await editor.submit(await editor.get(path), f"{path}/request")
    assert "A request is made of it." in page.text
    kind, about, wish, state = one("SELECT kind, about, wish, state FROM member_request")
    assert (kind, about, state) == ("change", "address", "saved")
    assert "12 BIS RUE DES LILAS" in wish
    assert "12 BIS ALLEE DES TILLEULS" in wish
    assert one(STATE)[:2] == ("refused", None)
    assert "Our team has made a request of it" in (await marie.get("/profile/changes")).text


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("", "06 12", "Phone: please add “06 12”."),
        ("06 12", "", "Phone: please remove “06 12”."),
        ("06 12", "07 13", "Phone: please change “06 12” to “07 13”."),
    ],
)
def test_nothing_is_never_asked_to_be_changed_to_something(old, new, sentence) -> None:
    assert wish(old, new) % {"what": "Phone", "old": old, "new": new} == sentence


async def test_there_is_one_open_request_about_the_same(editor, parked, owner, one, member_id) -> None:
    path = await parked()
    owner.execute(
        "INSERT INTO member_request (key, member_id, kind, about, wish) VALUES ('k', %s, 'change', 'address', '')",
        [member_id(MARIE)],
    )
    page = await editor.submit(await editor.get(path), f"{path}/request")
    assert "There is an open request about this already" in page.text
    assert one("SELECT count(*) FROM member_request") == (1,)
    assert one(STATE)[1] is not None, "it still waits"


async def test_of_two_who_decide_one_wins_and_the_other_sees_it(editor, visitor, parked, one) -> None:
    path = await parked()
    other = visitor()
    await other.enter(ADMINISTRATOR)
    mine, theirs = await editor.get(path), await other.get(path)
    await editor.submit(mine, f"{path}/end", reason="Non")
    for act in ("retry", "request", "correction"):
        page = await other.submit(theirs, f"{path}/{act}")
        assert page.path == path
        assert "It was decided meanwhile" in page.text
        assert "Nothing is left to decide here" in page.text
    assert one(STATE)[:2] == ("refused", None)
    assert one("SELECT count(*) FROM member_request") == (0,)
    assert one(STREET) == ("rue des Lilas",)


async def test_a_decision_waits_while_the_sync_or_the_member_writes(editor, parked, owner, one, member_id) -> None:
    path = await parked()
    page = await editor.get(path)
    with owner.transaction():
        name = f"changes of {member_id(MARIE)}"
        owner.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        owner.execute("UPDATE recorded_change SET parked_at = NULL")
        deciding = asyncio.create_task(editor.submit(page, f"{path}/retry"))
        for _ in range(200):
            await asyncio.sleep(0.01)
            if owner.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone():
                break
    assert "It was decided meanwhile" in (await deciding).text
    assert one(STATE)[0] == "refused"


async def test_a_name_that_the_central_records_had_overruled_replaces_theirs_when_staff_say_so(
    editor, marie, one, tell, sync_database, central_directory
) -> None:
    await send(marie, last_name="Durand")
    await decide(editor, "approval")
    type_into_central(central_directory, "member", MARIE.number, last_name="Duval", first_name="Marie-Anne")
    await tell()
    assert one(STATE)[0] == "review"
    path = f"{DESK}/{one('SELECT id FROM recorded_change')[0]}"
    page = await editor.get(path)
    assert "In the central records Mme Marie-Anne Duval" in page.text
    await editor.submit(page, f"{path}/retry")
    await tell()
    there = await central_directory.read(MARIE.number, "identity")
    assert (there["first_name"], there["last_name"]) == ("Marie-Anne", "Durand"), "only what the member changed"
    assert one(STATE)[0] == "confirmed"


async def test_an_objection_cannot_be_given_up_and_is_confirmed_once_noted_there_by_hand(
    editor, marie, one, tell, sync_database, central_directory
) -> None:
    page = await marie.get("/preferences/contact")
    await marie.submit(page, "/preferences/contact", **{"exchange/any": "yes"})
    central_directory.refuses = lambda _: REASON
    await tell()
    state, parked_at, _ = one(STATE)
    assert (state, parked_at is not None) == ("review", True)
    path = f"{DESK}/{one('SELECT id FROM recorded_change ORDER BY seq DESC LIMIT 1')[0]}"
    page = await editor.get(path)
    assert "Noted by hand in the central records?" in page.text
    assert "Give it up" not in page.text
    assert "Make a request of it" not in page.text
    token = page.form("/sign-out")["csrf_token"]
    for act, fields in (("end", {"reason": "Non"}), ("request", {})):
        answer = await editor.post(f"{path}/{act}", csrf_token=token, **fields)
        assert "Nothing was changed now." in answer.text
    held = "SELECT objections FROM contact_choice JOIN member m ON m.id = member_id WHERE number = '1001'"
    ours = one(held)[0]
    assert ours
    type_into_central(central_directory, "contact_choice", MARIE.number, objections=ours)
    await editor.submit(page, f"{path}/retry")
    await tell()
    assert one(STATE)[0] == "confirmed"
    assert one("SELECT count(*) FROM field_in_motion") == (0,)
    await pull(sync_database, central_directory)
    assert one(held)[0] == ours


async def test_a_message_of_ours_is_written_anew_on_its_own_page(
    editor, one, tell, member_id, central_directory
) -> None:
    memo = f"/staff/members/{member_id(MARIE)}/memo"
    page = await editor.submit(await editor.get(memo), f"{memo}/preview", body="Bonjour")
    await editor.submit(page, memo)
    central_directory.refuses = lambda _: REASON
    await tell()
    path = f"{DESK}/{one('SELECT id FROM recorded_change')[0]}"
    page = await editor.get(path)
    assert memo in page.links
    assert "Send it again" not in page.text
    token = page.form("/sign-out")["csrf_token"]
    assert "Nothing was changed now." in (await editor.post(f"{path}/retry", csrf_token=token)).text


async def test_to_open_one_is_noted_in_the_members_journal(editor, parked, one) -> None:
    await editor.get(await parked())
    assert one("SELECT kind FROM journal ORDER BY id DESC LIMIT 1") == ("staff.member.viewed",)


async def test_an_unknown_change_does_not_exist(editor) -> None:
    assert (await editor.get(f"{DESK}/00000000-0000-0000-0000-000000000000")).status == 404


@pytest.mark.parametrize("group", sorted(set(GROUP_WORDS) - WRITTEN_ELSEWHERE - PROVED))
def test_every_group_can_be_sent_again_or_is_written_elsewhere(group) -> None:
    assert group in PUT
