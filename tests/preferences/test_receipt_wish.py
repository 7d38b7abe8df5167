"""How a donor says in which way, and how often, they would like tax receipts."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from portal import crypto
from portal.app import build
from portal.database import Database
from portal.preferences.rules import IN_WORDS, RHYTHMS
from portal.web.session import OPEN, limits
from tests.personas import MARIE, NADIA, STRANGER
from tests.walker import Walker

PATH = "/preferences/receipts"
BOUNCED = "UPDATE email_address SET bounced_on = '2026-03-12' WHERE mailbox = %s"
NO_MAIN = "UPDATE email_address SET is_main = false WHERE mailbox = %s"
WISHED = (
    "UPDATE receipt_wish SET receipt_rhythm = %s, receipt_by = %s "
    "WHERE member_id = (SELECT id FROM member WHERE number = '1001')"
)


@pytest.fixture
async def marie(visitor):
    walker = visitor()
    await walker.enter(MARIE)
    return walker


@pytest.fixture
def one(owner):
    return lambda query, *values: owner.execute(query, values).fetchone()


async def save(walker, path=PATH, **fields):
    return await walker.submit(await walker.get(path), PATH, **fields)


def explained(page, value):
    """What stands beside a choice, for eyes and for screen readers."""
    [button] = [found for found in page.tree.iterfind(".//input") if found.get("value") == value]
    [hint] = [found for found in page.tree.iterfind(".//span") if found.get("id") == button.get("aria-describedby")]
    return " ".join(hint.text.split())


async def test_the_page_says_what_holds_and_where_mail_and_letters_go(marie) -> None:
    page = await marie.get(PATH)
    assert "At present One receipt for the whole year, by post It names all your gifts of a year" in page.text
    assert f"To {MARIE.email} –" in explained(page, "email")
    assert "MME MARIE DUPONT, APPARTEMENT 4, 12 BIS RUE DES LILAS, 69003 LYON" in explained(page, "post")
    values = page.form(PATH)
    assert (values["receipt_rhythm"], values["receipt_by"]) == ("annual", "post")


async def test_each_choice_says_what_follows_from_it(marie) -> None:
    page = await marie.get(PATH)
    assert "January of the year after" in explained(page, "annual")
    assert "Regular direct debits always stand together on one receipt for the whole year" in explained(
        page, "per_gift"
    )
    assert "no right to the tax reduction" in explained(page, "none")


async def test_a_link_proposes_email_and_one_press_saves_it(marie, one) -> None:
    page = await marie.get(f"{PATH}?by=email")
    assert page.form(PATH)["receipt_by"] == "email"
    assert "At present One receipt for the whole year, by post" in page.text, "nothing is changed by looking"
    page = await marie.submit(page, PATH)
    assert page.path == PATH
    assert "Your choice is saved. It holds for all tax receipts that have not been made yet." in page.text
    assert "We are sending you an e-mail that confirms it." in page.text
    assert "At present One receipt for the whole year, by e-mail" in page.text
    assert "This choice is on its way to our central records." in page.text
    assert one("SELECT receipt_rhythm, receipt_by, held FROM receipt_wish WHERE held") == ("annual", "email", True)


@pytest.mark.parametrize("by", ["post", "none", "pigeon", ""])
async def test_a_link_proposes_nothing_else(marie, owner, by) -> None:
    owner.execute(WISHED, ["annual", "email"])
    assert (await marie.get(f"{PATH}?by={by}")).form(PATH)["receipt_by"] == "email"


async def test_a_change_is_recorded_with_old_and_new_and_journalled(marie, one) -> None:
    await save(marie, receipt_rhythm="per_gift")
    old, new = {"receipt_by": "post", "receipt_rhythm": "annual"}, {"receipt_by": "post", "receipt_rhythm": "per_gift"}
    query = "SELECT field_group, old, new, status FROM recorded_change"
    assert one(query) == ("receipt_wish", old, new, "saved")
    assert one("SELECT base FROM field_in_motion WHERE field_group = 'receipt_wish'") == (old,)
    actor, data = one("SELECT actor, data FROM journal WHERE kind = 'receipt.wish.changed'")
    assert actor.startswith("member:")
    assert data == {"old": old, "new": new}


async def test_a_save_that_changes_nothing_says_so_and_records_nothing(marie, one, work_off, mails) -> None:
    page = await save(marie)
    assert "You changed nothing, so nothing was saved." in page.text
    assert one("SELECT count(*) FROM recorded_change") == (0,)
    await work_off()
    assert mails.mails == []


async def test_pressing_save_twice_has_one_effect(marie, one, work_off, mails) -> None:
    values = (await marie.get(f"{PATH}?by=email")).form(PATH)
    await marie.post(PATH, **values)
    await marie.post(PATH, **values)
    assert one("SELECT count(*) FROM recorded_change") == (1,)
    await work_off()
    assert len(mails.mails) == 1


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (BOUNCED, f"Our e-mail to {MARIE.email} came back on 12 March 2026. Please call us"),
        (NO_MAIN, "We have no main e-mail address for you. Please call us"),
    ],
    ids=["bounced", "none"],
)
async def test_email_is_refused_to_whom_no_mail_reaches_and_they_learn_what_to_do(
    marie, owner, one, trouble, words
) -> None:
    owner.execute(trouble, [MARIE.email])
    page = await marie.get(f"{PATH}?by=email")
    assert page.form(PATH)["receipt_by"] == "post", "what cannot be is not proposed"
    assert explained(page, "email").startswith(words)
    page = await marie.submit(page, PATH, receipt_by="email", receipt_rhythm="per_gift")
    assert page.status == 422
    assert "Error:" in page.html.split("</title>")[0]
    assert page.html.count("We cannot reach you by e-mail at present.") == 2, "above, and beside the field"
    assert "#receipt_by" in page.links
    assert (page.form(PATH)["receipt_by"], page.form(PATH)["receipt_rhythm"]) == ("email", "per_gift")
    assert one("SELECT count(*) FROM recorded_change") == (0,)
    page = await marie.submit(page, PATH, receipt_by="post")
    assert "Your choice is saved." in page.text
    assert "sending you an e-mail" not in page.text


async def test_whoever_wants_no_receipt_needs_no_email_address(marie, owner, one) -> None:
    owner.execute(WISHED, ["annual", "email"])
    owner.execute(BOUNCED, [MARIE.email])
    page = await save(marie, receipt_rhythm="none")
    assert "At present No receipt Without a tax receipt you have no right to the tax reduction" in page.text
    assert one("SELECT receipt_rhythm FROM receipt_wish WHERE held") == ("none",)


async def test_without_a_postal_address_the_page_says_so(visitor) -> None:
    walker = visitor()
    await walker.enter(NADIA)
    page = await walker.get(PATH)
    assert explained(page, "post") == "We have no postal address for you."
    assert "/profile/address" in page.links


async def test_a_wish_changed_meanwhile_is_not_written_over_unnoticed(marie, owner, one) -> None:
    page = await marie.get(f"{PATH}?by=email")
    owner.execute(WISHED, ["per_gift", "post"])
    page = await marie.submit(page, PATH)
    assert page.status == 409
    assert "This was changed by somebody else while you were choosing." in page.text
    assert "At present One receipt for each gift, by post" in page.text
    assert (page.form(PATH)["receipt_by"], page.form(PATH)["receipt_rhythm"]) == ("email", "annual")
    assert one("SELECT count(*) FROM recorded_change") == (0,)
    page = await marie.submit(page, PATH)
    assert "At present One receipt for the whole year, by e-mail" in page.text
    assert one("SELECT old ->> 'receipt_rhythm' FROM recorded_change") == ("per_gift",)


async def test_a_save_waits_while_somebody_else_changes_the_same_and_notices_it(marie, owner, member_id) -> None:
    page = await marie.get(f"{PATH}?by=email")
    with owner.transaction():
        name = f"changes of {member_id(MARIE)}"
        owner.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        owner.execute(WISHED, ["per_gift", "post"])
        saving = asyncio.create_task(marie.submit(page, PATH))
        for _ in range(200):
            await asyncio.sleep(0.01)
            if owner.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone():
                break
    assert (await saving).status == 409


async def test_what_the_form_does_not_offer_is_refused(marie, one) -> None:
    page = await marie.get(PATH)
    for extra in ({"held": "1"}, {"member_id": "1"}, {"receipt_by": "pigeon"}, {"receipt_rhythm": ""}):
        assert (await marie.submit(page, PATH, **extra)).status == 400
    assert one("SELECT count(*) FROM recorded_change") == (0,)


async def test_a_member_whose_wish_is_not_known_here_yet_has_no_such_page(marie, owner) -> None:
    owner.execute("DELETE FROM receipt_wish")
    assert (await marie.get(PATH)).status == 404
    home = await marie.get("/")
    assert home.status == 200
    assert "by=email" not in str(home.links)


async def test_every_pair_that_can_be_chosen_has_its_words() -> None:
    assert set(IN_WORDS) == {(rhythm, by) for rhythm in RHYTHMS for by in ("email", "post")}


# From other pages


@pytest.mark.parametrize(
    ("rhythm", "by", "trouble", "shown"),
    [
        ("annual", "post", None, True),
        ("per_gift", "post", None, True),
        ("annual", "email", None, False),
        ("none", "post", None, False),
        ("annual", "post", BOUNCED, False),
        ("annual", "post", NO_MAIN, False),
    ],
)
async def test_home_offers_email_to_whom_it_helps(marie, owner, rhythm, by, trouble, shown) -> None:
    owner.execute(WISHED, [rhythm, by])
    if trouble:
        owner.execute(trouble, [MARIE.email])
    page = await marie.get("/")
    assert (f"{PATH}?by=email" in page.links) is shown
    assert ("Receive my receipts by e-mail" in page.text) is shown


async def test_the_offer_on_the_home_page_is_gone_once_it_was_taken(marie) -> None:
    [link] = [link for link in (await marie.get("/")).links if link.startswith(PATH)]
    await save(marie, link)
    assert PATH not in str((await marie.get("/")).links)


@pytest.mark.parametrize("path", ["/receipts", "/preferences"])
async def test_the_choice_is_found_where_one_looks_for_it(marie, path) -> None:
    assert PATH in (await marie.get(path)).links


async def test_the_donor_follows_the_change_in_words(marie) -> None:
    await save(marie, receipt_by="email", receipt_rhythm="per_gift")
    text = (await marie.get("/profile/changes")).text
    assert "Tax receipts Saved, will be passed on shortly" in text
    assert "Before One receipt for the whole year, by post" in text
    assert "One receipt for each gift, by e-mail" in text


async def test_staff_see_that_it_was_changed_and_whether_it_has_arrived(marie, editor, member_id) -> None:
    await save(marie, receipt_by="email")
    page = await editor.get(f"/staff/members/{member_id(MARIE)}/changes")
    assert "Tax receipts" in page.text
    assert "Saved, will be passed on shortly" in page.text
    page = await editor.get(f"/staff/members/{member_id(MARIE)}/journal")
    assert "Wish for tax receipts changed" in page.text


# Confirmed by mail


@pytest.mark.parametrize(
    ("former", "chosen", "words", "outlook"),
    [
        (("annual", "post"), ("annual", "email"), "One receipt for the whole year, by e-mail", "in January"),
        (("annual", "email"), ("per_gift", "post"), "One receipt for each gift, by post", "soon after the gift"),
        (("per_gift", "email"), ("none", "email"), "No receipt", "no right to the tax reduction"),
    ],
)
async def test_a_mail_confirms_what_was_chosen_and_from_when_it_holds(
    marie, owner, work_off, mails, former, chosen, words, outlook
) -> None:
    owner.execute("UPDATE member SET language = 'en'")
    owner.execute(WISHED, former)
    await save(marie, receipt_rhythm=chosen[0], receipt_by=chosen[1])
    await work_off()
    [mail] = mails.mails
    assert mail["To"] == MARIE.email
    for kind in ("plain", "html"):
        content = " ".join(mail.get_body((kind,)).get_content().split())
        for expected in (
            words,
            outlook,
            "holds for all tax receipts that have not been made yet",
            "If not, please call us at once.",
            PATH,
        ):
            assert expected in content


async def test_the_mail_is_in_the_members_language_not_the_browsers(visitor, work_off, mails) -> None:
    walker = visitor("en")
    await walker.enter(MARIE)
    await save(walker, receipt_by="email")
    await work_off()
    assert mails.mails[0].get_body(("plain",)).get_content().startswith("Bonjour,")


async def test_the_mail_goes_to_the_main_address_alone(marie, owner, work_off, mails) -> None:
    owner.execute(
        "INSERT INTO email_address (member_id, address, is_main, origin, recorded_on) "
        "SELECT id, 'office@example.org', false, '', now() FROM member WHERE number = '1001'"
    )
    await save(marie, receipt_by="email")
    await work_off()
    assert [mail["To"] for mail in mails.mails] == [MARIE.email]


@pytest.mark.parametrize("trouble", [BOUNCED, NO_MAIN], ids=["bounced", "none"])
async def test_no_mail_goes_to_whom_none_reaches(marie, owner, one, work_off, mails, trouble) -> None:
    owner.execute(trouble, [MARIE.email])
    await save(marie, receipt_rhythm="per_gift")
    await work_off()
    assert mails.mails == []
    assert one("SELECT count(*) FROM procrastinate_jobs") == (0,)


async def test_the_job_holds_a_number_and_nothing_else(marie, one) -> None:
    await save(marie, receipt_by="email")
    task, arguments = one("SELECT task_name, args FROM procrastinate_jobs")
    (change_id,) = one("SELECT id::text FROM recorded_change")
    assert (task, arguments) == ("preferences.confirm_wish", {"change_id": change_id})


async def test_a_relay_that_is_down_gets_the_mail_later(marie, settings, owner, work_off, mails) -> None:
    from portal import work

    await save(marie, receipt_by="email")
    await work.run(settings, until_idle=True)  # nothing listens at the relay's address there
    mine = "SELECT status::text, attempts FROM procrastinate_jobs WHERE task_name = 'preferences.confirm_wish'"
    assert owner.execute(mine).fetchall() == [("todo", 1)]
    owner.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    await work_off()
    assert len(mails.mails) == 1


# Nobody else's


async def test_a_save_changes_the_own_wish_alone_even_without_the_second_wall(settings, owner) -> None:
    database = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    walker = Walker(build(settings, database), settings, owner)
    await walker.enter(STRANGER)
    await save(walker, receipt_by="email")
    await database.close()
    changed = "SELECT m.number FROM receipt_wish w JOIN member m ON m.id = w.member_id WHERE receipt_by = 'email'"
    assert owner.execute(changed).fetchall() == [(STRANGER.number,)]


async def test_the_second_wall_holds_when_the_first_is_taken_away(settings, visitor, database) -> None:
    walker = visitor()
    session_id = await walker.enter(NADIA)
    secret = walker.client.cookies["__Host-session"].split(".")[1]
    async with database.begin() as db:
        assert await db.scalar(text("SELECT count(*) FROM receipt_wish")) == 0
        await db.execute(OPEN, {"id": session_id, "hash": crypto.digest(secret)} | limits(settings))
        changed = text("UPDATE receipt_wish SET receipt_by = 'email' RETURNING member_id")
        assert len((await db.execute(changed)).all()) == 1


async def test_staff_who_look_see_the_choice_and_cannot_make_it(editor, member_id, one) -> None:
    path = f"/staff/members/{member_id(MARIE)}"
    await editor.submit(await editor.get(path), f"{path}/viewing", reason="On the phone")
    page = await editor.get(PATH)
    assert "At present One receipt for the whole year, by post" in page.text
    assert (await editor.submit(page, PATH, receipt_by="email")).status == 403
    assert one("SELECT count(*) FROM recorded_change") == (0,)
