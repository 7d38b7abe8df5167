"""The desk of requests: who may decide on what, until when, and how the member hears of it."""

from datetime import timedelta

import pytest

from portal import clock
from tests.personas import ADMINISTRATOR, COMPLIANCE, EDITOR, MARIE, NADIA
from tests.requests.conftest import answer, ask

MARIES = MARIE.email


async def test_an_answer_reaches_the_member(marie, editor, one, tell, mails, member_id) -> None:
    await ask(marie, "document", wish="letter", words="Celle de mars")
    [path] = [link for link in (await editor.get("/staff/requests")).links if link.startswith("/staff/requests/")]
    page = await editor.get(path)
    assert "Celle de mars" in page.text
    page = await editor.submit(page, f"{path}/seen")
    assert "The member sees that you are working on it." in page.text
    assert "Being looked at by our team" in (await marie.get("/requests")).text
    page = await editor.submit(page, f"{path}/answer", decision="accepted", answer="Elle est en route.\n\nMerci")
    assert page.path == "/staff/requests"
    assert "Nothing waits" in page.text
    text = (await marie.get("/requests")).text
    assert "Accepted" in text
    assert "Our answer: Elle est en route." in text
    state, seen, decided = one("SELECT state, seen_on, decided_on FROM member_request")
    assert (state, seen, decided) == ("accepted", clock.today(), clock.today())
    actor, data = one("SELECT actor, data FROM journal WHERE kind = 'request.answered'")
    assert actor.startswith("staff:")
    assert data == {"subject": "document", "accepted": True}
    assert one("SELECT member_id FROM journal WHERE kind = 'staff.member.viewed'") == (member_id(MARIE),)
    await tell()
    [mail] = mails.to(MARIES)
    assert "/requests" in mail.get_body(("plain",)).get_content()
    assert "en route" not in mail.as_string()
    assert "Celle de mars" not in mail.as_string()
    await tell()
    assert len(mails.to(MARIES)) == 1, "nobody is told twice"
    assert one("SELECT count(*) FROM journal WHERE kind = 'request.answered'") == (1,)


async def test_a_refusal_needs_words(editor, number, one) -> None:
    request_id = number()
    page = await answer(editor, request_id, decision="refused")
    assert page.status == 422
    assert "Say why. The member can read it." in page.text
    page = await answer(editor, request_id, decision="refused", answer="x" * 1001)
    assert "At most 1000 characters fit here." in page.text
    page = await answer(editor, request_id, answer="Oui ou non ?")
    assert "Accept or refuse." in page.text
    assert page.form(f"/staff/requests/{request_id}/answer")["answer"] == "Oui ou non ?"
    assert (await answer(editor, request_id, decision="maybe")).status == 400
    assert one("SELECT state FROM member_request") == ("saved",)
    await answer(editor, request_id, decision="refused", answer="Hélas non.")
    assert one("SELECT state, answer FROM member_request") == ("refused", "Hélas non.")


async def test_of_two_who_answer_the_first_one_holds(editor, enters, number, one) -> None:
    request_id = number()
    late = await enters(ADMINISTRATOR)
    form = await late.get(f"/staff/requests/{request_id}")
    await answer(editor, request_id, decision="accepted")
    page = await late.submit(form, f"/staff/requests/{request_id}/answer", decision="refused", answer="Non")
    assert "Somebody was faster" in page.text
    assert page.path == f"/staff/requests/{request_id}"
    page = await late.submit(form, f"/staff/requests/{request_id}/seen")
    assert "Somebody was faster" in page.text
    assert one("SELECT state, answer FROM member_request") == ("accepted", "")
    assert one("SELECT count(*) FROM journal WHERE kind = 'request.answered'") == (1,)


@pytest.mark.parametrize("person", [EDITOR, COMPLIANCE, ADMINISTRATOR])
async def test_rights_over_data_have_a_desk_of_their_own(enters, number, one, person) -> None:
    request_id = number(kind="data", about="access", wish="Une copie")
    walker = await enters(person)
    assert f"/staff/requests/{request_id}" not in (await walker.get("/staff/requests")).links
    assert (await walker.get(f"/staff/requests/{request_id}")).status == 404
    token = (await walker.get("/staff")).form("/sign-out")["csrf_token"]
    await walker.post(f"/staff/requests/{request_id}/answer", csrf_token=token, decision="accepted", answer="Oui")
    assert one("SELECT state FROM member_request") == ("saved",)


async def test_the_desk_tells_how_many_wait(enters, number) -> None:
    number(key="a", kind="data")
    number(key="b", about="b")
    for person, desks in ((EDITOR, 1), (COMPLIANCE, 2)):
        assert (await (await enters(person)).get("/staff")).text.count("1 waits") == desks


async def test_the_oldest_comes_first(enters, number) -> None:
    today = clock.today()
    number(key="new", asked_on=today)
    number(key="old", asked_on=today - timedelta(days=60), person=NADIA)
    text = (await (await enters(COMPLIANCE)).get("/staff/requests")).text
    assert text.index("Nadia Benali") < text.index("Marie Dupont")


@pytest.mark.parametrize("there", [{"central_id": "17", "state": "received"}, {"attempts": 1}])
async def test_a_request_that_the_central_base_keeps_or_may_have_is_answered_there(editor, number, one, there) -> None:
    request_id = number(**there)
    page = await editor.get(f"/staff/requests/{request_id}")
    assert "it is answered there" in page.text
    assert "Send the answer" not in page.text
    token = page.form("/sign-out")["csrf_token"]
    for path, fields in (("answer", {"decision": "accepted", "answer": "Oui"}), ("seen", {})):
        page = await editor.post(f"/staff/requests/{request_id}/{path}", csrf_token=token, **fields)
        assert "Somebody was faster" in page.text
    assert one("SELECT state FROM member_request") == (there.get("state", "saved"),)


async def test_a_request_that_the_central_base_refused_is_answered_here(editor, number, one) -> None:
    request_id = number(undelivered="The central base does not know this kind.", attempts=1)
    assert "The central base did not take this request" in (await editor.get(f"/staff/requests/{request_id}")).text
    await answer(editor, request_id, decision="accepted")
    assert one("SELECT state FROM member_request") == ("accepted",)


async def test_an_answer_that_came_from_the_central_base_is_told_and_noted(marie, number, one, tell, mails) -> None:
    number(central_id="17", state="refused", answer="Hélas non.", decided_on=clock.today())
    await tell()
    [mail] = mails.to(MARIES)
    assert "Hélas" not in mail.as_string()
    actor, data = one("SELECT actor, data FROM journal WHERE kind = 'request.answered'")
    assert (actor, data) == ("central base", {"subject": "other", "accepted": False})


async def test_an_answer_of_long_ago_is_news_to_nobody(number, one, tell, mails) -> None:
    number(central_id="17", state="accepted", decided_on=clock.today() - timedelta(days=31))
    await tell()
    assert mails.mails == []
    assert one("SELECT told_at FROM member_request") == (None,)


async def test_who_gets_two_answers_at_once_gets_one_mail(number, tell, mails) -> None:
    for key in ("a", "b"):
        number(key=key, state="accepted", decided_on=clock.today())
    await tell()
    assert len(mails.to(MARIES)) == 1


async def test_no_mail_goes_where_mails_come_back_from(owner, number, tell, mails) -> None:
    owner.execute("UPDATE email_address SET bounced_on = current_date")
    number(state="accepted", decided_on=clock.today())
    await tell()
    assert mails.mails == []


@pytest.mark.parametrize("gone", ["closed = true", "deceased_on = '2026-01-01'"])
async def test_no_mail_goes_to_who_can_no_longer_read_the_answer(owner, number, tell, mails, gone) -> None:
    owner.execute(f"UPDATE member SET {gone}")
    number(state="accepted", decided_on=clock.today())
    await tell()
    assert mails.mails == []


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_the_mail_speaks_the_members_language(owner, number, tell, mails, language) -> None:
    owner.execute("UPDATE member SET language = %s", [language])
    number(state="accepted", decided_on=clock.today())
    await tell()
    content = mails.to(MARIES)[0].get_body(("plain",)).get_content()
    assert content.startswith({"fr": "Bonjour,", "en": "Hello,"}[language])
