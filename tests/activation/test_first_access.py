"""Coming in with the code of a letter, a detail that only the member knows, and an e-mail address."""

import asyncio
import re

import pytest

from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.directory import Applied, Conflict
from backoffice_sync.inward.pull import pull
from backoffice_sync.mapping import ENTITIES
from backoffice_sync.outward.push import push
from portal import clock
from portal.activation import actions, rules
from portal.web import proof
from tests.personas import BAKERY, CLAIRE, EDITOR, GEORGES, MARIE, NADIA, PAUL, STRANGER, THIS_YEAR

NEW = "marie.new@example.net"
ACCOUNT = "0189"
GIFT = {"detail": "77,77 €", "month": f"{THIS_YEAR}-02"}
REFUSED = "Number and code do not belong together, or the letter is too old. Compare both again."


@pytest.fixture
def letter(owner, settings):
    """A letter that has reached this member, and its code."""

    def send(person, detail: str = "account") -> str:
        code = rules.new_code()
        row = (
            "INSERT INTO activation_code (member_id, code_hash, detail, expires_at) "
            "SELECT id, %s, %s, now() + interval '60 days' FROM member WHERE number = %s "
            "ON CONFLICT (member_id) DO UPDATE SET code_hash = EXCLUDED.code_hash"
        )
        hashed = actions.code_hash(settings, person.number, rules.read_code(code))
        owner.execute(row, [hashed, detail, person.number])
        return code

    return send


async def type_code(walker, number: str, code: str):
    return await walker.submit(await walker.get("/first-access"), "/first-access", number=number, code=code)


async def type_detail(walker, email: str = NEW, **fields: str):
    page = await walker.get("/first-access/detail")
    assert page.path == "/first-access/detail"
    return await walker.submit(page, "/first-access/detail", **({"detail": ACCOUNT, "email": email} | fields))


async def type_mailed(walker, code: str):
    page = await walker.get("/first-access/confirmation")
    assert page.path == "/first-access/confirmation"
    return await walker.submit(page, "/first-access/confirmation", code=code)


def mailed(mails, address: str = NEW) -> str:
    found = re.search(r"\b(\d{6})\b", mails.to(address)[-1].get_body(("plain",)).get_content())
    assert found
    return found[1]


async def is_in(walker) -> bool:
    return bool((await walker.get("/", follow=False)).status == 200)


def visits(owner) -> int:
    (count,) = owner.execute("SELECT count(*) FROM web_session WHERE member_id IS NOT NULL").fetchone()
    return int(count)


def addresses(owner, person) -> list[tuple[str, bool]]:
    query = (
        "SELECT e.address, e.is_main FROM email_address e JOIN member m ON m.id = e.member_id "
        "WHERE m.number = %s ORDER BY e.is_main DESC, e.address"
    )
    return list(owner.execute(query, [person.number]).fetchall())


@pytest.fixture
async def at_the_detail(visitor, letter):
    """Marie's browser after number and code, and her code."""
    walker, code = visitor(), letter(MARIE)
    page = await type_code(walker, MARIE.number, code)
    assert page.path == "/first-access/detail"
    return walker, code


@pytest.fixture
async def at_the_confirmation(at_the_detail, work_off, mails):
    """Marie's browser after the detail, and the digits in her mail."""
    walker, _ = at_the_detail
    page = await type_detail(walker)
    assert page.path == "/first-access/confirmation"
    await work_off()
    return walker, mailed(mails)


# The way in


async def test_a_member_comes_in_with_the_letter_a_detail_and_an_address(
    visitor, letter, owner, work_off, mails, member_id
) -> None:
    walker, code = visitor(), letter(MARIE)
    page = await walker.get("/sign-in")
    assert "/first-access" in page.links
    page = await type_code(walker, MARIE.number, code)
    assert "The last four digits of the IBAN" in page.text
    assert "Marie" not in page.html, "who finds a letter learns nothing more here"
    page = await type_detail(walker, email=f" {NEW.upper()} ")
    assert NEW in page.text
    await work_off()
    [mail] = mails.mails
    assert mail["To"] == NEW
    assert "/sign-in/link/" not in mail.as_string()
    before = walker.client.cookies["__Host-session"]
    digits = mailed(mails)
    page = await type_mailed(walker, f"{digits[:3]} {digits[3:]}")
    assert page.path == "/"
    assert "Hello Marie" in page.text
    assert walker.client.cookies["__Host-session"] != before
    assert addresses(owner, MARIE) == [(NEW, True)]
    query = f"SELECT confirmed_on = {clock.SQL_TODAY}, bounced_on, held FROM email_address WHERE member_id = %s"
    assert owner.execute(query, [member_id(MARIE)]).fetchone() == (True, None, True)
    (field, old, new, actor) = owner.execute("SELECT field_group, old, new, actor FROM recorded_change").fetchone()
    assert field == "email"
    assert old == {"address": MARIE.email, "confirmed_on": "2020-05-02"}
    assert new == {"address": NEW, "confirmed_on": clock.today().isoformat()}
    assert actor == f"member:{member_id(MARIE)}"
    kinds = owner.execute("SELECT kind FROM journal WHERE member_id = %s ORDER BY id", [member_id(MARIE)]).fetchall()
    assert kinds == [("profile.email.added",), ("activation.completed",), ("signin.completed",)]
    await work_off()
    [told] = mails.to(MARIE.email)
    assert "another e-mail address took the place of the main one" in told.get_body(("plain",)).get_content()
    assert NEW not in told.as_string()
    text = (await walker.get("/security")).text
    assert "First access with the code of a letter" in text
    assert "Signed in, with the code of a letter" in text
    assert "E-mail address Saved, will be passed on shortly" in (await walker.get("/profile/changes")).text


async def test_from_then_on_the_new_address_signs_in(at_the_confirmation, visitor, work_off, mails) -> None:
    walker, digits = at_the_confirmation
    await type_mailed(walker, digits)
    other = visitor()
    await other.submit(await other.get("/sign-in"), "/sign-in", email=NEW)
    await work_off()
    page = await other.submit(await other.get("/sign-in/code"), "/sign-in/code", code=mailed(mails))
    assert "Hello Marie" in page.text


async def test_a_member_without_any_address_gets_their_first(visitor, letter, owner, work_off, mails) -> None:
    owner.execute("DELETE FROM email_address WHERE member_id = (SELECT id FROM member WHERE number = '1003')")
    walker, code = visitor(), letter(STRANGER, "gift")
    await type_code(walker, STRANGER.number, code)
    await type_detail(walker, **GIFT)
    await work_off()
    page = await type_mailed(walker, mailed(mails))
    assert "Hello Serge" in page.text
    assert addresses(owner, STRANGER) == [(NEW, True)]
    assert owner.execute("SELECT old, new ->> 'address' FROM recorded_change").fetchone() == (None, NEW)


async def test_an_address_that_bounced_is_usable_again_once_it_is_confirmed(
    visitor, letter, owner, work_off, mails
) -> None:
    owner.execute("UPDATE email_address SET bounced_on = current_date")
    walker, code = visitor(), letter(MARIE)
    await type_code(walker, MARIE.number, code)
    await type_detail(walker, MARIE.email)
    await work_off()
    assert "Hello Marie" in (await type_mailed(walker, mailed(mails, MARIE.email))).text
    query = "SELECT bounced_on FROM email_address WHERE address = %s"
    assert owner.execute(query, [MARIE.email]).fetchone() == (None,)


async def test_an_address_shared_with_somebody_else_is_taken(visitor, letter, owner, work_off, mails) -> None:
    walker, code = visitor(), letter(MARIE)
    await type_code(walker, MARIE.number, code)
    await type_detail(walker, CLAIRE.email)
    await work_off()
    page = await type_mailed(walker, mailed(mails, CLAIRE.email))
    assert "Hello Marie" in page.text
    assert addresses(owner, CLAIRE) == [(CLAIRE.email, True)]


@pytest.mark.parametrize("between", ["", " ", " – ", "-", "."])
async def test_the_code_is_taken_however_it_is_typed(visitor, letter, between) -> None:
    typed = letter(MARIE).lower().replace("-", between)
    assert (await type_code(visitor(), f" {MARIE.number} ", f" {typed}\t")).path == "/first-access/detail"


@pytest.mark.parametrize("digits", ["5678", " 56 78 "])
async def test_the_last_digits_of_a_phone_prove_it(visitor, letter, digits) -> None:
    walker, code = visitor(), letter(MARIE, "phone")
    page = await type_code(walker, MARIE.number, code)
    assert "The last four digits of your phone number" in page.text
    assert (await type_detail(walker, detail=ACCOUNT)).status == 422, "another detail than the one asked for"
    assert (await type_detail(walker, detail=digits)).path == "/first-access/confirmation"


@pytest.mark.parametrize("amount", ["77,77", "77.77", "77,77 €", "€ 77.77", "77,77 euros"])
@pytest.mark.parametrize("month", [f"{THIS_YEAR}-02", f"02/{THIS_YEAR}", f"2.{THIS_YEAR}"])
async def test_amount_and_month_of_the_last_gift_prove_it_however_they_are_written(
    visitor, letter, amount, month
) -> None:
    walker, code = visitor(), letter(STRANGER, "gift")
    page = await type_code(walker, STRANGER.number, code)
    assert "The amount of your last gift" in page.text
    assert "The month of that gift" in page.text
    assert (await type_detail(walker, detail=amount, month=month)).path == "/first-access/confirmation"


@pytest.mark.parametrize("fields", [{"month": ""}, {"month": f"{THIS_YEAR}-03"}, {"detail": "77"}, {"detail": "snan"}])
async def test_half_of_it_proves_nothing(visitor, letter, fields) -> None:
    walker, code = visitor(), letter(STRANGER, "gift")
    await type_code(walker, STRANGER.number, code)
    page = await type_detail(walker, **(GIFT | fields))
    assert page.status == 422
    assert "This is not what we have in our records" in page.text
    assert page.form("/first-access/detail")["email"] == NEW, "what was typed is still there"


async def test_somebody_elses_visit_in_the_same_browser_ends(at_the_confirmation, visitor, letter, owner) -> None:
    walker, digits = at_the_confirmation
    before = walker.client.cookies["__Host-session"].split(".")[0]
    owner.execute(
        "UPDATE web_session SET member_id = (SELECT id FROM member WHERE number = %s) WHERE id = %s",
        [NADIA.number, before],
    )
    assert "Hello Nadia" in (await walker.get("/")).text
    assert "Hello Marie" in (await type_mailed(walker, digits)).text
    assert owner.execute("SELECT count(*) FROM web_session").fetchone() == (1,)


# Into the central base


async def test_the_address_arrives_in_the_central_base(
    at_the_confirmation, owner, sync_database, central_directory
) -> None:
    walker, digits = at_the_confirmation
    names = ENTITIES["email"].incoming
    row = dict(zip(names, central_directory.tables["email"]["e1001"], strict=True))
    central_directory.put("email", tuple((row | {"confirmed_on": "2020-05-02"})[name] for name in names))
    await type_mailed(walker, digits)
    await pull(sync_database, central_directory)
    assert addresses(owner, MARIE) == [(NEW, True)], "a pull leaves alone what is on its way"
    assert await push(sync_database, central_directory) == 1
    assert await central_directory.read("1001", "email") == {
        "address": NEW,
        "confirmed_on": clock.today().isoformat(),
    }
    assert owner.execute("SELECT status FROM recorded_change").fetchall() == [("confirmed",)]
    assert owner.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)
    assert owner.execute("SELECT count(*) FROM email_address WHERE held").fetchone() == (0,)
    assert "E-mail address Received by the association" in (await walker.get("/profile/changes")).text


async def test_a_first_address_is_not_doubled(
    visitor, letter, owner, work_off, mails, sync_database, central_directory
) -> None:
    central_directory.drop("email", "e1003")
    await pull(sync_database, central_directory)
    assert addresses(owner, STRANGER) == []
    walker, code = visitor(), letter(STRANGER, "gift")
    await type_code(walker, STRANGER.number, code)
    await type_detail(walker, **GIFT)
    await work_off()
    await type_mailed(walker, mailed(mails))
    await push(sync_database, central_directory)
    await pull(sync_database, central_directory)
    assert addresses(owner, STRANGER) == [(NEW, True)]


@pytest.fixture
async def real(central, central_url):
    """The real central base with Marie and her address."""
    central.execute("INSERT INTO member (id, number, kind, last_name) VALUES (1001, '1001', 'person', 'Dupont')")
    central.execute(
        "INSERT INTO email (member_id, address, is_main, confirmed_on) VALUES (1001, %s, true, '2020-05-02')",
        [MARIE.email],
    )
    central.commit()
    directory = PostgresDirectory(central_url)
    yield directory
    await directory.close()


async def test_there_the_new_main_address_takes_the_place_of_the_former_one(
    at_the_confirmation, owner, sync_database, real, central
) -> None:
    walker, digits = at_the_confirmation
    await type_mailed(walker, digits)
    assert await push(sync_database, real) == 1
    query = "SELECT address, is_main, origin, confirmed_on FROM email ORDER BY id"
    [now] = central.execute(query).fetchall()
    assert now == (NEW, True, "donor extranet", clock.today())
    assert addresses(owner, MARIE) == [(NEW, True)], "who reads the former mailbox signs in no longer"
    assert owner.execute("SELECT status FROM recorded_change").fetchall() == [("confirmed",)]
    assert owner.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)


async def test_the_real_connector_writes_an_address_once_and_only_over_what_it_expects(real, central) -> None:
    before = await real.read("1001", "email")
    assert before == {"address": MARIE.email, "confirmed_on": "2020-05-02"}
    wish = {"address": NEW, "confirmed_on": "2026-01-31"}
    other = before | {"address": "x@example.org"}
    assert await real.write("1001", "email", wish, expected=other, change_id="c0") == Conflict()
    assert await real.write("1001", "email", wish, expected=before, change_id="c1") == Applied()
    assert await real.read("1001", "email") == wish
    assert await real.write("1001", "email", None, expected=wish, change_id="c2") == Applied()
    assert await real.read("1001", "email") is None
    assert await real.write("1001", "email", before, expected=None, change_id="c3") == Applied()
    assert await real.read("1001", "email") == before
    assert central.execute("SELECT count(*) FROM email WHERE is_main").fetchone() == (1,)


# What is refused


@pytest.fixture
async def refused(visitor, letter):
    """The page for a number that does exist, with a wrong code."""
    letter(MARIE)
    page = await type_code(visitor(), MARIE.number, rules.new_code())
    assert page.status == 422
    assert REFUSED in page.text
    return masked(page)


def masked(page) -> str:
    return re.sub(r'value="[^"]*"', "*", page.html)


async def test_known_and_unknown_numbers_get_the_same_answer(visitor, refused) -> None:
    for number in ("9999", NADIA.number, GEORGES.number, "", "x" * 200, "1001' OR '1'='1"):
        page = await type_code(visitor(), number, rules.new_code())
        assert page.status == 422
        assert masked(page) == refused


@pytest.mark.parametrize("typed", ["", "ABCD", "x" * 300, "AAAA-AAAA-AAAA-AAAA", "é" * 12, "١٢٣٤"])
async def test_what_is_no_code_gets_the_same_answer(visitor, refused, typed) -> None:
    page = await type_code(visitor(), MARIE.number, typed)
    assert page.status == 422
    assert masked(page) == refused


async def test_a_code_belongs_to_one_number(visitor, letter, refused) -> None:
    code = letter(STRANGER, "gift")
    page = await type_code(visitor(), MARIE.number, code)
    assert page.status == 422
    assert masked(page) == refused


@pytest.mark.parametrize(
    "ended",
    [
        "UPDATE activation_code SET used_at = now()",
        "UPDATE activation_code SET expires_at = now() - interval '1 second'",
        "UPDATE activation_code SET tries = 5",
        "UPDATE member SET closed = true",
        "UPDATE member SET deceased_on = current_date",
        "DELETE FROM activation_code",
    ],
)
async def test_a_code_that_has_ended_gets_the_same_answer(visitor, letter, owner, refused, ended) -> None:
    code = letter(MARIE)
    owner.execute(ended)
    page = await type_code(visitor(), MARIE.number, code)
    assert page.status == 422
    assert masked(page) == refused


async def test_a_refusal_is_noted_in_the_journal_without_what_was_typed(visitor, refused, owner) -> None:
    await type_code(visitor(), "4711-secret", "WXYZ-WXYZ-WXYZ")
    rows = owner.execute("SELECT data FROM journal WHERE kind = 'request.refused'").fetchall()
    assert rows == [({"why": "letter", "route": "/first-access"},)] * 2


async def test_the_code_of_a_letter_opens_one_visit(visitor, letter, owner, work_off, mails) -> None:
    walker, code = visitor(), letter(MARIE)
    await type_code(walker, MARIE.number, code)
    await type_detail(walker)
    await work_off()
    digits = mailed(mails)
    await type_mailed(walker, digits)
    page = await type_code(visitor(), MARIE.number, code)
    assert page.status == 422
    assert REFUSED in page.text
    assert visits(owner) == 1


async def test_five_wrong_details_end_the_letter(at_the_detail, visitor, owner, member_id) -> None:
    walker, code = at_the_detail
    page = await walker.get("/first-access/detail")
    for _ in range(rules.MOST_TRIES - 1):
        page = await walker.submit(page, "/first-access/detail", detail="0000", email=NEW)
        assert page.status == 422
        assert "This is not what we have in our records" in page.text
    sixth = page
    page = await walker.submit(page, "/first-access/detail", detail="0000", email=NEW)
    assert page.status == 410
    assert "This code no longer works" in page.text
    assert "please call us" in page.text
    page = await walker.submit(sixth, "/first-access/detail", detail=ACCOUNT, email=NEW)
    assert page.path == "/first-access", "the right one comes too late"
    assert (await type_code(visitor(), MARIE.number, code)).status == 422
    query = "SELECT member_id, data ->> 'why' FROM journal WHERE kind = 'signin.refused'"
    assert owner.execute(query).fetchall() == [(member_id(MARIE), "detail")] * rules.MOST_TRIES
    assert owner.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)


async def test_wrong_details_count_in_all_browsers_together(letter, visitor) -> None:
    code = letter(MARIE)
    statuses = []
    for _ in range(rules.MOST_TRIES):
        walker = visitor()
        await type_code(walker, MARIE.number, code)
        statuses.append((await type_detail(walker, detail="0000")).status)
    assert statuses == [422, 422, 422, 422, 410]


async def test_of_many_details_sent_at_the_same_moment_five_are_looked_at(at_the_detail, owner) -> None:
    walker, _ = at_the_detail
    token = (await walker.get("/first-access/detail")).form("/first-access/detail")["csrf_token"]
    guesses = [{"csrf_token": token, "detail": f"{number:04d}", "email": NEW} for number in range(12)]
    await asyncio.gather(*(walker.post("/first-access/detail", **guess) for guess in guesses))
    query = "SELECT count(*) FROM journal WHERE kind = 'signin.refused'"
    assert owner.execute(query).fetchone() == (rules.MOST_TRIES,)


async def test_an_impossible_address_is_met_beside_the_field_and_counts_nothing(at_the_detail, owner) -> None:
    walker, _ = at_the_detail
    for impossible in ("", "marie@nowhere", "x"):
        page = await type_detail(walker, impossible)
        assert page.status == 422
        assert "Enter an e-mail address such as" in page.text
        assert page.form("/first-access/detail")["detail"] == ACCOUNT
    assert owner.execute("SELECT tries FROM activation_code").fetchone() == (0,)


async def test_five_wrong_digits_end_the_mail_and_another_can_be_had(at_the_confirmation, work_off, mails) -> None:
    walker, digits = at_the_confirmation
    wrong = f"{(int(digits) + 1) % 1_000_000:06d}"
    for _ in range(proof.MOST_TRIES):
        page = await type_mailed(walker, wrong)
        assert page.status == 422
        assert "This is not the code in our latest e-mail" in page.text
    page = await walker.submit(page, "/first-access/confirmation", code=digits)
    assert page.path == "/first-access/detail"
    await type_detail(walker)
    await work_off()
    assert "Hello Marie" in (await type_mailed(walker, mailed(mails))).text


# The order of the steps


async def test_steps_in_the_wrong_order_lead_back(visitor, letter) -> None:
    walker = visitor()
    for path in ("/first-access/detail", "/first-access/confirmation"):
        assert (await walker.get(path)).path == "/first-access"
    assert (await walker.post("/first-access/detail", detail=ACCOUNT, email=NEW)).path == "/first-access"
    assert (await walker.post("/first-access/confirmation", code="123456")).path == "/first-access"
    await type_code(walker, MARIE.number, letter(MARIE))
    page = await walker.get("/first-access/confirmation")
    assert page.path == "/first-access/detail"
    token = page.form("/first-access/detail")["csrf_token"]
    page = await walker.post("/first-access/confirmation", csrf_token=token, code="123456")
    assert page.path == "/first-access/detail"


async def test_another_browser_cannot_go_on(at_the_confirmation, visitor, owner) -> None:
    walker, digits = at_the_confirmation
    other = visitor()
    assert (await other.get("/first-access/detail")).path == "/first-access"
    assert (await other.post("/first-access/confirmation", code=digits)).path == "/first-access"
    assert not await is_in(other)
    assert "Hello Marie" in (await type_mailed(walker, digits)).text


async def test_who_holds_two_letters_proves_the_detail_of_each(at_the_confirmation, letter, owner, member_id) -> None:
    """A detail of one's own must not open a letter that somebody else has lost."""
    walker, digits = at_the_confirmation
    found = letter(STRANGER, "gift")
    assert (await type_code(walker, STRANGER.number, found)).path == "/first-access/detail"
    assert (await walker.get("/first-access/confirmation")).path == "/first-access/detail"
    token = (await walker.get("/first-access/detail")).form("/first-access/detail")["csrf_token"]
    await walker.post("/first-access/confirmation", csrf_token=token, code=digits)
    assert not await is_in(walker)
    assert addresses(owner, STRANGER) == [(STRANGER.email, True)]


async def test_a_new_letter_between_the_steps_ends_the_old_one(at_the_confirmation, letter, owner) -> None:
    walker, digits = at_the_confirmation
    letter(MARIE)
    page = await type_mailed_anyway(walker, digits)
    assert page.path == "/first-access"
    assert not await is_in(walker)


async def type_mailed_anyway(walker, digits: str):
    token = (await walker.get("/first-access")).form("/first-access")["csrf_token"]
    return await walker.post("/first-access/confirmation", csrf_token=token, code=digits)


@pytest.mark.parametrize("gone", ["closed = true", "deceased_on = current_date"])
async def test_a_member_who_is_gone_between_the_steps_does_not_come_in(at_the_confirmation, owner, gone) -> None:
    walker, digits = at_the_confirmation
    owner.execute(f"UPDATE member SET {gone} WHERE number = %s", [MARIE.number])
    page = await type_mailed_anyway(walker, digits)
    assert page.path == "/first-access"
    assert not await is_in(walker)
    assert addresses(owner, MARIE) == [(MARIE.email, True)]
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,)


async def test_two_browsers_with_the_same_letter_do_not_both_come_in(letter, visitor, owner, work_off, mails) -> None:
    code, browsers = letter(MARIE), {"one@example.net": visitor(), "two@example.net": visitor()}
    for address, walker in browsers.items():
        await type_code(walker, MARIE.number, code)
        await type_detail(walker, address)
    await work_off()
    await asyncio.gather(*(type_mailed(walker, mailed(mails, address)) for address, walker in browsers.items()))
    assert visits(owner) == 1
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (1,)


async def test_pressing_twice_at_the_last_step_leads_in_once(at_the_confirmation, owner) -> None:
    walker, digits = at_the_confirmation
    page = await walker.get("/first-access/confirmation")
    await asyncio.gather(*(walker.submit(page, "/first-access/confirmation", code=digits) for _ in range(2)))
    assert visits(owner) == 1
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (1,)


# Limits


async def test_a_stranger_cannot_use_up_the_tries_of_who_holds_the_letter(visitor, letter, owner) -> None:
    code = letter(MARIE)
    for _ in range(15):
        assert (await type_code(visitor(), MARIE.number, rules.new_code())).status == 422
    assert (await type_code(visitor(), MARIE.number, code)).path == "/first-access/detail"


async def test_a_network_can_try_twenty_times_an_hour(visitor, letter, owner) -> None:
    for number in range(20):
        assert (await type_code(visitor(), str(7_000 + number), rules.new_code())).status == 422
    code = letter(MARIE)
    for _ in range(11):
        assert (await type_code(visitor(), MARIE.number, code)).status == 429
    owner.execute("UPDATE throttle SET started_at = now() - interval '61 minutes'")
    page = await type_code(visitor(), MARIE.number, code)
    assert page.path == "/first-access/detail", "what a refused network sends is not counted against the number"


async def test_a_known_number_is_not_told_from_an_unknown_one_by_its_limit(visitor, letter) -> None:
    letter(MARIE)
    answers = []
    for number in (MARIE.number, "9999"):
        for _ in range(10):
            page = await type_code(visitor(), number, "x")
        answers.append((page.status, masked(page)))
    assert answers[0] == answers[1]


async def test_mails_to_one_address_are_limited(at_the_detail, work_off, mails) -> None:
    walker, _ = at_the_detail
    for _ in range(5):
        assert (await type_detail(walker)).path == "/first-access/confirmation"
    assert (await type_detail(walker)).status == 429
    await work_off()
    assert "Hello Marie" in (await type_mailed(walker, mailed(mails))).text


# What is kept


async def test_neither_code_nor_detail_nor_digits_are_stored_anywhere(at_the_detail, owner, work_off, mails) -> None:
    walker, code = at_the_detail
    await type_detail(walker, detail="4711")
    await type_detail(walker)
    jobs = str(owner.execute("SELECT args FROM procrastinate_jobs").fetchall())
    assert NEW not in jobs
    await work_off()
    digits = mailed(mails)
    tables = [name for (name,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    for table in tables:
        rows = str(owner.execute(f"SELECT t::text FROM {table} t").fetchall())
        for secret in (code, rules.read_code(code)):
            assert secret not in rows, table
        assert not re.search(r"(?<![\w-])4711(?![\w-])", rows), table  # four digits also stand in random numbers
        assert not re.search(rf"\b{digits}\b", rows), table
    await type_mailed(walker, digits)
    stored = str(owner.execute("SELECT * FROM journal").fetchall())
    for secret in (code, rules.read_code(code), digits, ACCOUNT):
        assert secret not in stored


@pytest.mark.parametrize("path", ["/first-access", "/first-access/detail", "/first-access/confirmation"])
async def test_a_field_that_the_form_does_not_have_is_refused(visitor, path) -> None:
    assert (await visitor().post(path, number="1001", code="x", detail="x", email=NEW, extra="x")).status == 400


async def test_a_company_and_a_member_of_a_shared_mailbox_have_letters_too(
    visitor, letter, owner, work_off, mails
) -> None:
    for person, greeting in ((BAKERY, "Boulangerie Durand"), (PAUL, "Paul")):
        owner.execute(
            "INSERT INTO phone (member_id, number, kind) SELECT id, '06 11 22 33 44', 'mobile' FROM member "
            "WHERE number = %s",
            [person.number],
        )
        walker, code = visitor(), letter(person, "phone")
        await type_code(walker, person.number, code)
        address = f"new.{person.number}@example.net"
        await type_detail(walker, address, detail="3344")
        await work_off()
        assert greeting in (await type_mailed(walker, mailed(mails, address))).html
        assert addresses(owner, person) == [(address, True)]


async def test_staff_cannot_be_mistaken_for_a_member(editor, letter, work_off, mails) -> None:
    """Who is signed in at the desk and follows a letter is that member from then on, and staff no more."""
    await type_code(editor, MARIE.number, letter(MARIE))
    await type_detail(editor, EDITOR.email)
    await work_off()
    assert "Hello Marie" in (await type_mailed(editor, mailed(mails, EDITOR.email))).text
    assert (await editor.get("/staff")).status == 404
