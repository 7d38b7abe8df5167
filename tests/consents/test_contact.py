"""How a donor says what we may send, how often, and who else may have the address."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from portal import clock, crypto
from portal.app import build
from portal.consents.rules import CHANNELS, OBJECTIONS, PURPOSES
from portal.consents.store import choose
from portal.database import Database
from portal.web.session import OPEN, limits, reveal
from tests.consents.conftest import AT_ONCE, PATH, press, save
from tests.personas import MARIE, NADIA, STRANGER
from tests.walker import Walker

HOLDS = (
    "UPDATE contact_choice SET objections = %s, consents = %s "
    "WHERE member_id = (SELECT id FROM member WHERE number = '1001')"
)
SUSPENDED = "UPDATE member SET stop_promo = %s, suspension_code = %s WHERE number = '1001'"
EVERYTHING = sorted(OBJECTIONS)
NEXT_MONTH = clock.today() + timedelta(days=30)


def named(page, box_id):
    """What a screen reader says of a box."""
    [label] = [found for found in page.tree.iterfind(".//label") if found.get("for") == box_id]
    return " ".join(" ".join(label.itertext()).split()).replace(" ,", ",")


async def test_everything_is_ticked_and_nothing_agreed_to_until_one_says_so(marie) -> None:
    page = await marie.get(PATH)
    ticked = {name for name, value in page.form(PATH).items() if value == "yes"}
    assert ticked == {f"{purpose}/{channel}" for purpose in PURPOSES for channel in CHANNELS}


async def test_each_box_says_by_itself_what_it_is_about(marie) -> None:
    page = await marie.get(PATH)
    assert named(page, "appeals-post") == "Appeals for gifts, By post"
    assert named(page, "petitions-sms") == "Petitions, By text message"
    assert named(page, "exchange-any") == "I object: do not give my address to other associations"
    assert named(page, "commercial-any") == "I agree: you may pass my address on to companies"


async def test_taking_a_tick_away_is_an_objection_with_the_text_that_was_read(marie, one, stored, ledger) -> None:
    page = await save(marie, untick=["appeals/phone", "petitions/email"])
    assert page.path == PATH
    assert "Your choice is saved and holds from now on." in page.text
    assert "on its way to our central records" in page.text
    assert stored() == (["appeals/phone", "petitions/email"], [])
    assert ledger() == [("objected", "appeals/phone", "portal"), ("objected", "petitions/email", "portal")]
    language, body, actor = one(
        "SELECT language, body, actor FROM consent_entry e JOIN choice_text t ON t.id = text_id WHERE channel = 'phone'"
    )
    assert language == "en"
    assert actor.startswith("member:")
    title, words, label = body.split("\n")
    assert (title, label) == ("What we may send you", "Appeals for gifts, by phone")
    assert words in page.text, "the very words of the page"


async def test_a_change_is_recorded_for_the_central_base_and_journalled_once(marie, owner, one) -> None:
    await save(marie, untick=["appeals/phone", "petitions/email"])
    new = {"objections": ["appeals/phone", "petitions/email"]}
    assert one("SELECT field_group, old, new FROM recorded_change") == ("objections", {"objections": []}, new)
    [(data,)] = owner.execute("SELECT data FROM journal WHERE kind = 'consent.changed'").fetchall()
    assert data == {"source": "portal", "acts": dict.fromkeys(new["objections"], "objected")}


async def test_what_holds_already_is_not_on_its_way_when_it_is_chosen_again(database, owner, member_id, one) -> None:
    owner.execute(HOLDS, [["news/post"], []])
    async with database.begin() as db:
        await reveal(db, member_id=member_id(MARIE))
        again = choose(db, member_id(MARIE), "objections", ["news/post"], shown={}, source="portal", actor="member:x")
        assert await again is None
    assert one("SELECT count(*) FROM contact_choice WHERE held") == (0,)
    assert one("SELECT count(*) FROM journal WHERE kind = 'consent.changed'") == (0,)


async def test_the_texts_number_can_be_computed_by_whoever_has_the_text(marie, one) -> None:
    await save(marie, untick=["appeals/phone"])
    assert one("SELECT id = encode(sha256((language || E'\\n' || body)::bytea), 'hex') FROM choice_text") == (True,)


async def test_another_language_is_another_text_and_the_same_wording_is_stored_once(visitor, owner) -> None:
    for language in ("en", "fr", "en"):
        walker = visitor(language)
        await walker.enter(MARIE)
        await save(walker, untick=["news/post"])
        await save(walker, **{"news/post": "yes"})
    assert owner.execute("SELECT language FROM choice_text ORDER BY 1").fetchall() == [("en",), ("fr",)]
    assert owner.execute("SELECT count(*), count(text_id) FROM consent_entry").fetchone() == (6, 6)


async def test_withdrawing_is_as_easy_as_giving(marie, stored, ledger) -> None:
    await save(marie, **{"commercial/any": "yes", "exchange/any": "yes"})
    assert stored() == (["exchange/any"], ["commercial/any"])
    await save(marie, untick=["commercial/any", "exchange/any"])
    assert stored() == ([], [])
    assert [act for act, _, _ in ledger()] == ["objected", "consented", "objection_withdrawn", "consent_withdrawn"]


async def test_an_objection_withdrawn_is_no_consent(marie, owner, stored, ledger) -> None:
    owner.execute(HOLDS, [EVERYTHING, []])
    await press(marie, "everything")
    assert stored() == (["exchange/any"], [])
    await save(marie, untick=["exchange/any"])
    assert stored() == ([], [])
    assert {act for act, _, _ in ledger()} == {"objection_withdrawn"}


async def test_one_press_leaves_nothing_but_receipts(marie, owner, one, stored, ledger) -> None:
    owner.execute(HOLDS, [["news/sms"], ["commercial/any"]])
    page = await press(marie, "nothing")
    assert "Your choice is saved and holds from now on." in page.text
    assert "yes" not in {value for name, value in page.form(PATH).items() if name != "exchange/any"}
    assert stored() == (EVERYTHING, [])
    assert len(ledger()) == 21
    assert ledger()[-1] == ("consent_withdrawn", "commercial/any", "portal")
    [body] = one("SELECT body FROM choice_text")
    assert body.endswith("\nNothing but receipts and what concerns my gifts")
    assert one("SELECT count(*) FROM recorded_change") == (2,)


async def test_a_save_that_changes_nothing_says_so_and_records_nothing(marie, one, ledger) -> None:
    for page in (await save(marie), await press(marie, "everything")):
        assert "You changed nothing, so nothing was saved." in page.text
    assert ledger() == []
    assert one("SELECT count(*) FROM recorded_change") == (0,)
    assert one("SELECT count(*) FROM contact_choice WHERE held") == (0,)


async def test_rhythm_and_pause_are_one_change_of_their_own(marie, one, ledger) -> None:
    page = await save(marie, post_rhythm="yearly", paused_until=f"{NEXT_MONTH:%d/%m/%Y}")
    assert page.form(PATH)["post_rhythm"] == "yearly"
    assert page.form(PATH)["paused_until"] == NEXT_MONTH.isoformat()
    old, new = (
        {"post_rhythm": "all", "paused_until": None},
        {
            "post_rhythm": "yearly",
            "paused_until": NEXT_MONTH.isoformat(),
        },
    )
    assert one("SELECT field_group, old, new FROM recorded_change") == ("contact_rhythm", old, new)
    assert one("SELECT data FROM journal WHERE kind = 'contact.rhythm.changed'") == ({"old": old, "new": new},)
    assert ledger() == []


@pytest.mark.parametrize("typed", ["2020-01-01", "31/02/2030", "next year"])
async def test_a_day_that_cannot_be_is_refused_beside_the_field_and_all_else_is_kept(marie, one, typed) -> None:
    page = await save(marie, untick=["news/sms"], post_rhythm="yearly", paused_until=typed)
    assert page.status == 422
    assert "Error:" in page.html.split("</title>")[0]
    assert "#paused_until" in page.links
    assert page.form(PATH)["paused_until"] == typed
    assert page.form(PATH)["post_rhythm"] == "yearly"
    assert "news/sms" not in page.form(PATH)
    assert one("SELECT count(*) FROM recorded_change") == (0,)


async def test_a_choice_changed_meanwhile_is_not_written_over_unnoticed(marie, owner, stored, ledger) -> None:
    page = await marie.get(PATH)
    owner.execute(HOLDS, [["appeals/phone"], []])
    page = await marie.submit(page, PATH, **{"exchange/any": "yes"})
    assert page.status == 409
    assert "This was changed by somebody else while you were choosing." in page.text
    assert "Appeals for gifts by post, by e-mail, by text message" in page.text
    assert page.form(PATH)["exchange/any"] == "yes"
    assert ledger() == []
    await marie.submit(page, PATH)
    assert stored() == (["exchange/any"], [])


async def test_a_press_from_an_old_page_asks_again(marie, owner, stored) -> None:
    page = await marie.get(PATH)
    owner.execute(HOLDS, [["exchange/any"], []])
    page = await marie.submit(page, AT_ONCE, press="everything")
    assert page.status == 409
    assert page.form(PATH)["exchange/any"] == "yes"
    assert stored() == (["exchange/any"], [])


async def test_a_save_waits_for_the_sync_that_writes_the_same_row_and_notices_it(marie, owner, stored) -> None:
    page = await marie.get(PATH)
    with owner.transaction():
        owner.execute(HOLDS, [["appeals/phone"], []])
        saving = asyncio.create_task(marie.submit(page, PATH, **{"exchange/any": "yes"}))
        for _ in range(200):
            await asyncio.sleep(0.01)
            if owner.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone():
                break
    assert (await saving).status == 409
    assert stored() == (["appeals/phone"], [])


async def test_pressing_twice_has_one_effect(marie, one) -> None:
    values = (await marie.get(PATH)).form(AT_ONCE) | {"press": "nothing"}
    await marie.post(AT_ONCE, **values)
    await marie.post(AT_ONCE, **values)
    assert one("SELECT count(*) FROM consent_entry") == (21,)


async def test_what_the_form_does_not_offer_is_refused(marie, ledger) -> None:
    page = await marie.get(PATH)
    for extra in ({"held": "1"}, {"appeals/pigeon": "yes"}, {"news/post": "1"}, {"post_rhythm": "daily"}):
        assert (await marie.submit(page, PATH, **extra)).status == 400
    assert (await marie.submit(page, AT_ONCE, press="something")).status == 400
    assert ledger() == []


@pytest.mark.parametrize("path", [PATH, "/preferences"])
@pytest.mark.parametrize(
    ("stop", "code", "words"),
    [
        (True, "", "You have asked us to send you no appeals. This holds whatever is chosen here"),
        (False, "PND", "Our letters to you came back, so we send you none at present."),
        (False, "RAD", "You have been taken off our mailing lists."),
        (False, "Z9", "Sending is suspended on your record. Call us to know why."),
    ],
)
async def test_what_the_association_holds_back_is_said_in_words(marie, owner, path, stop, code, words) -> None:
    assert words not in (await marie.get(path)).text
    owner.execute(SUSPENDED, [stop, code])
    page = await marie.get(path)
    assert words in page.text
    assert code == "" or f" {code} " not in page.text


async def test_a_member_whose_choice_is_not_known_here_yet_has_no_such_page(marie, owner) -> None:
    owner.execute("DELETE FROM contact_choice")
    assert (await marie.get(PATH)).status == 404
    assert (await marie.get("/preferences")).status == 200


async def test_a_save_changes_the_own_choice_alone_even_without_the_second_wall(settings, owner) -> None:
    database = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    walker = Walker(build(settings, database), settings, owner)
    await walker.enter(STRANGER)
    await save(walker, untick=["news/post"], post_rhythm="yearly")
    await database.close()
    changed = (
        "SELECT m.number FROM contact_choice c JOIN member m ON m.id = c.member_id "
        "WHERE objections <> '{}' OR post_rhythm <> 'all' OR c.held"
    )
    assert owner.execute(changed).fetchall() == [(STRANGER.number,)]


async def test_the_second_wall_holds_when_the_first_is_taken_away(settings, marie, visitor, database) -> None:
    await press(marie, "nothing")
    walker = visitor()
    session_id = await walker.enter(NADIA)
    secret = walker.client.cookies["__Host-session"].split(".")[1]
    async with database.begin() as db:
        assert await db.scalar(text("SELECT count(*) FROM contact_choice")) == 0
        await db.execute(OPEN, {"id": session_id, "hash": crypto.digest(secret)} | limits(settings))
        assert await db.scalar(text("SELECT count(*) FROM consent_entry")) == 0
        changed = text("UPDATE contact_choice SET post_rhythm = 'yearly' RETURNING member_id")
        assert len((await db.execute(changed)).all()) == 1


async def test_staff_who_look_see_the_choice_and_cannot_make_it(editor, member_id, ledger) -> None:
    path = f"/staff/members/{member_id(MARIE)}"
    await editor.submit(await editor.get(path), f"{path}/viewing", reason="On the phone")
    page = await editor.get(PATH)
    assert "Save my choice" not in page.text
    assert "Nothing but receipts" not in page.text
    assert (await editor.submit(page, PATH, **{"exchange/any": "yes"})).status == 403
    assert ledger() == []
