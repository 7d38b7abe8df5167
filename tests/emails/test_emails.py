"""A donor's e-mail addresses: added with a proof, made the main one, removed; and the walls around that."""

import re

import pytest

from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.push import push
from portal import clock
from portal.emails.rules import MOST
from portal.mail import Postman
from tests.personas import CLAIRE, EDITOR, MARIE, NADIA, STRANGER

PATH, NEW = "/profile/emails", "/profile/emails/new"
FRESH = "marie.new@example.net"
OFFICE = "m.dupont@office.example"
ADD_OFFICE = (
    "INSERT INTO email_address (central_id, member_id, address, is_main, origin, recorded_on, confirmed_on) "
    "SELECT 'e-office', id, 'M.Dupont@office.example', false, 'Pétition 2021', '2021-06-01', %s "
    "FROM member WHERE number = '1001'"
)
LONG_AGO = "UPDATE web_session SET proved_at = now() - interval '11 minutes'"


@pytest.fixture
async def marie(visitor):
    walker = visitor()
    await walker.enter(MARIE)
    return walker


@pytest.fixture
def held(owner):
    """The member's addresses, each with whether it is the main one."""
    query = (
        "SELECT e.address, e.is_main FROM email_address e JOIN member m ON m.id = e.member_id "
        "WHERE m.number = %s ORDER BY e.is_main DESC, e.address"
    )
    return lambda person=MARIE: owner.execute(query, [person.number]).fetchall()


@pytest.fixture
def office(owner) -> None:
    """Marie's second address, which she has confirmed."""
    owner.execute(ADD_OFFICE, ["2021-06-02"])


async def ask(walker, address=FRESH, use="main"):
    return await walker.submit(await walker.get(NEW), PATH, email=address, use=use)


def body(mails, address=FRESH) -> str:
    return str(mails.to(address)[-1].get_body(("plain",)).get_content())


def code_in(mails, address=FRESH) -> str:
    found = re.search(r"\b(\d{6})\b", body(mails, address))
    assert found
    return found[1]


def link_in(mails, address=FRESH) -> str:
    found = re.search(r"https://portal\.test(/profile/emails/link/\S+)", body(mails, address))
    assert found
    return found[1]


async def type_code(walker, code):
    return await walker.submit(await walker.get(f"{PATH}/code"), f"{PATH}/code", code=code)


async def add(walker, work_off, mails, address=FRESH, use="main"):
    await ask(walker, address, use)
    await work_off()
    page = await type_code(walker, code_in(mails, address))
    await work_off()
    return page


async def own_page(walker, address):
    """The page of one address, by its link in the list."""
    page = await walker.get(PATH)
    link = next(a for a in page.tree.iterfind(".//a[@href]") if address in " ".join(a.itertext()))
    return await walker.get(link.get("href"))


def changes(owner):
    return owner.execute("SELECT field_group, old, new FROM recorded_change ORDER BY seq").fetchall()


# What the page says


async def test_the_list_says_of_each_address_since_when_and_where_from(marie, office) -> None:
    text = (await marie.get(PATH)).text
    assert f"{MARIE.email} Main address With us since 1 May 2020 Where we have it from web" in text
    assert "Confirmed by you 2 May 2020" in text
    assert "M.Dupont@office.example With us since 1 June 2021 Where we have it from Pétition 2021" in text
    assert text.index(MARIE.email) < text.index("M.Dupont@office.example"), "the main one comes first"


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("bounced_on", "Our e-mails to this address have been coming back since 12 March 2026."),
        ("soft_bounced_on", "coming back for now, since 12 March 2026. Perhaps the mailbox is full."),
        ("complained_on", "On 12 March 2026 somebody who reads this address marked an e-mail from us as unwanted."),
    ],
)
async def test_trouble_with_an_address_is_said_in_plain_words(marie, owner, column, words) -> None:
    owner.execute(f"UPDATE email_address SET {column} = '2026-03-12' WHERE mailbox = %s", [MARIE.email])
    assert words in (await marie.get(PATH)).text


async def test_nobody_elses_address_is_on_the_page(marie) -> None:
    assert STRANGER.email not in (await marie.get(PATH)).html


# A new address


async def test_a_new_address_replaces_the_main_one_once_the_code_is_typed(
    marie, work_off, mails, held, owner, member_id
) -> None:
    page = await ask(marie)
    assert page.path == f"{PATH}/code"
    assert FRESH in page.text
    assert "Until then your main address stays as it is." in page.text
    await work_off()
    assert [mail["To"] for mail in mails.mails] == [FRESH]
    assert held() == [(MARIE.email, True)], "nothing changes before the proof"
    page = await type_code(marie, code_in(mails))
    assert page.path == PATH
    assert "This is now your main e-mail address." in page.text
    assert "Where we have it from From you, here in your donor space" in page.text
    assert held() == [(FRESH, True)]
    query = "SELECT origin, recorded_on, confirmed_on, held FROM email_address WHERE address = %s"
    today = clock.today()
    assert owner.execute(query, [FRESH]).fetchone() == ("donor extranet", today, today, True)
    old, new = ({"address": MARIE.email, "confirmed_on": "2020-05-02"}, {"address": FRESH})
    assert changes(owner) == [("email", old, new | {"confirmed_on": today.isoformat()})]
    noted = owner.execute("SELECT kind, actor FROM journal WHERE member_id = %s", [member_id(MARIE)])
    assert noted.fetchall() == [("profile.email.changed", f"member:{member_id(MARIE)}")]
    await work_off()
    told = body(mails, MARIE.email)
    assert "another e-mail address took the place of the main one in your donor space" in told
    assert "01 23 45 67 89" in told, "whom to call"
    assert FRESH not in told
    assert len(mails.to(FRESH)) == 1, "who has just proved it is not told again"


async def test_a_new_address_is_kept_beside_the_main_one(marie, work_off, mails, held, owner) -> None:
    page = await add(marie, work_off, mails, use="beside")
    assert "The address is added" in page.text
    assert held() == [(MARIE.email, True), (FRESH, False)]
    assert changes(owner) == [("other_emails", {"items": []}, {"items": [{"address": FRESH}]})]
    assert "an e-mail address was added to your donor space" in body(mails, MARIE.email)


async def test_the_link_works_in_the_browser_that_asked(marie, work_off, mails, held) -> None:
    await ask(marie)
    await work_off()
    page = await marie.get(link_in(mails))
    assert page.path == f"{PATH}/link", "the secret is out of the address"
    assert held() == [(MARIE.email, True)], "opening the link changes nothing"
    page = await marie.submit(page, f"{PATH}/link")
    assert "This is now your main e-mail address." in page.text
    assert held() == [(FRESH, True)]


async def test_the_link_works_on_another_device_of_the_same_donor_after_signing_in(
    marie, visitor, work_off, mails, held
) -> None:
    await ask(marie)
    await work_off()
    phone = visitor()
    page = await phone.get(link_in(mails))
    assert "this link works only where you are signed in" in page.text
    await phone.submit(await phone.get("/sign-in?next=/profile/emails/link"), "/sign-in", email=MARIE.email)
    await work_off()
    page = await phone.submit(await phone.get("/sign-in/code"), "/sign-in/code", code=code_in(mails, MARIE.email))
    page = await phone.submit(page, f"{PATH}/link")
    assert "This is now your main e-mail address." in page.text
    assert held() == [(FRESH, True)]
    assert (await phone.get(PATH)).path == PATH, "here the visit goes on"
    assert (await marie.get(PATH)).path == "/sign-in", "a visit that began with the replaced address is over"


@pytest.mark.parametrize("person", [None, STRANGER, EDITOR])
async def test_in_the_hands_of_somebody_else_the_link_does_nothing(
    marie, visitor, work_off, mails, held, owner, person
) -> None:
    """A slip of the pen sent it to a stranger: they get neither the space nor their address into it."""
    await ask(marie)
    await work_off()
    other = visitor()
    if person:
        await other.enter(person)
    page = await other.get(link_in(mails))
    assert "Dupont" not in page.html
    assert not [form for form in page.tree.iterfind(".//form") if form.get("action") == f"{PATH}/link"]
    token = {"csrf_token": (await other.get("/security")).form("/sign-out")["csrf_token"]} if person else {}
    await other.post(f"{PATH}/link", **token)
    assert held() == [(MARIE.email, True)]
    if person == STRANGER:
        assert held(STRANGER) == [(STRANGER.email, True)]
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,)
    assert FRESH in (await type_code(marie, code_in(mails))).text, "and it still works for her"


async def test_the_link_to_a_new_address_never_signs_anybody_in(marie, visitor, work_off, mails, held) -> None:
    await ask(marie)
    await work_off()
    other = visitor()
    page = await other.get(link_in(mails).replace("/profile/emails/link/", "/sign-in/link/"))
    assert page.status == 410
    page = await other.submit(await other.get("/sign-in"), "/sign-in", email="nobody@example.net")
    token = page.form("/sign-in/code")["csrf_token"]
    page = await other.post("/sign-in/confirm", email=FRESH, csrf_token=token)
    assert page.status == 410
    assert (await other.get("/", follow=False)).status == 303
    assert FRESH in (await type_code(marie, code_in(mails))).text, "nor is it used up by that"


async def test_a_sign_in_link_confirms_no_address(marie, visitor, work_off, mails, held) -> None:
    await ask(marie)
    other = visitor()
    await other.submit(await other.get("/sign-in"), "/sign-in", email=STRANGER.email)
    await work_off()
    found = re.search(r"/sign-in/link/(\S+)", body(mails, STRANGER.email))
    assert found
    assert (await marie.get(f"{PATH}/link/{found[1]}")).status == 410
    token = (await marie.get(PATH)).form("/sign-out")["csrf_token"]
    await marie.post(f"{PATH}/link", csrf_token=token)
    assert held() == [(MARIE.email, True)]


async def test_the_code_works_in_the_asking_browser_only(marie, visitor, work_off, mails, held) -> None:
    await ask(marie)
    await work_off()
    second = visitor()
    await second.enter(MARIE)
    assert (await second.get(f"{PATH}/code")).path == PATH
    token = (await second.get(PATH)).form("/sign-out")["csrf_token"]
    await second.post(f"{PATH}/code", code=code_in(mails), csrf_token=token)
    assert held() == [(MARIE.email, True)]


async def test_wrong_codes_end_it(marie, work_off, mails, held) -> None:
    await ask(marie)
    await work_off()
    right = code_in(mails)
    for _ in range(5):
        page = await type_code(marie, f"{(int(right) + 1) % 1_000_000:06}")
        assert page.status == 422
        assert "This is not the code in our latest e-mail." in page.text
    values = page.form(f"{PATH}/code") | {"code": right}
    page = await marie.post(f"{PATH}/code", **values)
    assert page.status == 410
    assert "Too many wrong attempts" in page.text
    assert NEW in page.links
    assert held() == [(MARIE.email, True)]


async def test_link_and_code_work_once_and_not_for_ever(marie, work_off, mails, held, owner) -> None:
    await ask(marie)
    await work_off()
    link = link_in(mails)
    owner.execute("UPDATE sign_in_request SET expires_at = now() - interval '1 second'")
    page = await marie.get(link)
    assert page.status == 410
    assert "it works for 10 minutes only" in page.text
    assert (await marie.get(f"{PATH}/code")).path == PATH
    owner.execute("UPDATE sign_in_request SET expires_at = now() + interval '1 minute'")
    await type_code(marie, code_in(mails))
    assert held() == [(FRESH, True)]
    assert (await marie.get(link)).status == 410


async def test_pressing_confirm_twice_has_one_effect(marie, work_off, mails, owner) -> None:
    await ask(marie)
    await work_off()
    values = (await marie.get(f"{PATH}/code")).form(f"{PATH}/code") | {"code": code_in(mails)}
    await marie.post(f"{PATH}/code", **values)
    page = await marie.post(f"{PATH}/code", **values)
    assert page.path == PATH
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (1,)


# Bad input


@pytest.mark.parametrize(
    "typed",
    ["", "marie", "marie@", "@example.org", "marie@gmail", "marie dupont@example.org", "marie@localhost", "a@b.test",
     "marie@nowhere.invalid", "marie..d@example.org", "marie@-x.fr"],
)  # fmt: skip
async def test_an_address_that_cannot_exist_is_refused_and_kept_in_the_form(
    marie, typed, work_off, mails, owner
) -> None:
    page = await ask(marie, typed, "beside")
    assert page.status == 422
    assert "Enter an e-mail address such as marie.dupont@example.org." in page.text
    values = page.form(PATH)
    assert (values["email"], values["use"]) == (typed, "beside")
    await work_off()
    assert not mails.mails
    assert owner.execute("SELECT count(*) FROM sign_in_request").fetchone() == (0,)


async def test_a_likely_slip_is_asked_about_and_taken_when_it_is_meant(marie, work_off, mails) -> None:
    page = await ask(marie, "marie@gmial.com")
    assert page.status == 422
    assert "Did you mean marie@gmail.com?" in page.text
    assert page.form(PATH)["email"] == "marie@gmial.com"
    again = await marie.submit(page, PATH, email="marie@orage.fr")
    assert "Did you mean marie@orange.fr?" in again.text, "another slip is another question"
    page = await marie.submit(again, PATH)
    assert page.path == f"{PATH}/code"
    await work_off()
    assert mails.to("marie@orage.fr")


async def test_an_address_that_the_donor_has_already_is_said_so(marie, office) -> None:
    for typed in (f" {MARIE.email.upper()} ", OFFICE):
        page = await ask(marie, typed)
        assert page.status == 422
        assert "We have this address already." in page.text


async def test_there_is_an_end_to_how_many_addresses_one_may_have(marie, owner) -> None:
    owner.execute(
        "INSERT INTO email_address (member_id, address, is_main, origin, recorded_on) "
        "SELECT id, 'm' || n || '@example.net', false, '', '2020-01-01' FROM member, generate_series(1, 4) AS n "
        "WHERE number = '1001'"
    )
    assert "We keep at most 5 addresses." in (await ask(marie, use="beside")).text
    assert (await ask(marie)).path == f"{PATH}/code", "one may still take the place of the main one"


@pytest.mark.parametrize("fields", [{"use": "both"}, {"use": ""}, {"is_main": "yes"}])
async def test_a_form_that_was_tampered_with_is_refused(marie, fields) -> None:
    page = await marie.submit(await marie.get(NEW), PATH, email=FRESH, **fields)
    assert page.status == 400


# An address that belongs to somebody else


async def test_somebody_elses_address_looks_like_any_other_on_the_page_and_gives_no_code(
    marie, visitor, work_off, mails, held, owner
) -> None:
    free = await ask(marie)
    taken = await ask(marie, STRANGER.email)

    def masked(page, address):
        return re.sub(r'value="[^"]{20,}"|data-left="\d+"', "", page.html).replace(address, "")

    assert masked(free, FRESH) == masked(taken, STRANGER.email)
    await work_off()
    said = body(mails, STRANGER.email)
    assert "It belongs to another donor space already, so nothing was changed." in said
    assert "01 23 45 67 89" in said
    assert "Dupont" not in said
    assert not re.search(r"\b\d{6}\b|/link/", said)
    page = await type_code(marie, "000000")
    assert page.status == 422
    assert "This is not the code" in page.text
    query = "SELECT code_hash, token_hash, expires_at IS NULL FROM sign_in_request WHERE email = %s"
    assert owner.execute(query, [STRANGER.email]).fetchone() == (None, None, False)
    assert held() == [(MARIE.email, True)]
    assert held(STRANGER) == [(STRANGER.email, True)]


async def test_the_address_of_somebody_who_died_or_left_is_free(marie, work_off, mails, held, owner) -> None:
    """A widow goes on with the mailbox that she shared with her husband."""
    owner.execute("UPDATE member SET deceased_on = current_date WHERE number = %s", [STRANGER.number])
    await add(marie, work_off, mails, STRANGER.email)
    assert held() == [(STRANGER.email, True)]


async def test_an_address_shared_by_a_couple_can_be_confirmed_by_each(visitor, work_off, mails, owner) -> None:
    owner.execute("UPDATE email_address SET bounced_on = '2026-01-01' WHERE mailbox = %s", [CLAIRE.email])
    claire = visitor()
    await claire.enter(CLAIRE)
    page = await own_page(claire, CLAIRE.email)
    await claire.submit(page, f"{page.path}/main")
    await work_off()
    page = await type_code(claire, code_in(mails, CLAIRE.email))
    assert "Thank you: this address works." in page.text
    query = (
        "SELECT m.number, bounced_on IS NULL FROM email_address JOIN member m ON m.id = member_id WHERE mailbox = %s"
    )
    assert dict(owner.execute(query, [CLAIRE.email]).fetchall()) == {"1004": True, "1005": False}


# Another one becomes the main one


async def test_a_confirmed_address_changes_places_with_the_main_one_at_once(
    marie, office, work_off, mails, held, owner
) -> None:
    page = await own_page(marie, "M.Dupont@office.example")
    page = await marie.submit(page, f"{page.path}/main")
    assert "This is now your main e-mail address." in page.text
    assert held() == [("M.Dupont@office.example", True), (MARIE.email, False)]
    assert changes(owner) == [
        ("other_emails", {"items": [{"address": "M.Dupont@office.example"}]}, {"items": [{"address": MARIE.email}]}),
        (
            "email",
            {"address": MARIE.email, "confirmed_on": "2020-05-02"},
            {"address": "M.Dupont@office.example", "confirmed_on": "2021-06-02"},
        ),
    ]
    query = "SELECT origin, recorded_on::text FROM email_address ORDER BY recorded_on DESC LIMIT 1"
    assert owner.execute(query).fetchone() == ("Pétition 2021", "2021-06-01"), "it keeps its origin and its date"
    await work_off()
    assert "another of your e-mail addresses became the main one" in body(mails, MARIE.email)
    assert (await marie.get(PATH)).path == PATH, "both still open the space"


@pytest.mark.parametrize("trouble", ["confirmed_on = NULL", "bounced_on = current_date"])
async def test_one_that_is_not_proved_to_work_is_proved_first(
    marie, office, owner, work_off, mails, held, trouble
) -> None:
    owner.execute(f"UPDATE email_address SET {trouble} WHERE mailbox = %s", [OFFICE])
    page = await own_page(marie, "M.Dupont@office.example")
    page = await marie.submit(page, f"{page.path}/main")
    assert page.path == f"{PATH}/code"
    assert held() == [(MARIE.email, True), ("M.Dupont@office.example", False)]
    await work_off()
    await type_code(marie, code_in(mails, OFFICE))
    assert held() == [("M.Dupont@office.example", True), (MARIE.email, False)]
    query = f"SELECT confirmed_on = {clock.SQL_TODAY}, bounced_on FROM email_address WHERE mailbox = %s"
    assert owner.execute(query, [OFFICE]).fetchone() == (True, None)


async def test_a_main_address_whose_mails_came_back_is_usable_again_once_confirmed(
    marie, owner, work_off, mails, held
) -> None:
    owner.execute("UPDATE email_address SET bounced_on = '2026-03-12' WHERE mailbox = %s", [MARIE.email])
    page = await own_page(marie, MARIE.email)
    assert not [form for form in page.tree.iterfind(".//form") if "removal" in form.get("action", "")]
    await marie.submit(page, f"{page.path}/main")
    await work_off()
    page = await type_code(marie, code_in(mails, MARIE.email))
    assert "Thank you: this address works." in page.text
    assert held() == [(MARIE.email, True)]
    query = "SELECT bounced_on, origin FROM email_address WHERE mailbox = %s"
    assert owner.execute(query, [MARIE.email]).fetchone() == (None, "web")


async def test_a_first_main_address_is_found_where_there_was_none(marie, office, owner, held, sync_database) -> None:
    owner.execute("DELETE FROM email_address WHERE mailbox = %s", [MARIE.email])
    walker = marie
    owner.execute("UPDATE web_session SET mailbox = NULL")
    page = await own_page(walker, "M.Dupont@office.example")
    await walker.submit(page, f"{page.path}/main")
    assert held() == [("M.Dupont@office.example", True)]
    assert [(group, new) for group, _, new in changes(owner)] == [
        ("other_emails", {"items": []}),
        ("email", {"address": "M.Dupont@office.example", "confirmed_on": "2021-06-02"}),
    ]


# Removing


async def test_another_address_is_removed_and_both_are_told(marie, office, work_off, mails, held, owner) -> None:
    page = await own_page(marie, "M.Dupont@office.example")
    page = await marie.submit(page, f"{page.path}/removal")
    assert "The address is removed." in page.text
    assert held() == [(MARIE.email, True)]
    assert changes(owner) == [("other_emails", {"items": [{"address": "M.Dupont@office.example"}]}, {"items": []})]
    await work_off()
    for address in (MARIE.email, "M.Dupont@office.example"):
        assert "an e-mail address was taken off your donor space" in body(mails, address)


async def test_the_main_address_is_never_removed_nor_is_the_last(marie, office, held, owner) -> None:
    token = (await marie.get(PATH)).form("/sign-out")["csrf_token"]
    owner.execute("UPDATE email_address SET bounced_on = current_date WHERE mailbox = %s", [MARIE.email])
    main = await own_page(marie, MARIE.email)
    assert (await marie.post(f"{main.path}/removal", csrf_token=token)).status == 404
    owner.execute("UPDATE web_session SET mailbox = NULL")
    owner.execute("DELETE FROM email_address WHERE mailbox = %s", [MARIE.email])
    last = await own_page(marie, "M.Dupont@office.example")
    assert (await marie.post(f"{last.path}/removal", csrf_token=token)).status == 404
    assert held() == [("M.Dupont@office.example", False)]


@pytest.mark.parametrize("which", ["replaced", "removed"])
async def test_an_address_that_is_gone_opens_the_space_no_longer(
    marie, office, visitor, work_off, mails, owner, which
) -> None:
    gone = MARIE.email if which == "replaced" else OFFICE
    elsewhere, passkey = visitor(), visitor()
    await elsewhere.enter(MARIE)
    await passkey.enter(MARIE)
    owner.execute(
        "UPDATE web_session SET mailbox = %s WHERE id = %s",
        [gone, elsewhere.client.cookies["__Host-session"].split(".")[0]],
    )
    owner.execute(
        "UPDATE web_session SET mailbox = NULL WHERE id = %s", [passkey.client.cookies["__Host-session"].split(".")[0]]
    )
    if which == "replaced":
        await add(marie, work_off, mails)
    else:
        page = await own_page(marie, "M.Dupont@office.example")
        await marie.submit(page, f"{page.path}/removal")
    visits = "SELECT count(*) FROM web_session WHERE mailbox = %s"
    assert owner.execute(visits, [gone]).fetchone() == (0,)
    assert (await elsewhere.get(PATH)).path == "/sign-in"
    assert (await passkey.get(PATH)).path == PATH, "a visit that did not begin with it goes on"
    assert (await marie.get(PATH)).path == PATH
    other = visitor()
    await other.submit(await other.get("/sign-in"), "/sign-in", email=gone)
    await work_off()
    assert "No donor is registered with it." in body(mails, gone)


async def test_whoever_came_in_with_the_removed_address_goes_on_here(marie, office, owner, held) -> None:
    owner.execute("UPDATE web_session SET mailbox = %s", [OFFICE])
    page = await own_page(marie, "M.Dupont@office.example")
    page = await marie.submit(page, f"{page.path}/removal")
    assert "The address is removed." in page.text
    assert owner.execute("SELECT mailbox, shared FROM web_session").fetchall() == [(None, False)]


# Walls


async def test_every_change_wants_a_fresh_proof_of_who_one_is(marie, office, owner, held) -> None:
    page = await own_page(marie, "M.Dupont@office.example")
    values = (await marie.get(NEW)).form(PATH)
    owner.execute(LONG_AGO)
    assert (await marie.get(NEW)).path == "/security/confirmation"
    for path in (page.path, f"{page.path}/main", f"{page.path}/removal"):
        sent = marie.get(path) if path == page.path else marie.submit(page, path)
        assert (await sent).path == "/security/confirmation", path
    answer = await marie.post(PATH, **values | {"email": FRESH})
    assert answer.path == "/security/confirmation"
    assert owner.execute("SELECT count(*) FROM sign_in_request").fetchone() == (0,)
    assert len(held()) == 2


async def test_another_members_address_does_not_exist(marie, office, visitor, held) -> None:
    page = await own_page(marie, "M.Dupont@office.example")
    other = visitor()
    await other.enter(STRANGER)
    token = (await other.get(PATH)).form("/sign-out")["csrf_token"]
    assert (await other.get(page.path)).status == 404
    for act in ("main", "removal"):
        assert (await other.post(f"{page.path}/{act}", csrf_token=token)).status == 404
    assert len(held()) == 2


async def test_staff_who_look_see_no_button(editor, office, member_id, owner) -> None:
    number = member_id(MARIE)
    page = await editor.get(f"/staff/members/{number}")
    await editor.submit(page, f"/staff/members/{number}/viewing", reason="on the phone")
    page = await editor.get(PATH)
    assert MARIE.email in page.text
    assert NEW not in page.links
    assert not [link for link in page.links if link.startswith(f"{PATH}/")]


async def test_no_address_is_in_a_job_or_in_a_log(marie, work_off, mails, owner, caplog) -> None:
    await add(marie, work_off, mails)
    rows = str(owner.execute("SELECT args FROM procrastinate_jobs").fetchall())
    for address in (FRESH, MARIE.email):
        assert address not in rows
        assert address not in caplog.text


async def test_mails_to_one_address_are_limited(marie) -> None:
    for _ in range(5):
        assert (await ask(marie)).path == f"{PATH}/code"
    assert (await ask(marie)).status == 429


@pytest.mark.parametrize(
    ("fields", "shown", "offered"),
    [
        ("email=edit,other_emails=hide", [True, False], True),
        ("email=hide,other_emails=edit", [False, True], True),
        ("email=request,other_emails=request", [True, True], False),
    ],
)
async def test_the_association_decides_what_donors_may_do(
    settings, database, owner, office, fields, shown, offered
) -> None:
    from dataclasses import replace

    from portal.app import build
    from tests.walker import Walker

    chosen = replace(settings, profile_fields=fields)
    walker = Walker(build(chosen, database), chosen, owner)
    await walker.enter(MARIE)
    page = await walker.get(PATH)
    assert [address in page.text for address in (MARIE.email, "M.Dupont@office.example")] == shown
    assert (NEW in page.links) is offered
    assert (await walker.get(NEW)).status == (200 if offered else 404)
    assert ("please call us" in page.text) is (not offered)
    if fields.startswith("email=hide"):
        page = await walker.get(NEW)
        assert page.form(PATH)["use"] == "beside"
        assert (await walker.submit(page, PATH, use="main", email=FRESH)).status == 400


async def test_what_is_hidden_is_not_there(settings, database, owner) -> None:
    from dataclasses import replace

    from portal.app import build
    from tests.walker import Walker

    chosen = replace(settings, profile_fields="email=hide,other_emails=hide")
    walker = Walker(build(chosen, database), chosen, owner)
    await walker.enter(MARIE)
    assert (await walker.get(PATH)).status == 404
    assert (await walker.get(NEW)).status == 404


# Into the central base


async def test_the_changes_arrive_in_the_central_base(
    marie, work_off, mails, held, owner, sync_database, central_directory
) -> None:
    await pull(sync_database, central_directory)
    await add(marie, work_off, mails, "second@example.net", "beside")
    await push(sync_database, central_directory)
    assert await central_directory.read("1001", "other_emails") == {"items": [{"address": "second@example.net"}]}
    page = await own_page(marie, "second@example.net")
    await marie.submit(page, f"{page.path}/main")
    await push(sync_database, central_directory)
    assert (await central_directory.read("1001", "email"))["address"] == "second@example.net"
    assert await central_directory.read("1001", "other_emails") == {"items": [{"address": MARIE.email}]}
    page = await own_page(marie, MARIE.email)
    await marie.submit(page, f"{page.path}/removal")
    await push(sync_database, central_directory)
    await pull(sync_database, central_directory)
    assert held() == [("second@example.net", True)]
    assert await central_directory.read("1001", "other_emails") == {"items": []}
    assert set(owner.execute("SELECT status FROM recorded_change").fetchall()) == {("confirmed",)}
    assert owner.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)
    assert owner.execute("SELECT count(*) FROM email_address WHERE held").fetchone() == (0,)


async def test_a_replaced_address_arrives_while_the_page_is_open(
    marie, office, work_off, mails, held, sync_database, central_directory
) -> None:
    """The sync gives rows other numbers; the page's link still leads to the address."""
    page = await own_page(marie, "M.Dupont@office.example")
    await add(marie, work_off, mails)
    await push(sync_database, central_directory)
    assert held()[0] == (FRESH, True)
    assert (await central_directory.read("1001", "email"))["address"] == FRESH
    assert page.path.startswith(PATH)


async def test_in_the_reference_schema_two_addresses_change_places_with_all_that_is_known_of_them(
    visitor, central, central_url, owner, sync_database, member_id
) -> None:
    central.execute("INSERT INTO member (id, number, kind) VALUES (1001, '1001', 'person')")
    columns = "member_id, address, is_main, origin, recorded_on, confirmed_on"
    row = f"INSERT INTO email ({columns}) VALUES (1001, %s, %s, %s, %s, %s)".encode()
    central.execute(row, [MARIE.email, True, "web", "2020-05-01", None])
    central.execute(row, ["M.Dupont@office.example", False, "Pétition 2021", "2021-06-01", "2021-06-02"])
    central.commit()
    directory = PostgresDirectory(central_url)
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    await pull(sync_database, directory)
    marie = visitor()
    await marie.enter(MARIE)
    page = await own_page(marie, "M.Dupont@office.example")
    await marie.submit(page, f"{page.path}/main")
    await push(sync_database, directory)
    await directory.close()
    stored = "SELECT address, is_main, origin, recorded_on::text, confirmed_on::text FROM email ORDER BY id"
    assert central.execute(stored).fetchall() == [
        (MARIE.email, False, "web", "2020-05-01", None),
        ("M.Dupont@office.example", True, "donor extranet", "2021-06-01", "2021-06-02"),
    ]
    assert set(owner.execute("SELECT status FROM recorded_change").fetchall()) == {("confirmed",)}


async def test_a_member_without_any_address_adds_their_first(visitor, work_off, mails, owner, held) -> None:
    owner.execute("DELETE FROM email_address WHERE mailbox = %s", [NADIA.email])
    nadia = visitor()
    await nadia.enter(NADIA)
    owner.execute("UPDATE web_session SET mailbox = NULL")
    assert "We have no e-mail address for you." in (await nadia.get(PATH)).text
    page = await nadia.get(NEW)
    assert page.form(PATH)["use"] == "main"
    await nadia.submit(page, PATH, email=FRESH)
    await work_off()
    await type_code(nadia, code_in(mails))
    assert held(NADIA) == [(FRESH, True)]


# Whoever is in a donor space that is not theirs, and would rather not be noticed


async def test_a_change_is_told_also_where_mails_are_said_to_come_back(marie, owner, work_off, mails) -> None:
    """Anybody can send a report that says so."""
    owner.execute("UPDATE email_address SET bounced_on = current_date WHERE mailbox = %s", [MARIE.email])
    await add(marie, work_off, mails, use="beside")
    assert len(mails.to(MARIE.email)) == 1


async def test_an_address_that_refuses_the_mail_keeps_it_from_no_other(
    marie, office, work_off, mails, monkeypatch
) -> None:
    send = Postman.send

    async def refused(self, to, *args, **context) -> None:
        if to == "M.Dupont@office.example":
            raise OSError("mailbox unavailable")
        await send(self, to, *args, **context)

    monkeypatch.setattr(Postman, "send", refused)
    await add(marie, work_off, mails, use="beside")
    assert len(mails.to(MARIE.email)) == 1


async def test_addresses_asked_for_together_do_not_add_up_to_more_than_there_may_be(
    marie, held, work_off, mails
) -> None:
    addresses = [f"m{number}@example.net" for number in range(MOST)]
    for address in addresses:
        await ask(marie, address, "beside")
    await work_off()
    for address in addresses:
        await marie.submit(await marie.get(link_in(mails, address)), f"{PATH}/link")
    assert len(held()) == MOST
