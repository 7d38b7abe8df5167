import re
from datetime import timedelta

import pytest

from portal import clock
from portal.web import proof
from tests.personas import CLAIRE, EDITOR, GEORGES, MARIE, PAUL, STRANGER


async def ask(walker, email):
    page = await walker.get("/sign-in")
    return await walker.submit(page, "/sign-in", email=email)


def link_in(mail) -> str:
    found = re.search(r"https://portal\.test(/sign-in/link/\S+)", mail.get_body(("plain",)).get_content())
    assert found
    return found[1]


def code_in(mail) -> str:
    found = re.search(r"\b(\d{6})\b", mail.get_body(("plain",)).get_content())
    assert found
    return found[1]


@pytest.fixture
async def asked(visitor, work_off, mails):
    """Marie's browser after she asked, and the mail that she received."""
    walker = visitor()
    page = await ask(walker, MARIE.email)
    assert page.path == "/sign-in/code"
    await work_off()
    return walker, mails.to(MARIE.email)[-1]


async def test_a_donor_signs_in_by_opening_the_link_and_pressing_the_button(asked) -> None:
    walker, mail = asked
    page = await walker.get(link_in(mail))
    assert page.path == "/sign-in/confirm", "the secret has left the address"
    page = await walker.submit(page, "/sign-in/confirm")
    assert page.path == "/"
    assert "Hello Marie" in page.text


async def test_a_donor_signs_in_with_the_six_digits_however_they_are_spaced(asked) -> None:
    walker, mail = asked
    page = await walker.get("/sign-in/code")
    code = code_in(mail)
    page = await walker.submit(page, "/sign-in/code", code=f" {code[:3]} {code[3:]} ")
    assert "Hello Marie" in page.text


async def test_opening_the_link_changes_nothing(asked, owner) -> None:
    walker, mail = asked
    for _ in range(3):
        await walker.get(link_in(mail))
    assert owner.execute("SELECT count(*) FROM web_session WHERE member_id IS NOT NULL").fetchone() == (0,)
    page = await walker.submit(await walker.get("/sign-in/confirm"), "/sign-in/confirm")
    assert "Hello Marie" in page.text


async def test_another_browser_must_type_the_address_again(asked, visitor) -> None:
    _, mail = asked
    other = visitor()
    page = await other.get(link_in(mail))
    page = await other.submit(page, "/sign-in/confirm", email="somebody@example.org")
    assert page.status == 422
    assert "This is not the address" in page.text
    page = await other.submit(page, "/sign-in/confirm", email=MARIE.email.upper())
    assert "Hello Marie" in page.text


async def test_a_robot_that_presses_the_button_in_another_browser_gets_nothing(asked, visitor) -> None:
    walker, mail = asked
    robot = visitor()
    await robot.get(link_in(mail))
    await robot.post("/sign-in/confirm")
    assert (await robot.get("/", follow=False)).status == 303
    page = await walker.submit(await walker.get(link_in(mail)), "/sign-in/confirm")
    assert "Hello Marie" in page.text


async def test_a_link_works_once(asked, visitor) -> None:
    walker, mail = asked
    await walker.submit(await walker.get(link_in(mail)), "/sign-in/confirm")
    other = visitor()
    page = await other.get(link_in(mail))
    assert page.status == 410
    assert "has been used" in page.text
    assert (await other.get("/", follow=False)).status == 303


async def test_the_code_is_refused_in_another_browser(asked, visitor, owner) -> None:
    _, mail = asked
    other = visitor()
    await ask(other, "nobody@example.org")
    page = await other.submit(await other.get("/sign-in/code"), "/sign-in/code", code=code_in(mail))
    assert page.status == 422
    assert owner.execute("SELECT count(*) FROM web_session WHERE member_id IS NOT NULL").fetchone() == (0,)


async def test_five_wrong_codes_end_the_code_and_the_link(asked) -> None:
    walker, mail = asked
    wrong = f"{(int(code_in(mail)) + 1) % 1_000_000:06d}"
    for _ in range(proof.MOST_TRIES):
        page = await walker.submit(await walker.get("/sign-in/code"), "/sign-in/code", code=wrong)
        assert page.status == 422
    page = await walker.submit(await walker.get("/sign-in/code"), "/sign-in/code", code=code_in(mail))
    assert page.status == 410
    assert "Too many wrong attempts" in page.text
    assert (await walker.get(link_in(mail))).status == 410


async def test_an_expired_link_says_so_and_sends_a_new_one_in_one_press(asked, owner, work_off, mails) -> None:
    walker, mail = asked
    owner.execute("UPDATE sign_in_request SET expires_at = now() - interval '1 second'")
    page = await walker.get(link_in(mail))
    assert page.status == 410
    assert "has expired" in page.text
    page = await walker.submit(page, "/sign-in/again")
    assert page.path == "/sign-in/code"
    await work_off()
    assert len(mails.to(MARIE.email)) == 2
    page = await walker.submit(await walker.get(link_in(mails.to(MARIE.email)[-1])), "/sign-in/confirm")
    assert "Hello Marie" in page.text


async def test_only_the_newest_link_works(asked, work_off, mails) -> None:
    walker, first = asked
    await walker.submit(await walker.get("/sign-in/code"), "/sign-in/again")
    await work_off()
    assert (await walker.get(link_in(first))).status == 410
    page = await walker.submit(await walker.get(link_in(mails.to(MARIE.email)[-1])), "/sign-in/confirm")
    assert "Hello Marie" in page.text


async def test_a_garbled_link_is_met_with_a_calm_page(visitor) -> None:
    walker = visitor()
    page = await walker.get("/sign-in/link/" + "x" * 43)
    assert page.status == 410
    assert "not complete, or we do not know it" in page.text
    assert (await walker.get("/sign-in/link/a.b")).status == 404


async def test_the_life_of_the_link_counts_from_the_first_attempt_to_send_it(visitor, owner, work_off) -> None:
    walker = visitor()
    await ask(walker, MARIE.email)
    assert owner.execute("SELECT expires_at FROM sign_in_request").fetchone() == (None,)
    await work_off()
    (expires_at,) = owner.execute("SELECT expires_at FROM sign_in_request").fetchone()
    assert timedelta(minutes=9, seconds=30) < expires_at - clock.now() < timedelta(minutes=10, seconds=30)


async def test_known_and_unknown_addresses_get_the_same_answer(visitor) -> None:
    def masked(html: str) -> str:
        return re.sub(r'value="([0-9a-f]{64}|[\w-]{43})"|[\w.-]+@example\.org', "*", html)

    answers = []
    for email in (MARIE.email, "nobody.at.all@example.org"):
        page = await ask(visitor(), email)
        answers.append((page.status, page.path, masked(page.html)))
    assert answers[0] == answers[1]


async def test_an_unknown_address_is_told_so_by_mail_once_a_day(visitor, work_off, mails) -> None:
    walker = visitor()
    for _ in range(2):
        await ask(walker, "nobody@example.org")
    await work_off()
    assert len(mails.to("nobody@example.org")) == 1
    assert "No donor is registered with it" in mails.mails[0].get_body(("plain",)).get_content()


async def test_a_deceased_members_mailbox_opens_nothing(visitor, work_off, mails) -> None:
    await ask(visitor(), GEORGES.email)
    await work_off()
    assert "sign-in/link" not in mails.to(GEORGES.email)[0].as_string()


async def test_a_shared_mailbox_leads_to_a_choice_and_back_to_it(visitor, work_off, mails) -> None:
    walker = visitor()
    await ask(walker, CLAIRE.email)
    await work_off()
    page = await walker.submit(await walker.get(link_in(mails.mails[-1])), "/sign-in/confirm")
    assert page.path == "/sign-in/choice"
    assert "Claire Martin" in page.text
    assert (await walker.get("/gifts")).path == "/sign-in/choice", "nothing is shown before the choice"
    buttons = [form for form in page.tree.iterfind(".//form") if form.get("action") == "/sign-in/choice"]
    chosen = {field.get("name"): field.get("value") for field in buttons[1].iterfind(".//input")}
    page = await walker.post("/sign-in/choice", **chosen)
    assert "Hello Paul" in page.text
    assert PAUL.number in (await walker.get("/profile")).text
    assert "Claire Martin" in (await walker.get("/sign-in/choice")).text


async def test_somebody_elses_number_cannot_be_chosen(visitor, owner, work_off, mails) -> None:
    walker = visitor()
    await ask(walker, CLAIRE.email)
    await work_off()
    page = await walker.submit(await walker.get(link_in(mails.mails[-1])), "/sign-in/confirm")
    (marie,) = owner.execute("SELECT id FROM member WHERE number = %s", [MARIE.number]).fetchone()
    page = await walker.submit(page, "/sign-in/choice", person=str(marie))
    assert page.status == 404


async def test_staff_sign_in_by_the_same_kind_of_link_where_the_settings_allow_it(visitor, work_off, mails) -> None:
    walker = visitor()
    await ask(walker, EDITOR.email)
    await work_off()
    page = await walker.submit(await walker.get(link_in(mails.mails[-1])), "/sign-in/confirm")
    assert page.path == "/staff"


async def test_an_impossible_address_is_met_beside_the_field_with_what_was_typed(visitor) -> None:
    page = await ask(visitor(), "marie@nowhere")
    assert page.status == 422
    assert page.form("/sign-in")["email"] == "marie@nowhere"
    assert "Enter an e-mail address such as" in page.text


async def test_the_sixth_mail_in_an_hour_is_not_sent_and_a_page_says_why(visitor, work_off, mails) -> None:
    walker = visitor()
    for _ in range(5):
        assert (await ask(walker, MARIE.email)).path == "/sign-in/code"
    page = await ask(visitor(), MARIE.email)
    assert page.status == 429
    await work_off()
    assert 1 <= len(mails.to(MARIE.email)) <= 5


async def test_of_many_wishes_at_once_the_newest_link_works(visitor, work_off, mails) -> None:
    walker = visitor()
    for _ in range(4):
        await ask(walker, MARIE.email)
    await work_off()
    working = [mail for mail in mails.to(MARIE.email) if (await walker.get(link_in(mail))).status == 200]
    assert len(working) == 1


async def test_signing_in_gives_a_new_session_number(asked, owner) -> None:
    walker, mail = asked
    before = walker.client.cookies["__Host-session"]
    await walker.submit(await walker.get(link_in(mail)), "/sign-in/confirm")
    assert walker.client.cookies["__Host-session"] != before
    old = before.split(".")[0]
    assert owner.execute("SELECT count(*) FROM web_session WHERE id = %s", [old]).fetchone() == (0,)


async def test_a_copied_cookie_is_dead_after_signing_out(visitor) -> None:
    walker, thief = visitor(), visitor()
    await walker.enter(MARIE)
    thief.client.cookies.update(walker.client.cookies)
    page = await walker.get("/")
    assert "Hello Marie" in (await thief.get("/")).text
    page = await walker.submit(page, "/sign-out")
    assert "You are signed out" in page.text
    assert (await thief.get("/", follow=False)).status == 303


async def test_a_copy_of_the_database_signs_nobody_in(visitor, owner) -> None:
    walker = visitor()
    session = await walker.enter(MARIE)
    (stored,) = owner.execute("SELECT encode(secret_hash, 'hex') FROM web_session").fetchone()
    walker.client.cookies.clear()
    for secret in (stored, "", "x"):
        walker.client.cookies.set("__Host-session", f"{session}.{secret}", domain="portal.test")
        assert (await walker.get("/", follow=False)).status == 303


async def test_an_idle_session_ends(visitor, owner) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    owner.execute("UPDATE web_session SET seen_at = now() - interval '31 minutes'")
    assert (await walker.get("/", follow=False)).headers["location"] == "/sign-in"


async def test_neither_the_queue_nor_the_table_ever_holds_the_secrets(asked, owner) -> None:
    _, mail = asked
    token = link_in(mail).rsplit("/", 1)[1]
    for table in ("procrastinate_jobs", "procrastinate_events", "sign_in_request", "journal"):
        rows = str(owner.execute(f"SELECT * FROM {table}").fetchall())
        assert token not in rows
        assert code_in(mail) not in rows


async def test_a_browser_without_session_learns_nothing_of_others_wishes(asked, visitor, work_off, mails) -> None:
    walker, mail = asked
    await walker.submit(await walker.get(link_in(mail)), "/sign-in/confirm")
    stranger = visitor()
    page = await stranger.get("/sign-in/code")
    assert page.path == "/sign-in"
    assert MARIE.email not in page.html
    await stranger.post("/sign-in/again")
    await work_off()
    assert len(mails.to(MARIE.email)) == 1


async def test_a_link_whose_browser_is_gone_still_wants_the_address(asked, visitor, owner) -> None:
    _, mail = asked
    owner.execute("UPDATE sign_in_request SET session_id = NULL")
    robot = visitor()
    page = await robot.get(link_in(mail))
    assert "email" in page.form("/sign-in/confirm")
    for fields in ({}, {"email": ""}, {"email": "x"}):
        await robot.post("/sign-in/confirm", **fields)
        assert (await robot.get("/", follow=False)).status == 303


async def test_after_the_mail_too_known_and_unknown_addresses_behave_alike(visitor, work_off, owner) -> None:
    answers = []
    for email in (MARIE.email, "nobody.at.all@example.org"):
        first, second = visitor(), visitor()
        await ask(first, email)
        await ask(second, email)
        await work_off()
        wrong = await first.submit(await first.get("/sign-in/code"), "/sign-in/code", code="x")
        owner.execute("UPDATE sign_in_request SET expires_at = expires_at - interval '11 minutes'")
        late = await second.submit(await second.get("/sign-in/code"), "/sign-in/code", code="x")
        answers.append((wrong.status, wrong.text.replace(email, ""), late.status, late.text.replace(email, "")))
    assert answers[0] == answers[1]


async def test_what_a_refused_network_asks_for_is_not_counted_against_the_address(visitor, settings, owner) -> None:
    for number in range(20):
        await ask(visitor(), f"nobody{number}@example.org")
    for _ in range(6):
        assert (await ask(visitor(), MARIE.email)).status == 429
    owner.execute("DELETE FROM throttle WHERE count > 20")  # another network
    assert (await ask(visitor(), MARIE.email)).path == "/sign-in/code"


async def test_a_mail_that_could_not_be_sent_is_tried_again(visitor, settings, owner, work_off, mails) -> None:
    from portal import work

    mailing = "SELECT status, attempts FROM procrastinate_jobs WHERE task_name = 'signin.send_mail'"
    walker = visitor()
    await ask(walker, MARIE.email)
    await work.run(settings, until_idle=True)  # nobody listens at this address
    assert owner.execute(mailing).fetchall() == [("todo", 1)]
    owner.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    await work_off()
    page = await walker.submit(await walker.get(link_in(mails.to(MARIE.email)[0])), "/sign-in/confirm")
    assert "Hello Marie" in page.text


async def test_a_used_link_is_refused_even_when_it_is_sent_without_looking(asked, visitor, owner) -> None:
    walker, mail = asked
    other = visitor()
    await other.get(link_in(mail))
    await walker.submit(await walker.get(link_in(mail)), "/sign-in/confirm")
    assert (await other.post("/sign-in/confirm", email=MARIE.email)).status == 410
    assert owner.execute("SELECT count(*) FROM web_session WHERE member_id IS NOT NULL").fetchone() == (1,)


async def test_two_presses_at_the_same_moment_give_one_session(asked, visitor, owner) -> None:
    import asyncio

    _, mail = asked
    browsers = [visitor() for _ in range(4)]
    for browser in browsers:
        await browser.get(link_in(mail))
    await asyncio.gather(*(browser.post("/sign-in/confirm", email=MARIE.email) for browser in browsers))
    assert owner.execute("SELECT count(*) FROM web_session WHERE member_id IS NOT NULL").fetchone() == (1,)


async def test_after_five_wrong_addresses_the_right_one_comes_too_late(asked, visitor, owner) -> None:
    _, mail = asked
    robot = visitor()
    await robot.get(link_in(mail))
    for number in range(proof.MOST_TRIES):
        await robot.post("/sign-in/confirm", email=f"guess{number}@example.org")
    assert (await robot.post("/sign-in/confirm", email=MARIE.email)).status == 410
    assert owner.execute("SELECT count(*) FROM web_session WHERE member_id IS NOT NULL").fetchone() == (0,)


ROBOTS: dict[str, list[tuple[str, dict[str, str]]]] = {
    "asks for the head": [("HEAD", {})],
    "opens it twice": [("GET", {}), ("GET", {})],
    "presses the button": [("GET", {}), ("POST", {})],
    "presses with an empty address": [("GET", {}), ("POST", {"email": ""})],
    "presses with an address that it makes up": [("GET", {}), ("POST", {"email": "robot@example.org"})],
    "presses every button there is": [("GET", {}), ("POST", {}), ("AGAIN", {}), ("POST", {"email": "x"})],
}


@pytest.mark.parametrize("robot", ROBOTS)
async def test_a_mail_scanner_gets_nothing_and_the_donor_still_gets_in(asked, visitor, owner, robot) -> None:
    walker, mail = asked
    scanner = visitor()
    for method, fields in ROBOTS[robot]:
        if method == "HEAD":
            await scanner.client.head(link_in(mail))
        elif method == "GET":
            await scanner.get(link_in(mail))
        else:
            await scanner.post("/sign-in/again" if method == "AGAIN" else "/sign-in/confirm", **fields)
    assert owner.execute("SELECT count(*) FROM web_session WHERE member_id IS NOT NULL").fetchone() == (0,)
    page = await walker.submit(await walker.get(link_in(mail)), "/sign-in/confirm")
    assert "Hello Marie" in page.text


async def test_the_mail_names_when_and_on_what_it_was_asked_for(visitor, work_off, mails) -> None:
    walker = visitor()
    walker.client.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    await ask(walker, MARIE.email)
    await work_off()
    [mail] = mails.to(MARIE.email)
    text = mail.get_body(("plain",)).get_content()
    assert re.search(r"Asked for on \d+ \w+ \d{4}, \d\d:\d\d – Firefox, Linux", text)
    assert "https://portal.test/sign-in/not-me" in text
    assert "Never read the code to anybody" in (await walker.get("/sign-in/not-me")).text


async def test_two_portals_share_the_limit_of_an_address(visitor, settings, owner, database, work_off, mails) -> None:
    from portal.app import build
    from tests.walker import Walker

    portals = [build(settings, database), build(settings, database)]
    answers = [await ask(Walker(portals[number % 2], settings, owner), MARIE.email) for number in range(20)]
    assert [page.status for page in answers].count(200) == 5
    await work_off()
    assert len(mails.to(MARIE.email)) <= 5


async def test_many_codes_sent_at_the_same_moment_all_count(asked, owner) -> None:
    import asyncio

    walker, mail = asked
    fields = (await walker.get("/sign-in/code")).form("/sign-in/code")
    del fields["form_key"]
    wrong = [f"{number:06d}" for number in range(12) if f"{number:06d}" != code_in(mail)]
    await asyncio.gather(*(walker.post("/sign-in/code", **fields | {"code": code}) for code in wrong))
    (tries,) = owner.execute("SELECT max(tries) FROM sign_in_request").fetchone()
    assert tries >= proof.MOST_TRIES, "none of them is forgotten"
    page = await walker.post("/sign-in/code", **fields | {"code": code_in(mail)})
    assert page.status == 410


async def test_nobody_writes_words_of_their_own_into_our_mail(visitor, work_off, mails) -> None:
    walker = visitor()
    walker.client.headers["User-Agent"] = "URGENT compte bloque appelez 0899701234 bot/1.0"
    await ask(walker, MARIE.email)
    await work_off()
    assert "0899" not in mails.to(MARIE.email)[0].as_string()


async def test_an_invitation_opens_no_donors_space(visitor, owner, settings) -> None:
    from portal import work
    from portal.staff.actions import end_account, invite

    owner.execute("UPDATE email_address SET address = %s WHERE mailbox = %s", [EDITOR.email, MARIE.email])
    link = await work.as_owner(settings, lambda db: invite(db, settings, EDITOR.email))
    await work.as_owner(settings, lambda db: end_account(db, email=EDITOR.email, actor="tests"))
    walker = visitor()
    page = await walker.get(link.removeprefix(settings.base_url))
    assert page.status == 410, "ended accounts have no invitations"
    owner.execute("UPDATE staff_account SET ended_at = NULL")
    link = await work.as_owner(settings, lambda db: invite(db, settings, EDITOR.email))
    page = await walker.get(link.removeprefix(settings.base_url))
    page = await walker.submit(page, "/sign-in/confirm", email=EDITOR.email)
    assert page.path == "/sign-in/second-factor"
    assert (await walker.get("/sign-in/choice")).path == "/sign-in/second-factor" or "Dupont" not in page.html
    assert owner.execute("SELECT mailbox FROM web_session WHERE staff_id IS NOT NULL").fetchone() == (None,)


async def test_a_second_click_after_the_first_was_answered_leads_to_the_same_place(asked) -> None:
    walker, mail = asked
    page = await walker.get(link_in(mail))
    fields = page.form("/sign-in/confirm")
    assert (await walker.post("/sign-in/confirm", **fields)).path == "/"
    again = await walker.post("/sign-in/confirm", **fields)
    assert again.status == 200
    assert "Hello Marie" in again.text


async def test_an_expired_link_is_refused_even_when_it_is_sent_without_looking(asked, owner) -> None:
    walker, mail = asked
    form = (await walker.get(link_in(mail))).form("/sign-in/confirm")
    owner.execute("UPDATE sign_in_request SET expires_at = now() - interval '1 second'")
    assert (await walker.post("/sign-in/confirm", **form)).status == 410
    assert owner.execute("SELECT count(*) FROM web_session WHERE member_id IS NOT NULL").fetchone() == (0,)


async def test_the_code_opens_nothing_in_a_browser_that_asked_for_another_address(visitor, work_off, mails) -> None:
    stranger, marie = visitor(), visitor()
    await ask(stranger, STRANGER.email)
    await ask(marie, MARIE.email)
    await work_off()
    code = code_in(mails.to(MARIE.email)[-1])
    page = await stranger.submit(await stranger.get("/sign-in/code"), "/sign-in/code", code=code)
    assert page.status == 422
    assert (await stranger.get("/", follow=False)).status == 303


async def test_the_secret_leaves_the_address_at_once(asked) -> None:
    walker, mail = asked
    answer = await walker.get(link_in(mail), follow=False)
    assert answer.headers["location"] == "/sign-in/confirm"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "HttpOnly" in answer.headers["set-cookie"]
