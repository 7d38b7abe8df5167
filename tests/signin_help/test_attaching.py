"""An address is attached after two proofs: staff know who asks, and whoever reads the address knows the number."""

import re
from datetime import timedelta

import pytest

from portal import clock, jobs, work
from portal.signin_help.rules import MOST_TRIES
from tests.personas import CLAIRE, GEORGES, MARIE, NADIA, PAUL

NEW = "marie.neuve@example.net"
NOTE = "Knew the gift of March and the last four digits."


@pytest.fixture
def path(member_id):
    return lambda person: f"/staff/sign-in-help/members/{member_id(person)}"


@pytest.fixture
def vouch(editor, path):
    async def put(person=MARIE, /, **fields: str):
        action = f"{path(person)}/email"
        values = {"email": NEW, "use": "main", "proof": "questions", "note": NOTE} | fields
        return await editor.submit(await editor.get(action), action, **values)

    return put


@pytest.fixture
def link(mails, work_off):
    async def find(address: str = NEW) -> str:
        await work_off()
        found = re.search(
            r"https://portal.test(/new-address/\S+)", mails.to(address)[-1].as_string().replace("=\n", "")
        )
        assert found
        return found[1]

    return find


@pytest.fixture
async def reader(visitor):
    return visitor()


def addresses(owner, person) -> dict[str, bool]:
    query = "SELECT address, is_main FROM email_address e JOIN member m ON m.id = e.member_id WHERE number = %s"
    return dict(owner.execute(query, [person.number]).fetchall())


async def confirm(reader, where: str, number: str = MARIE.number):
    page = await reader.get(where)
    return await reader.submit(page, "/new-address", member_number=number)


async def test_nothing_is_attached_before_the_reader_confirms_it_with_the_number(vouch, link, reader, owner) -> None:
    assert "A mail is on its way" in (await vouch()).text
    where = await link()
    assert addresses(owner, MARIE) == {MARIE.email: True}
    page = await reader.get(where)
    assert page.path == "/new-address", "the secret does not stay in the address"
    assert "Dupont" not in page.text
    assert MARIE.number not in page.text, "who got the mail by mistake learns nothing"
    assert addresses(owner, MARIE) == {MARIE.email: True}, "opening the link changes nothing"
    page = await confirm(reader, where)
    assert "Your address is confirmed" in page.text
    assert addresses(owner, MARIE) == {NEW: True}
    assert (await reader.get("/gifts")).path == "/sign-in", "confirming signs nobody in"


async def test_it_goes_to_the_central_base_is_noted_and_the_former_address_hears_of_it(
    vouch, link, reader, owner, mails, work_off, editor, path
) -> None:
    await editor.client.get("/")
    await vouch()
    await confirm(reader, await link())
    await work_off()
    group, old, new, status = owner.execute("SELECT field_group, old, new, status FROM recorded_change").fetchone()
    assert (group, old["address"], new["address"], status) == ("email", MARIE.email, NEW, "saved")
    assert "notre équipe l’y a mise" in mails.to(MARIE.email)[-1].get_body(("plain",)).get_content().replace("\n", " ")
    kinds = dict(owner.execute("SELECT kind, data FROM journal WHERE kind LIKE 'email.%%'").fetchall())
    assert kinds["email.vouched"]["reason"] == kinds["email.attached"]["reason"] == NOTE
    until = clock.today() + timedelta(days=30)
    assert kinds["email.attached"]["frozen_until"] == until.isoformat()
    assert "no account number of this member is changed" in (await editor.get(path(MARIE))).text


async def test_visits_of_the_former_mailbox_end(vouch, link, reader, visitor) -> None:
    marie = visitor()
    await marie.enter(MARIE)
    await vouch()
    await confirm(reader, await link())
    assert (await marie.get("/gifts")).path == "/sign-in"


async def test_it_can_stand_beside_the_others(vouch, link, reader, owner) -> None:
    await vouch(use="beside")
    await confirm(reader, await link())
    assert addresses(owner, MARIE) == {MARIE.email: True, NEW: False}
    [(group,)] = owner.execute("SELECT field_group FROM recorded_change").fetchall()
    assert group == "other_emails"


async def test_a_member_without_any_address_gets_a_main_one(vouch, link, reader, owner, editor, path) -> None:
    owner.execute("DELETE FROM email_address WHERE address = %s", [NADIA.email])
    assert 'name="use"' not in (await editor.get(f"{path(NADIA)}/email")).html
    await vouch(NADIA, use="")
    await confirm(reader, await link(), NADIA.number)
    assert addresses(owner, NADIA) == {NEW: True}


async def test_guessing_the_number_ends_the_link(vouch, link, reader, owner) -> None:
    await vouch()
    where = await link()
    for _ in range(MOST_TRIES - 1):
        assert (await confirm(reader, where, NADIA.number)).status == 422
    assert (await confirm(reader, where, NADIA.number)).status == 410
    assert (await reader.get(where)).status == 410
    assert addresses(owner, MARIE) == {MARIE.email: True}


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE vouched_email SET expires_at = now()",
        "UPDATE member SET closed = true",
        "UPDATE member SET deceased_on = '2026-01-01'",
    ],
)
async def test_a_link_that_is_over_attaches_nothing(vouch, link, reader, owner, end) -> None:
    await vouch()
    page = await reader.get(await link())
    owner.execute(end)
    assert (await reader.submit(page, "/new-address", member_number=MARIE.number)).status == 410
    assert addresses(owner, MARIE) == {MARIE.email: True}


async def test_a_newer_address_ends_the_link_of_the_one_before(vouch, link, reader, owner) -> None:
    await vouch(email="marie.fausse@example.net")
    where = await link("marie.fausse@example.net")
    await vouch()
    assert (await reader.get(where)).status == 410
    await confirm(reader, await link())
    assert addresses(owner, MARIE) == {NEW: True}


async def test_an_address_of_others_is_attached_only_after_they_were_shown(
    vouch, link, reader, owner, path, editor
) -> None:
    page = await vouch(email=PAUL.email)
    assert page.status == 422
    assert "Paul Martin (1005)" in page.text
    assert "Claire Martin (1004)" in page.text
    assert owner.execute("SELECT count(*) FROM vouched_email").fetchone() == (0,)
    action = f"{path(MARIE)}/email"
    shown = page.tree.find(".//input[@name='shared']").get("value")
    forged = await vouch(email=PAUL.email, shared="yes")
    assert forged.status == 422, "whoever ticks it must have seen who it is"
    owner.execute("UPDATE member SET deceased_on = '2026-01-01' WHERE number = '1004'")
    page = await editor.submit(page, action, shared=shown)
    assert page.status == 422, "they are others now"
    shown = page.tree.find(".//input[@name='shared']").get("value")
    assert "A mail is on its way" in (await editor.submit(page, action, shared=shown)).text
    await confirm(reader, await link(PAUL.email))
    assert PAUL.email in addresses(owner, MARIE)


async def test_an_address_that_somebody_else_got_meanwhile_is_not_attached(
    vouch, link, reader, owner, member_id
) -> None:
    await vouch()
    page = await reader.get(await link())
    owner.execute("UPDATE email_address SET address = %s WHERE member_id = %s", [NEW, member_id(NADIA)])
    assert (await reader.submit(page, "/new-address", member_number=MARIE.number)).status == 410
    assert NEW not in addresses(owner, MARIE)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "marie@"}, "Enter an e-mail address"),
        ({"email": MARIE.email}, "on the record already"),
        ({"email": "marie@gmial.com"}, "Did you mean marie@gmail.com?"),
        ({"use": ""}, "Choose what to do with it"),
        ({"proof": ""}, "Without a proof nothing is attached"),
        ({"note": "yes"}, "Say in a few words what was proved"),
        ({"note": "Knew FR76 3000 6000 0112 3456 7890 189"}, "Take the account number out"),
        ({"note": "x" * 501}, "At most 500 characters"),
    ],
)
async def test_what_is_missing_or_wrong_is_met_beside_its_field(vouch, owner, fields, words) -> None:
    page = await vouch(**fields)
    assert page.status == 422
    assert words in page.text
    assert owner.execute("SELECT count(*) FROM vouched_email").fetchone() == (0,)


async def test_a_choice_that_is_not_offered_is_refused(vouch) -> None:
    assert (await vouch(proof="said so")).status == 400


async def test_mails_to_one_address_are_few(vouch) -> None:
    for _ in range(5):
        await vouch()
    assert (await vouch()).status == 429


async def test_nobody_attaches_an_address_to_somebody_deceased(editor, path) -> None:
    assert (await editor.get(f"{path(GEORGES)}/email")).status == 404


async def test_what_staff_vouched_for_is_forgotten_in_time(vouch, owner, settings) -> None:
    since = {MARIE: ("vouched_at", "49 hours"), NADIA: ("vouched_at", "23 hours"), CLAIRE: ("confirmed_at", "31 days")}
    for person, (column, age) in since.items():
        await vouch(person, email=f"{person.number}@example.net")
        mine = f"{person.number}@example.net"
        owner.execute(f"UPDATE vouched_email SET {column} = now() - %s::interval WHERE address = %s", [age, mine])
    owner.execute("DELETE FROM procrastinate_jobs")
    await work.as_owner(settings, lambda db: jobs.defer(db, "housekeeping.purge", timestamp=0))
    await work.run(settings, until_idle=True)
    assert owner.execute("SELECT address FROM vouched_email").fetchall() == [(f"{NADIA.number}@example.net",)]


async def test_who_handles_a_debit_is_warned_that_nothing_of_the_account_is_changed(
    vouch, link, reader, owner, editor, member_id
) -> None:
    ask = (
        "INSERT INTO member_request (key, member_id, kind, about, wish) VALUES ('k', %s, 'mandate', '', 'x') "
        "RETURNING id"
    )
    where = f"/staff/requests/{owner.execute(ask, [member_id(MARIE)]).fetchone()[0]}"
    await vouch()
    assert "no account number of this member is changed" not in (await editor.get(where)).text
    await confirm(reader, await link())
    assert "no account number of this member is changed" in (await editor.get(where)).text
    owner.execute("UPDATE vouched_email SET confirmed_at = now() - interval '31 days'")
    assert "no account number of this member is changed" not in (await editor.get(where)).text


async def test_the_member_can_see_that_somebody_opened_the_form(editor, path, owner) -> None:
    await editor.get(f"{path(MARIE)}/email")
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'staff.member.viewed'").fetchone() == (1,)


async def test_who_left_their_desk_proves_once_more_who_they_are_before_they_vouch(editor, path, owner) -> None:
    action = f"{path(MARIE)}/email"
    page = await editor.get(action)
    owner.execute("UPDATE web_session SET proved_at = now() - interval '11 minutes'")
    assert (await editor.get(action)).path.startswith("/security/confirmation")
    typed = {"email": NEW, "use": "main", "proof": "questions", "note": NOTE}
    assert (await editor.submit(page, action, **typed)).path.startswith("/security/confirmation")
    assert owner.execute("SELECT count(*) FROM vouched_email").fetchone() == (0,)
