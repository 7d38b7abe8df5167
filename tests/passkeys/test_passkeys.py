"""Passkeys as their owners, and whoever would like to be one, meet them: real pages, a device made of software."""

import asyncio
import json
import re

import pytest

from portal.passkeys.rules import MOST_PASSKEYS
from portal.web import proof
from tests.passkeys.authenticator import TRUTH, Authenticator, Lie, encoded
from tests.personas import ADMINISTRATOR, CLAIRE, EDITOR, MARIE, NADIA, PAUL

ELSEWHERE = Lie(origin="https://portal.test.evil.example")
LIES = {
    "another origin": ELSEWHERE,
    "another host": Lie(host="evil.example"),
    "another challenge": Lie(challenge=b"x" * 64),
    "an owner who was not verified": Lie(is_verified=False),
    "another ceremony": Lie(kind="payment.get"),
}
LIES_IN_USE = LIES | {
    "a count that goes back": Lie(count=1),
    "a count that stands still": Lie(count=2),
    "another owner": Lie(owner=b"x" * 16),
    "another key": Lie(other_key=True),
}


def options_on(page, action: str) -> str:
    [found] = [form.get("data-options") for form in page.tree.iterfind(".//form") if form.get("action") == action]
    assert found
    return str(found)


async def begin_adding(walker):
    page = await walker.submit(await walker.get("/security"), "/security/passkeys/start")
    assert page.path == "/security/passkeys/new"
    return page


async def add(walker, device, name="My telephone", lie=TRUTH):
    page = await begin_adding(walker)
    answer = device.create(options_on(page, "/security/passkeys"), lie)
    return await walker.submit(page, "/security/passkeys", name=name, answer=answer)


async def begin_using(walker, at="/sign-in"):
    page = await walker.submit(await walker.get(at), "/passkey/start")
    assert page.path == "/passkey"
    return page


async def use(walker, device, at="/sign-in", lie=TRUTH):
    page = await begin_using(walker, at)
    return await walker.submit(page, "/passkey", answer=device.get(options_on(page, "/passkey"), lie))


async def is_in(walker) -> bool:
    return bool((await walker.get("/", follow=False)).status == 200)


async def owned_device(visitor, person) -> Authenticator:
    """A device with a passkey of this person's, made by another browser than those of the test."""
    walker, device = visitor(), Authenticator()
    await walker.enter(person)
    page = await add(walker, device)
    assert page.path == "/security"
    return device


def refusals(owner) -> int:
    query = "SELECT count(*) FROM journal WHERE kind = 'request.refused' AND data ->> 'why' = 'passkey'"
    return int(owner.execute(query).fetchone()[0])


def make_proof_old(owner) -> None:
    owner.execute("UPDATE web_session SET proved_at = now() - interval '11 minutes'")


async def enter_half(walker, person) -> None:
    """Signed in by something that is not enough for staff."""
    session_id = await walker.enter(person)
    walker.owner.execute("UPDATE web_session SET second_factor_due = true WHERE id = %s", [session_id])


@pytest.fixture
async def marie(visitor):
    walker = visitor()
    await walker.enter(MARIE)
    return walker


@pytest.fixture
async def device(visitor, owner) -> Authenticator:
    """Marie's telephone, with a passkey."""
    return await owned_device(visitor, MARIE)


# Adding, naming, removing


async def test_a_donor_adds_a_passkey_and_finds_it_on_the_page_of_security(marie, owner) -> None:
    page = await add(marie, Authenticator(), "Mon téléphone")
    assert page.path == "/security"
    assert "Your passkey is added" in page.text
    assert "Mon téléphone" in page.text
    assert "Passkey added (Mon téléphone)" in page.text, "in the list of what happened"
    kinds = owner.execute("SELECT kind, actor, data ->> 'name' FROM journal WHERE member_id IS NOT NULL").fetchall()
    (number,) = owner.execute("SELECT id FROM member WHERE number = %s", [MARIE.number]).fetchone()
    assert kinds == [("passkey.added", f"member:{number}", "Mon téléphone")]


async def test_every_address_of_the_owner_is_told_and_the_job_holds_none_of_them(
    marie, owner, member_id, work_off, mails
) -> None:
    extra = "INSERT INTO email_address (member_id, address, is_main, origin, recorded_on, bounced_on) "
    owner.execute(extra + "VALUES (%s, 'marie@work.example', false, '', now(), NULL)", [member_id(MARIE)])
    owner.execute(extra + "VALUES (%s, 'marie@gone.example', false, '', now(), now())", [member_id(MARIE)])
    await add(marie, Authenticator(), "Mon téléphone")
    jobs = str(owner.execute("SELECT args FROM procrastinate_jobs").fetchall())
    assert "passkey-added" in jobs
    assert "@" not in jobs
    await work_off()
    assert sorted(mail["To"] for mail in mails.mails) == ["marie.dupont@example.org", "marie@work.example"]
    [mail] = mails.to(MARIE.email)
    assert "a passkey was added to your space" in mail.get_body(("plain",)).get_content()
    assert "Les Mains Ouvertes" in mail["Subject"]


async def test_a_passkey_without_a_name_is_called_by_its_device(marie) -> None:
    assert "My passkey" in (await add(marie, Authenticator(), "")).text
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    marie.client.headers["User-Agent"] = firefox
    assert "Firefox, Linux Added on" in (await add(marie, Authenticator(), " ")).text


async def test_a_passkey_is_renamed(marie, owner) -> None:
    page = await add(marie, Authenticator(), "Old name")
    address = next(link for link in page.links if link.startswith("/security/passkeys/"))
    page = await marie.get(address)
    assert page.form(address)["name"] == "Old name"
    for impossible in ("", "  ", "x" * 61):
        refused = await marie.submit(page, address, name=impossible)
        assert refused.status == 422
        assert "Enter a name of at most 60 characters" in refused.text
    page = await marie.submit(refused, address, name="Le <b>nouveau</b>")
    assert page.path == "/security"
    assert "Le <b>nouveau</b>" in page.text
    assert "Old name" not in page.text.split("What happened")[0]
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'passkey.renamed'").fetchone() == (1,)


async def test_a_removed_passkey_opens_nothing_and_the_owner_is_told(marie, visitor, owner, work_off, mails) -> None:
    device = Authenticator()
    page = await add(marie, device)
    address = next(link for link in page.links if link.startswith("/security/passkeys/"))
    page = await marie.submit(await marie.get(address), f"{address}/removal")
    assert "The passkey is removed" in page.text
    assert (await marie.get(address)).status == 404
    await work_off()
    told = [mail.get_body(("plain",)).get_content() for mail in mails.to(MARIE.email)]
    assert sum("it no longer opens it" in text for text in told) == 1
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'passkey.removed'").fetchone() == (1,)
    walker = visitor()
    assert (await use(walker, device)).status == 422
    assert not await is_in(walker)


async def test_what_is_somebody_elses_passkey_is_not_found(device, visitor, owner) -> None:
    nadia = visitor()
    await nadia.enter(NADIA)
    token = (await nadia.get("/security")).form("/sign-out")["csrf_token"]
    (number,) = owner.execute("SELECT id FROM passkey").fetchone()
    address = f"/security/passkeys/{number}"
    assert (await nadia.get(address)).status == 404
    assert (await nadia.post(address, csrf_token=token, name="mine")).status == 404
    assert (await nadia.post(f"{address}/removal", csrf_token=token)).status == 404
    assert owner.execute("SELECT name FROM passkey").fetchone() == ("My telephone",)


async def test_a_device_is_told_which_passkeys_it_made_already(marie) -> None:
    device = Authenticator()
    await add(marie, device)
    options = json.loads(options_on(await begin_adding(marie), "/security/passkeys"))
    assert [known["id"] for known in options["excludeCredentials"]] == [encoded(number) for number in device.keys]
    assert options["rp"] == {"id": "portal.test", "name": "Les Mains Ouvertes"}
    assert options["user"]["name"] == "Marie Dupont"


async def test_a_passkey_that_is_known_already_is_not_taken_a_second_time(device, visitor, owner) -> None:
    nadia = visitor()
    await nadia.enter(NADIA)
    page = await begin_adding(nadia)
    [number] = device.keys
    taken = Authenticator()
    answer = taken.create(options_on(page, "/security/passkeys"))
    [made] = taken.keys
    (handle,) = owner.execute("SELECT credential_id FROM passkey").fetchone()
    assert handle == number
    owner.execute("UPDATE passkey SET credential_id = %s", [made])
    refused = await nadia.submit(page, "/security/passkeys", name="x", answer=answer)
    assert refused.status == 422
    assert owner.execute("SELECT count(*) FROM passkey").fetchone() == (1,)


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_what_is_not_true_makes_no_passkey(marie, owner, lie) -> None:
    page = await add(marie, Authenticator(), lie=lie)
    assert page.status == 422
    assert page.path == "/security/passkeys"
    assert "No passkey was made. Please try again." in page.text
    assert owner.execute("SELECT count(*) FROM passkey").fetchone() == (0,)
    assert refusals(owner) == 1
    device = Authenticator()
    page = await marie.submit(page, "/security/passkeys", answer=device.create(options_on(page, "/security/passkeys")))
    assert page.path == "/security", "one tries again on the same page"


async def test_a_challenge_makes_one_passkey(marie, owner) -> None:
    page, device = await begin_adding(marie), Authenticator()
    answer = device.create(options_on(page, "/security/passkeys"))
    await marie.submit(page, "/security/passkeys", answer=answer)
    owner.execute("DELETE FROM passkey")
    token = page.form("/security/passkeys")["csrf_token"]
    assert (await marie.post("/security/passkeys", csrf_token=token, answer=answer)).status == 422
    assert owner.execute("SELECT count(*) FROM passkey").fetchone() == (0,)


async def test_pressing_twice_makes_one_passkey_and_leads_to_the_same_page(marie, owner) -> None:
    page, device = await begin_adding(marie), Authenticator()
    answer = device.create(options_on(page, "/security/passkeys"))
    for _ in range(2):
        assert (await marie.submit(page, "/security/passkeys", answer=answer)).path == "/security"
    assert owner.execute("SELECT count(*) FROM passkey").fetchone() == (1,)


async def test_nobody_has_more_than_twenty_passkeys(marie, owner, member_id) -> None:
    rows = (
        "INSERT INTO passkey (member_id, credential_id, public_key, sign_count, name) "
        "SELECT %s, convert_to('c' || n, 'UTF8'), '', 0, 'Key ' || n FROM generate_series(1, %s) AS n"
    )
    owner.execute(rows, [member_id(MARIE), MOST_PASSKEYS - 1])
    assert (await add(marie, Authenticator(), "The twentieth")).path == "/security"
    page = await marie.submit(await marie.get("/security"), "/security/passkeys/start")
    assert page.path == "/security"
    assert "remove one that you no longer use first" in page.text
    assert (await marie.get("/security/passkeys/new")).path == "/security"


async def test_the_page_for_adding_shows_nothing_before_it_is_asked_for(marie) -> None:
    assert (await marie.get("/security/passkeys/new")).path == "/security"


# Signing in


async def test_a_donor_signs_in_with_a_passkey_and_no_name(device, visitor, owner) -> None:
    walker = visitor()
    page = await begin_using(walker)
    assert MARIE.email not in page.html
    assert "Marie" not in page.html
    before = walker.client.cookies["__Host-session"]
    page = await walker.submit(page, "/passkey", answer=device.get(options_on(page, "/passkey")))
    assert page.path == "/"
    assert "Hello Marie" in page.text
    assert walker.client.cookies["__Host-session"] != before
    query = "SELECT data ->> 'method' FROM journal WHERE kind = 'signin.completed'"
    assert owner.execute(query).fetchall() == [("passkey",)]
    assert owner.execute("SELECT sign_count, used_at IS NOT NULL FROM passkey").fetchone() == (2, True)
    page = await walker.get("/security")
    assert "Last used on" in page.text
    assert "Signed in with a passkey" not in page.text
    assert "Signed in, with a passkey" in page.text


async def test_a_device_that_counts_nothing_is_taken_again_and_again(visitor) -> None:
    walker, device = visitor(), Authenticator(counts=False)
    await walker.enter(MARIE)
    await add(walker, device)
    for _ in range(3):
        assert "Hello Marie" in (await use(visitor(), device)).text


async def test_a_device_that_tells_no_owner_is_taken(device, visitor) -> None:
    walker = visitor()
    page = await begin_using(walker)
    answer = json.loads(device.get(options_on(page, "/passkey")))
    answer["response"]["userHandle"] = None
    assert "Hello Marie" in (await walker.submit(page, "/passkey", answer=json.dumps(answer))).text


async def test_the_page_that_was_wanted_comes_after_the_passkey(device, visitor) -> None:
    walker = visitor()
    page = await walker.get("/gifts")
    assert page.path == "/sign-in"
    assert page.form("/passkey/start")["next"] == "/gifts"
    page = await walker.submit(page, "/passkey/start")
    page = await walker.submit(page, "/passkey", answer=device.get(options_on(page, "/passkey")))
    assert page.path == "/gifts"


async def test_the_page_that_was_wanted_comes_after_a_second_try_too(device, visitor) -> None:
    walker = visitor()
    page = await walker.submit(await walker.get("/sign-in?next=/gifts"), "/passkey/start")
    page = await walker.submit(page, "/passkey", answer=device.get(options_on(page, "/passkey"), ELSEWHERE))
    assert page.status == 422
    page = await walker.submit(page, "/passkey", answer=device.get(options_on(page, "/passkey")))
    assert page.path == "/gifts"


@pytest.mark.parametrize("address", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", ""])
async def test_a_page_that_is_not_ours_is_never_led_to(device, visitor, address) -> None:
    walker = visitor()
    page = await walker.submit(await walker.get("/sign-in"), "/passkey/start", next=address)
    page = await walker.submit(page, "/passkey", answer=device.get(options_on(page, "/passkey")))
    assert page.path == "/"
    assert "Hello Marie" in page.text


@pytest.mark.parametrize("lie", LIES_IN_USE.values(), ids=LIES_IN_USE)
async def test_what_is_not_true_lets_nobody_in(device, visitor, owner, lie) -> None:
    assert "Hello Marie" in (await use(visitor(), device)).text
    walker = visitor()
    page = await use(walker, device, lie=lie)
    assert page.status == 422
    assert "Your passkey was not accepted. Please try again, or sign in another way." in page.text
    assert not await is_in(walker)
    assert refusals(owner) == 1
    page = await walker.submit(page, "/passkey", answer=device.get(options_on(page, "/passkey")))
    assert "Hello Marie" in page.text, "one tries again on the same page"


async def test_a_key_that_nobody_added_lets_nobody_in(device, visitor, owner) -> None:
    walker, other = visitor(), Authenticator()
    await walker.enter(MARIE)
    other.create(options_on(await begin_adding(walker), "/security/passkeys"))
    stranger = visitor()
    page = await use(stranger, other)
    assert page.status == 422
    assert not await is_in(stranger)
    known = (await use(visitor(), device, lie=ELSEWHERE)).text
    assert page.text == known, "the answer does not tell which passkeys there are"


@pytest.mark.parametrize(
    "answer",
    [
        "", "x", "null", "[]", "{}", "5", '"x"', '{"rawId": 5}', '{"rawId": null}', '{"rawId": "é"}', '{"rawId": "A"}',
        '{"rawId": "AAAA"}', '{"rawId": "AAAA", "response": []}', "[" * 4_900, '{"rawId":' * 500, '{"a": NaN}',
    ],
)  # fmt: skip
async def test_an_answer_that_is_none_is_met_with_a_calm_page(visitor, answer) -> None:
    walker = visitor()
    page = await walker.submit(await begin_using(walker), "/passkey", answer=answer)
    assert page.status == 422
    assert not await is_in(walker)


@pytest.mark.parametrize(
    "response", [None, "x", [], 5, {}, {"userHandle": 5}, {"userHandle": []}, {"clientDataJSON": "é"}]
)
async def test_a_known_number_with_a_broken_answer_is_met_with_a_calm_page(device, visitor, response) -> None:
    walker = visitor()
    [number] = device.keys
    answer = json.dumps({"id": encoded(number), "rawId": encoded(number), "response": response})
    page = await walker.submit(await begin_using(walker), "/passkey", answer=answer)
    assert page.status == 422
    assert not await is_in(walker)


async def test_a_challenge_is_answered_once(device, visitor) -> None:
    walker = visitor()
    page = await begin_using(walker)
    options = options_on(page, "/passkey")
    await walker.submit(page, "/passkey", answer=device.get(options, ELSEWHERE))
    page = await walker.submit(await walker.get("/passkey"), "/passkey", answer=device.get(options))
    assert page.status == 422, "a wrong answer uses it up too"
    assert not await is_in(walker)


async def test_an_answer_that_was_overheard_opens_nothing(device, visitor) -> None:
    walker, thief = visitor(), visitor()
    page = await begin_using(walker)
    answer = device.get(options_on(page, "/passkey"))
    assert (await thief.post("/passkey", answer=answer)).status == 422, "in a browser that asked for nothing"
    assert (await thief.submit(await begin_using(thief), "/passkey", answer=answer)).status == 422
    assert not await is_in(thief)
    assert "Hello Marie" in (await walker.submit(page, "/passkey", answer=answer)).text
    page = await walker.submit(await walker.get("/"), "/sign-out")
    assert (await walker.post("/passkey", answer=answer)).status == 422
    assert not await is_in(walker)


async def test_one_answer_sent_many_times_at_the_same_moment_opens_one_visit(device, visitor, owner) -> None:
    walker = visitor()
    page = await begin_using(walker)
    fields = {"csrf_token": page.form("/passkey")["csrf_token"], "answer": device.get(options_on(page, "/passkey"))}
    await asyncio.gather(*(walker.post("/passkey", **fields) for _ in range(4)))
    assert owner.execute("SELECT count(*) FROM web_session WHERE method = 'passkey'").fetchone() == (1,)


async def test_the_page_of_a_passkey_leads_to_the_sign_in_when_nothing_was_asked_for(visitor) -> None:
    assert (await visitor().get("/passkey")).path == "/sign-in"


async def test_a_passkey_of_the_couple_is_one_persons_only(visitor) -> None:
    paul = await owned_device(visitor, PAUL)
    walker = visitor()
    page = await use(walker, paul)
    assert "Hello Paul" in page.text
    assert CLAIRE.number not in (await walker.get("/profile")).text


@pytest.mark.parametrize("ended", ["closed = true", "deceased_on = current_date"])
async def test_the_passkey_of_a_member_who_is_gone_opens_nothing(device, visitor, owner, ended) -> None:
    owner.execute(f"UPDATE member SET {ended} WHERE number = %s", [MARIE.number])
    walker = visitor()
    page = await use(walker, device)
    assert page.status == 422
    assert "Your passkey was not accepted" in page.text
    assert not await is_in(walker)
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'signin.completed'").fetchone() == (0,)


async def test_staff_sign_in_with_a_passkey_until_their_account_is_ended(visitor, owner) -> None:
    device = await owned_device(visitor, EDITOR)
    walker = visitor()
    page = await use(walker, device)
    assert page.path == "/staff"
    assert page.status == 200
    owner.execute("UPDATE staff_account SET ended_at = now() WHERE role = 'editor'")
    walker = visitor()
    assert (await use(walker, device)).status == 422
    assert not await is_in(walker)


async def test_a_donors_passkey_never_leads_to_the_desk(device, visitor) -> None:
    walker = visitor()
    page = await walker.submit(await walker.get("/sign-in?next=/staff"), "/passkey/start")
    page = await walker.submit(page, "/passkey", answer=device.get(options_on(page, "/passkey")))
    assert page.status == 404


# Proving it once more


async def test_what_is_sensitive_wants_the_passkey_once_more_and_goes_on_where_one_was(device, marie, owner) -> None:
    make_proof_old(owner)
    page = await marie.submit(await marie.get("/security"), "/security/passkeys/start")
    assert page.path == "/security/confirmation"
    before = marie.client.cookies["__Host-session"]
    page = await marie.submit(page, "/passkey/start")
    page = await marie.submit(page, "/passkey", answer=device.get(options_on(page, "/passkey")))
    assert page.path == "/security"
    assert "Confirmed who you are, with a passkey" in page.text
    assert marie.client.cookies["__Host-session"] != before
    query = "SELECT count(*) FROM web_session WHERE id = %s"
    assert owner.execute(query, [before.split(".")[0]]).fetchone() == (0,)
    assert (await begin_adding(marie)).status == 200, "for ten minutes nothing more is asked"


async def test_one_comes_back_to_the_page_that_wanted_the_proof(device, marie, owner) -> None:
    make_proof_old(owner)
    page = await marie.get("/security/confirmation?next=/gifts")
    page = await marie.submit(page, "/passkey/start")
    page = await marie.submit(page, "/passkey", answer=device.get(options_on(page, "/passkey")))
    assert page.path == "/gifts"
    assert (await marie.get("/security/confirmation?next=/gifts")).path == "/gifts", "proved just now"


async def test_somebody_elses_passkey_confirms_nothing(device, visitor, owner) -> None:
    await owned_device(visitor, NADIA)
    nadia = visitor()
    await nadia.enter(NADIA)
    make_proof_old(owner)
    page = await nadia.get("/security/confirmation")
    page = await nadia.submit(page, "/passkey/start")
    page = await nadia.submit(page, "/passkey", answer=device.get(options_on(page, "/passkey")))
    assert page.status == 422
    assert "Your passkey was not accepted" in page.text
    assert "Marie" not in page.html
    assert "Hello Nadia" in (await nadia.get("/")).text
    assert (await nadia.get("/security/confirmation")).path == "/security/confirmation", "nothing is proved"
    assert refusals(owner) == 1


async def test_a_confirmation_makes_the_visit_no_longer(device, marie, owner) -> None:
    owner.execute("UPDATE web_session SET created_at = now() - interval '11 hours 59 minutes'")
    make_proof_old(owner)
    await use(marie, device, "/security/confirmation")
    assert await is_in(marie)
    owner.execute("UPDATE web_session SET created_at = created_at - interval '2 minutes'")
    assert not await is_in(marie)


async def test_staff_who_look_at_a_member_prove_nothing_in_their_name(device, editor, member_id) -> None:
    page = await editor.get(f"/staff/members/{member_id(MARIE)}")
    page = await editor.submit(page, f"/staff/members/{member_id(MARIE)}/viewing", reason="On the phone")
    token = page.form("/staff/viewing-end")["csrf_token"]
    page = await editor.post("/passkey/start", csrf_token=token)
    answer = device.get(options_on(page, "/passkey"))
    assert (await editor.post("/passkey", csrf_token=token, answer=answer)).status == 422
    assert "You see the portal as Marie Dupont sees it" in (await editor.get("/")).html


def code_in(mail) -> str:
    found = re.search(r"\b(\d{6})\b", mail.get_body(("plain",)).get_content())
    assert found
    return found[1]


@pytest.fixture
async def asked(marie, owner, work_off, mails):
    """Marie's browser after she wanted to add a passkey and asked for a code, and the code that she received."""
    make_proof_old(owner)
    page = await marie.submit(await marie.get("/security"), "/security/passkeys/start")
    assert page.path == "/security/confirmation"
    assert "Use my passkey" not in page.text, "she has none"
    page = await marie.submit(page, "/security/confirmation/code")
    assert page.path == "/security/confirmation/code"
    await work_off()
    [mail] = mails.to(MARIE.email)
    assert "/sign-in/link/" not in mail.as_string(), "the code is for this browser alone"
    return marie, code_in(mail)


async def test_a_mailed_code_confirms_who_one_is(asked, owner) -> None:
    marie, code = asked
    before = marie.client.cookies["__Host-session"]
    page = await marie.get("/security/confirmation/code")
    page = await marie.submit(page, "/security/confirmation", code=f"{code[:3]} {code[3:]}")
    assert page.path == "/security"
    assert "Confirmed who you are, with an e-mail from us" in page.text
    assert marie.client.cookies["__Host-session"] != before
    assert (await begin_adding(marie)).status == 200
    for table in ("procrastinate_jobs", "procrastinate_events", "sign_in_request", "journal", "web_session"):
        assert code not in str(owner.execute(f"SELECT * FROM {table}").fetchall())


async def test_five_wrong_codes_end_it(asked, owner) -> None:
    marie, code = asked
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(proof.MOST_TRIES):
        page = await marie.submit(await marie.get("/security/confirmation/code"), "/security/confirmation", code=wrong)
        assert page.status == 422
        assert "This is not the code in our latest e-mail" in page.text
    late = await marie.submit(page, "/security/confirmation", code=code)
    assert late.path == "/security/confirmation"
    assert "Confirm that it is you" in late.text
    assert (await marie.get("/security/confirmation/code")).path == "/security/confirmation"
    query = "SELECT count(*) FROM journal WHERE kind = 'signin.refused' AND data ->> 'why' = 'tries'"
    assert owner.execute(query).fetchone() == (1,)


async def test_a_code_confirms_in_the_browser_that_asked_only(asked, visitor, owner) -> None:
    marie, code = asked
    thief = visitor()
    await thief.enter(MARIE)
    make_proof_old(owner)
    token = (await thief.get("/security")).form("/sign-out")["csrf_token"]
    page = await thief.post("/security/confirmation", csrf_token=token, code=code)
    assert page.path == "/security/confirmation"
    assert "Confirm that it is you" in page.text
    page = await marie.submit(await marie.get("/security/confirmation/code"), "/security/confirmation", code=code)
    assert page.path == "/security"


async def test_the_code_of_a_confirmation_signs_nobody_in(asked, visitor, owner) -> None:
    marie, code = asked
    page = await marie.submit(await marie.get("/security"), "/sign-out")
    page = await marie.submit(await marie.get("/sign-in"), "/sign-in", email=MARIE.email)
    page = await marie.submit(page, "/sign-in/code", code=code)
    assert page.status == 422
    assert not await is_in(marie)


# Staff who owe a second factor


async def test_staff_who_are_half_in_see_nothing_of_the_desk(visitor, member_id) -> None:
    walker = visitor()
    await enter_half(walker, EDITOR)
    marie = member_id(MARIE)
    for path in ("/", "/staff", "/staff?q=dupont", f"/staff/members/{marie}", "/staff/letters", "/security", "/gifts"):
        page = await walker.get(path)
        assert page.path == "/sign-in/second-factor", path
        assert "Dupont" not in page.html
    token = page.form("/sign-out")["csrf_token"]
    page = await walker.post(f"/staff/members/{marie}/viewing", csrf_token=token, reason="x")
    assert page.path == "/sign-in/second-factor"
    assert "Signed out" not in page.text


async def test_staff_who_are_half_in_add_their_first_passkey_and_are_in(visitor, owner, work_off, mails) -> None:
    walker, device = visitor(), Authenticator()
    await enter_half(walker, EDITOR)
    before = walker.client.cookies["__Host-session"]
    page = await walker.get("/sign-in/second-factor")
    assert "Use my passkey" not in page.text
    page = await walker.submit(page, "/security/passkeys/start")
    answer = device.create(options_on(page, "/security/passkeys"))
    page = await walker.submit(page, "/security/passkeys", name="Badge", answer=answer)
    assert page.path == "/staff"
    assert page.status == 200
    assert walker.client.cookies["__Host-session"] != before
    await work_off()
    assert len(mails.to(EDITOR.email)) == 1
    query = "SELECT data ->> 'method' FROM journal WHERE kind = 'signin.completed'"
    assert owner.execute(query).fetchall() == [("passkey",)]


async def test_staff_who_have_a_passkey_must_use_it_and_cannot_add_another_instead(visitor, owner) -> None:
    device = await owned_device(visitor, EDITOR)
    walker = visitor()
    await enter_half(walker, EDITOR)
    page = await walker.get("/sign-in/second-factor")
    assert "Add a passkey" not in page.text
    token = page.form("/sign-out")["csrf_token"]
    assert (await walker.post("/security/passkeys/start", csrf_token=token)).status == 404
    assert (await walker.post("/security/passkeys", csrf_token=token, answer="x")).status == 404
    assert (await walker.get("/staff")).path == "/sign-in/second-factor"
    page = await use(walker, device, "/sign-in/second-factor")
    assert page.path == "/staff"
    assert page.status == 200
    assert owner.execute("SELECT count(*) FROM passkey").fetchone() == (1,)


async def test_a_passkey_begun_before_another_was_added_does_not_come_in_half_way(visitor, owner) -> None:
    walker, device = visitor(), Authenticator()
    await enter_half(walker, EDITOR)
    page = await walker.submit(await walker.get("/sign-in/second-factor"), "/security/passkeys/start")
    answer = device.create(options_on(page, "/security/passkeys"))
    await owned_device(visitor, EDITOR)
    assert (await walker.submit(page, "/security/passkeys", answer=answer)).status == 404
    assert (await walker.get("/staff")).path == "/sign-in/second-factor"


async def test_a_colleagues_or_a_donors_passkey_is_no_second_factor(device, visitor, owner) -> None:
    colleagues = await owned_device(visitor, ADMINISTRATOR)
    for other in (colleagues, device):
        walker = visitor()
        await enter_half(walker, EDITOR)
        page = await walker.get("/sign-in/second-factor")
        token = page.form("/sign-out")["csrf_token"]
        page = await walker.post("/passkey/start", csrf_token=token)
        page = await walker.submit(page, "/passkey", answer=other.get(options_on(page, "/passkey")))
        assert page.status == 422
        assert (await walker.get("/staff")).path == "/sign-in/second-factor"


async def test_staff_who_stayed_half_in_for_long_begin_anew_instead_of_going_in_a_circle(visitor, owner) -> None:
    walker = visitor()
    await enter_half(walker, EDITOR)
    page = await walker.get("/sign-in/second-factor")
    make_proof_old(owner)
    page = await walker.submit(page, "/security/passkeys/start")
    assert page.path == "/sign-in"
    assert owner.execute("SELECT count(*) FROM web_session").fetchone() == (0,)


async def test_staff_who_stayed_half_in_for_long_still_use_the_passkey_they_have(visitor, owner) -> None:
    device = await owned_device(visitor, EDITOR)
    walker = visitor()
    await enter_half(walker, EDITOR)
    make_proof_old(owner)
    assert (await use(walker, device, "/sign-in/second-factor")).path == "/staff"


async def test_whoever_owes_nothing_is_not_asked_for_a_second_factor(marie, visitor) -> None:
    assert (await marie.get("/sign-in/second-factor")).path == "/"
    assert (await visitor().get("/sign-in/second-factor")).path == "/sign-in"


# What forms do not have


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/passkey/start", {"email": "x"}),
        ("/passkey", {"answer": "x", "member": "1001"}),
        ("/security/passkeys/start", {"name": "x"}),
        ("/security/passkeys", {"name": "x", "answer": "x", "member_id": "x"}),
        ("/security/confirmation", {"code": "x", "next": "/"}),
    ],
)
async def test_a_field_that_the_form_does_not_have_is_refused(marie, path, fields) -> None:
    token = (await marie.get("/security")).form("/sign-out")["csrf_token"]
    assert (await marie.post(path, csrf_token=token, **fields)).status == 400


async def test_a_form_without_its_token_is_refused(marie, owner) -> None:
    page = await begin_adding(marie)
    answer = Authenticator().create(options_on(page, "/security/passkeys"))
    assert (await marie.post("/security/passkeys", answer=answer)).status == 403
    assert owner.execute("SELECT count(*) FROM passkey").fetchone() == (0,)
