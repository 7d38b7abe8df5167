"""A donor asks our team for what cannot be done here."""

from datetime import timedelta

import pytest

from portal import clock
from portal.privacy.rules.legal_clock import Clock, due_on
from portal.requests.pages.mine import REQUESTS
from portal.requests.rules import ANSWERED_WITHIN
from tests.personas import MARIE, NADIA, STRANGER
from tests.requests.conftest import REFERENCE, ask

IBAN = "FR76 3000 6000 0112 3456 7890 189"


def in_words(day) -> str:
    return f"{day.day} {day:%B %Y}"


async def test_a_request_is_kept_and_the_donor_reads_what_happens_next(marie, one, member_id) -> None:
    page = await ask(marie, "other", words="Je voudrais\nvisiter votre maison.")
    assert page.path.startswith("/requests/"), (page.status, page.text)
    assert "Your request is sent." in page.text
    assert "Saved for our team" in page.text
    assert f"We wish to answer by {in_words(clock.today() + ANSWERED_WITHIN)}" in page.text
    assert "Je voudrais visiter votre maison." in page.text
    kind, about, wish, state, asked_on = one("SELECT kind, about, wish, state, asked_on FROM member_request")
    assert (kind, about, wish, state) == ("other", "", "Je voudrais\nvisiter votre maison.", "saved")
    assert asked_on == clock.today()
    journal = one("SELECT kind, actor, data FROM journal WHERE member_id = %s", member_id(MARIE))
    assert journal == ("request.asked", f"member:{member_id(MARIE)}", {"subject": "other", "about": ""})


async def test_a_change_of_a_direct_debit_names_the_mandate(marie, one) -> None:
    page = await marie.get("/mandates")
    [path] = [link for link in page.links if link.startswith("/requests/new/mandate")]
    page = await marie.get(path)
    assert page.form("/requests/new/mandate")["mandate"] == REFERENCE
    page = await marie.submit(page, "/requests/new/mandate", wish="amount", words="20 € à partir de janvier")
    assert f"Mandate reference {REFERENCE}" in page.text
    assert "A debit of the next few days may still be made as before" in page.text
    assert one("SELECT about, wish FROM member_request") == (REFERENCE, "Another amount\n\n20 € à partir de janvier")


async def test_the_only_mandate_is_chosen_already(marie) -> None:
    assert (await marie.get("/requests/new/mandate")).form("/requests/new/mandate")["mandate"] == REFERENCE


async def test_one_of_two_mandates_must_be_chosen(marie, owner, one) -> None:
    owner.execute(
        "INSERT INTO mandate (central_id, member_id, reference, creditor_identifier, masked_iban, bank_name, amount, "
        "currency, rhythm, signed_on, state) SELECT 'm2', member_id, 'DON-1001-2', creditor_identifier, masked_iban, "
        "bank_name, 30, currency, 'yearly', signed_on, state FROM mandate"
    )
    page = await ask(marie, "mandate", wish="stop")
    assert page.status == 422
    assert "Choose the direct debit that it is about." in page.text
    page = await marie.submit(page, "/requests/new/mandate", mandate="DON-1001-2")
    assert one("SELECT about FROM member_request") == ("DON-1001-2",)


@pytest.mark.parametrize("state", ["lapsed", "cancelled", "refused"])
async def test_a_mandate_that_has_ended_cannot_be_changed(marie, owner, state) -> None:
    owner.execute("UPDATE mandate SET state = %s", [state])
    assert "No direct debit is running in your name" in (await marie.get("/requests/new/mandate")).text
    assert not [link for link in (await marie.get("/mandates")).links if link.startswith("/requests/new/mandate")]


async def test_somebody_elses_mandate_is_no_choice(enters, one) -> None:
    stranger = await enters(STRANGER)
    form = (await stranger.get("/requests/new/other")).form("/requests/new/other")
    page = await stranger.post("/requests/new/mandate", **form, mandate=REFERENCE, wish="stop")
    assert page.status == 400
    assert one("SELECT count(*) FROM member_request") == (0,)


@pytest.mark.parametrize("wish", ["access", "erasure", "restriction", "portability", "objection"])
async def test_each_right_over_ones_data_is_answered_within_a_month(marie, one, wish) -> None:
    page = await ask(marie, "data", wish=wish, words="Voilà pourquoi")
    by = due_on(Clock(clock.today()), clock.today())
    assert f"We answer by {in_words(by)} at the latest." in page.text
    assert one("SELECT kind, about FROM member_request") == ("data", wish)


@pytest.mark.parametrize(
    ("kind", "wish", "enough"),
    [
        ("data", "access", True), ("data", "erasure", True), ("data", "portability", True), ("mandate", "stop", True),
        ("data", "objection", False), ("mandate", "amount", False), ("document", "letter", False),
    ],
)  # fmt: skip
async def test_words_are_needed_where_the_choice_does_not_say_it_all(marie, one, kind, wish, enough) -> None:
    page = await ask(marie, kind, wish=wish)
    assert page.status == (200 if enough else 422), page.text
    assert ("Tell us in a few words what you wish." in page.text) is not enough
    assert one("SELECT count(*) FROM member_request") == (int(enough),)


@pytest.mark.parametrize("kind", ["mandate", "data", "document"])
async def test_words_are_not_asked_for_before_the_choice_that_may_need_none(marie, kind) -> None:
    page = await ask(marie, kind)
    assert page.status == 422
    assert "Choose what you wish." in page.text
    assert "Tell us in a few words what you wish." not in page.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"wish": "letter", "words": "x" * 1001}, "At most 1000 characters fit here."),
        ({"wish": "letter", "words": f"Mon compte est {IBAN}."}, "take the account number out"),
        ({"wish": "letter", "words": IBAN.replace(" ", "").lower()}, "take the account number out"),
        ({"words": "La lettre de mars"}, "Choose what you wish."),
    ],
)
async def test_what_is_wrong_stands_beside_its_field_with_the_words_kept(marie, one, fields, words) -> None:
    page = await ask(marie, "document", **fields)
    assert page.status == 422
    assert words in page.text
    assert "Error:" in page.html.split("</title>")[0]
    assert page.form("/requests/new/document")["words"] == fields["words"]
    assert one("SELECT count(*) FROM member_request") == (0,)


@pytest.mark.parametrize("words", ["x" * 1000, "Mandat DON-1001-1, appelez le 06 12 34 56 78", IBAN[:-1] + "8"])
async def test_other_numbers_and_long_wishes_are_taken(marie, words) -> None:
    assert (await ask(marie, "other", words=words)).status == 200


async def test_what_the_form_does_not_offer_is_refused(marie, one) -> None:
    for kind, fields in (("document", {"wish": "stop"}), ("other", {"wish": "letter"}), ("data", {"state": "seen"})):
        assert (await ask(marie, kind, words="x", **fields)).status == 400
    assert (await marie.get("/requests/new/identity")).status == 404
    assert one("SELECT count(*) FROM member_request") == (0,)


async def test_the_same_is_asked_once_until_it_is_answered(marie, owner, one) -> None:
    first = await ask(marie, "data", wish="access")
    page = await ask(marie, "data", wish="access", words="Encore")
    assert page.status == 409
    assert "You have a request of this kind with us already" in page.text
    assert "If it is about something else, please call us on" in page.text
    assert first.path in page.links
    assert page.form("/requests/new/data")["words"] == "Encore"
    assert (await ask(marie, "data", wish="portability")).status == 200, "another subject is another request"
    assert one("SELECT count(*) FROM member_request") == (2,)
    owner.execute("UPDATE member_request SET state = 'accepted'")
    assert (await ask(marie, "data", wish="access")).status == 200
    assert one("SELECT count(*) FROM member_request") == (3,)


async def test_a_form_sent_twice_makes_one_request(marie, one) -> None:
    page = await marie.get("/requests/new/other")
    for _ in range(2):
        await marie.submit(page, "/requests/new/other", words="Une fois")
    assert one("SELECT count(*) FROM member_request") == (1,)


async def test_who_asks_too_much_in_a_day_is_asked_to_wait(marie, owner) -> None:
    for _ in range(REQUESTS.most):
        assert (await ask(marie, "other", words="Encore")).status == 200
        owner.execute("UPDATE member_request SET state = 'refused'")
    page = await ask(marie, "other", words="Encore")
    assert page.status == 429
    assert "You have sent us many requests today." in page.text


# What became of it


async def test_my_requests_stand_newest_first_with_state_and_answer(marie, number) -> None:
    today = clock.today()
    number(key="a", kind="document", about="letter", wish="Une lettre", state="seen", asked_on=today)
    number(key="b", wish="Un vœu ancien", state="refused", answer="Hélas non.", asked_on=today - timedelta(days=9))
    text = (await marie.get("/requests")).text
    assert text.index("Being looked at by our team") < text.index("Un vœu ancien")
    assert "Not accepted" in text
    assert "Our answer: Hélas non." in text


async def test_what_the_central_base_calls_by_a_name_of_its_own_is_shown_too(marie, number) -> None:
    request_id = number(kind="visit", state="received", wish="Une visite")
    assert "Something else Received by our team" in (await marie.get("/requests")).text
    assert "Une visite" in (await marie.get(f"/requests/{request_id}")).text


async def test_a_correction_of_the_name_stands_among_my_requests(marie, owner) -> None:
    page = await marie.get("/profile/name")
    await marie.client.post(
        "/profile/name",
        data={name: value for name, value in page.form("/profile/name").items() if name != "document"}
        | {"last_name": "Durand", "reason": "Mariage"},
        files={"document": ("", b"")},
    )
    page = await marie.get("/requests")
    assert "Name and registration Being looked at by our team" in page.text
    assert "/profile/changes" in page.links
    owner.execute("UPDATE correction_request SET decided_at = now()")
    owner.execute("UPDATE recorded_change SET status = 'refused', reason = 'Il manque un papier.'")
    assert "Not accepted" in (await marie.get("/requests")).text
    assert "Our answer: Il manque un papier." in (await marie.get("/requests")).text
    owner.execute("UPDATE recorded_change SET status = 'undone', reason = ''")
    assert "No request yet" in (await marie.get("/requests")).text


async def test_a_long_list_has_pages(marie, number) -> None:
    for count in range(31):
        number(key=str(count), state="accepted", asked_on=clock.today() - timedelta(days=count), wish=f"Vœu {count}.")
    assert "Vœu 30." not in (await marie.get("/requests")).text
    assert "Vœu 30." in (await marie.get("/requests?number=2")).text


async def test_somebody_elses_request_does_not_exist(enters, number) -> None:
    request_id = number(wish="Un secret")
    for person in (STRANGER, NADIA):
        walker = await enters(person)
        assert (await walker.get(f"/requests/{request_id}")).status == 404
        assert "Un secret" not in (await walker.get("/requests")).text


async def test_the_way_there_is_on_the_pages_where_one_looks_for_it(marie) -> None:
    for path, link in (("/", "/requests"), ("/profile", "/requests"), ("/preferences", "/rights")):
        assert link in (await marie.get(path)).links, path
    kinds = [link for link in (await marie.get("/requests/new")).links if link.startswith("/requests/new/")]
    assert len(kinds) == 5
    for link in kinds:
        assert (await marie.get(link)).status == 200


async def test_staff_who_look_see_no_button(editor, number, member_id) -> None:
    request_id, marie = number(), member_id(MARIE)
    page = await editor.get(f"/staff/members/{marie}")
    await editor.submit(page, f"/staff/members/{marie}/viewing", reason="Au téléphone")
    assert "/requests/new" not in (await editor.get("/requests")).links
    assert "Send my request" not in (await editor.get("/requests/new/other")).text
    assert (await editor.get(f"/requests/{request_id}")).status == 200
