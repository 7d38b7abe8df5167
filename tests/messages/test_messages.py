"""A message for many: for whom it is, how it is published, and how it is taken back as a whole."""

import re
from uuid import UUID

import pytest
from sqlalchemy import text

from portal.database import Database, role_url
from portal.messages import tasks
from portal.messages.tasks import address_some
from tests.personas import BAKERY, GEORGES, MARIE, NADIA, STRANGER, THIS_YEAR

PLAIN = {"title": "Merci", "body_fr": "Merci à vous", "body_en": "Thanks to you"}


async def write(editor, **fields: str):
    """The page of the new draft."""
    page = await editor.get("/staff/messages/new")
    return await editor.submit(page, "/staff/messages", **(PLAIN | fields))


async def upload(editor, content: bytes, **fields: str):
    """The same with a file."""
    typed = (await editor.get("/staff/messages/new")).form("/staff/messages") | PLAIN | fields
    typed.pop("file")
    answer = await editor.client.post("/staff/messages", data=typed, files={"file": ("x.csv", content, "text/csv")})
    return await editor.get(answer.headers["location"]) if answer.status_code == 303 else answer


async def publish(editor, page, work_off=None):
    page = await editor.submit(page, f"{page.path}/publication")
    if work_off:
        await work_off()
    return await editor.get(page.path)


@pytest.fixture
def reads(visitor):
    """Does this person find the message at home?"""

    async def look(person) -> bool:
        walker = visitor()
        await walker.enter(person)
        return "Thanks to you" in (await walker.get("/")).text

    return look


async def test_one_for_everybody_is_seen_once_it_is_published_and_no_more_once_withdrawn(editor, reads, owner) -> None:
    page = await write(editor, audience="everybody")
    assert "These are 6 members today." in page.text, "neither deceased nor gone"
    assert not await reads(NADIA)
    page = await publish(editor, page)
    assert await reads(NADIA)
    assert await reads(MARIE)
    assert "Seen by 2 members" in (await editor.get(page.path)).text
    page = await editor.submit(page, f"{page.path}/withdrawal")
    assert not await reads(NADIA)
    assert "Seen by 2 members" in page.text, "what was shown stays known"


async def test_a_list_reaches_its_numbers_and_lists_back_those_that_reach_nobody(editor, reads, work_off) -> None:
    page = await write(editor, audience="numbers", numbers=f"1002, 9999;{GEORGES.number}\n{BAKERY.number} 1002")
    assert "4 member numbers These are 2 members today." in page.text
    assert "9999 – no record has this number" in page.text
    assert "1007 – the record is closed, or the member is deceased" in page.text
    page = await publish(editor, page, work_off)
    assert "The list is complete: 2 members." in page.text
    assert "9999" in page.text
    assert [await reads(person) for person in (NADIA, BAKERY, MARIE, STRANGER)] == [True, True, False, False]


@pytest.mark.parametrize(
    "content",
    [
        "Numéro;Nom\r\n1002;Benali\r\n9999;Étranger\r\n".encode(),
        '\ufeffNuméro,Nom\n"1002",Benali\n9999,x\n'.encode(),
        "1002\tBenali\n9999\tÉtranger".encode("cp1252"),
    ],
)
async def test_a_list_may_come_as_a_file(editor, content) -> None:
    page = await upload(editor, content, audience="numbers")
    assert "2 member numbers This is 1 member today." in page.text
    assert "9999 – no record has this number" in page.text


async def test_a_file_that_is_no_text_is_refused_with_the_words_kept(editor) -> None:
    answer = await upload(editor, b"PK\x03\x04\0\0", audience="numbers")
    assert answer.status_code == 422
    assert "This file cannot be read" in answer.text
    assert "Merci à vous" in answer.text


async def test_a_selection_reaches_those_who_fit_on_the_day(editor, reads, owner, work_off) -> None:
    await keep(editor, "Lyon", postcode="69")
    number = str(owner.execute("SELECT id FROM saved_selection").fetchone()[0])
    page = await write(editor, audience="selection", selection=number)
    assert "Selection: Lyon This is 1 member today." in page.text
    await keep(editor, "Lyon", postcode="29")
    page = await publish(editor, page, work_off)
    assert [await reads(person) for person in (MARIE, STRANGER)] == [True, False], "as it was when it was chosen"


async def keep(editor, name: str, **fields: str):
    return await editor.submit(await editor.get("/staff/selections"), "/staff/selections", name=name, **fields)


async def test_members_see_it_only_when_the_whole_list_is_written(editor, reads, work_off, owner) -> None:
    page = await publish(editor, await write(editor, audience="numbers", numbers="1001 1002"))
    assert "The list of members is being written: 0 of" in page.text
    assert page.headers["refresh"] == "1"
    assert not await reads(NADIA)
    await work_off()
    assert await reads(NADIA)


async def test_a_stopped_worker_goes_on_where_it_was(editor, owner, monkeypatch, settings) -> None:
    monkeypatch.setattr(tasks, "CHUNK", 2)
    page = await publish(editor, await write(editor, audience="numbers", numbers="1001 1002 1003 1004 1005"))
    message_id = UUID(page.path.rsplit("/", 1)[1])
    progress = "SELECT wanted, addressee_count, addressed_at IS NULL FROM message"
    worker = Database(role_url(settings.database_url, settings.secret_key, "portal_worker"))
    async with worker.begin() as db:
        assert await address_some(db, message_id)
    assert owner.execute(progress).fetchone() == (5, 2, True)
    async with worker.session() as db:
        await address_some(db, message_id)  # the worker dies before this part is committed
    assert owner.execute(progress).fetchone() == (5, 2, True)
    for going in (True, False, False):
        async with worker.begin() as db:
            assert await address_some(db, message_id) is going
    assert owner.execute(progress).fetchone() == (5, 5, False)
    assert owner.execute("SELECT count(*), count(DISTINCT member_id) FROM message_addressee").fetchone() == (5, 5)
    await worker.close()


async def test_one_that_is_withdrawn_meanwhile_is_not_written_further(editor, owner, work_off, reads) -> None:
    page = await publish(editor, await write(editor, audience="numbers", numbers="1001 1002"))
    await editor.submit(page, f"{page.path}/withdrawal")
    await work_off()
    assert owner.execute("SELECT count(*) FROM message_addressee").fetchone() == (0,)
    assert not await reads(NADIA)


async def test_a_published_message_is_not_rewritten_and_two_editors_do_not_overwrite_each_other(editor, owner) -> None:
    page = await write(editor, audience="everybody")
    path = page.path
    early, late = await editor.get(f"{path}/form"), await editor.get(f"{path}/form")
    await editor.submit(early, path, title="Du premier")
    late = await editor.submit(late, path, title="Du second")
    assert late.status == 409
    assert "A colleague changed or published this message meanwhile" in late.text
    assert owner.execute("SELECT title FROM message").fetchone() == ("Du premier",)
    form = await editor.get(f"{path}/form")
    await publish(editor, await editor.get(path))
    assert (await editor.submit(form, path, title="Trop tard")).status == 409
    assert (await editor.get(f"{path}/form")).status == 404


async def test_rewriting_keeps_the_numbers_unless_others_are_given(editor, owner) -> None:
    page = await write(editor, audience="numbers", numbers="1001 1002")
    form = await editor.get(f"{page.path}/form")
    assert "2 numbers are kept" in form.text
    await editor.submit(form, page.path, title="Autre titre")
    assert owner.execute("SELECT title, numbers FROM message").fetchone() == ("Autre titre", ["1001", "1002"])
    await editor.submit(await editor.get(f"{page.path}/form"), page.path, numbers="1003")
    assert owner.execute("SELECT numbers FROM message").fetchone() == (["1003"],)


WRONG = (
    ("title", "", "Give the message a title"),
    ("body_en", "", "Write the message in both languages"),
    ("body_fr", "Cher {nom}", "There is no value called {nom}"),
    ("ends_on", "2000-01-01", "The last day is before the first day."),
    ("audience", "", "Choose for whom the message is."),
    ("numbers", "", "Enter at least one member number."),
    ("selection", "", "Choose one of the kept selections."),
)


async def test_wrong_input_is_met_beside_its_field_with_the_words_kept(editor) -> None:
    for field, typed, message in WRONG:
        audience = field if field in {"numbers", "selection"} else "everybody"
        page = await write(editor, **({"audience": audience, "starts_on": "2026-01-01"} | {field: typed}))
        assert page.status == 422, field
        assert message in page.text
        assert page.form("/staff/messages")["body_fr"] == (typed if field == "body_fr" else "Merci à vous")


async def test_a_draft_is_previewed_on_the_home_page_of_a_member(editor, owner, member_id) -> None:
    page = await write(editor, audience="everybody", body_fr="Merci {last_name}")
    path = f"{page.path}/preview"
    shown = await editor.submit(page, path, number="1001")
    assert "votre fidélité. Merci Dupont" in shown.text, "below the personal memo"
    assert (await editor.submit(page, path, number="0")).status == 422
    rows = owner.execute("SELECT member_id FROM journal WHERE kind = 'memo.previewed'").fetchall()
    assert rows == [(member_id(MARIE),)]


async def test_its_history_names_who_did_what(editor, reads) -> None:
    page = await publish(editor, await write(editor, audience="everybody"))
    page = await editor.submit(page, f"{page.path}/withdrawal")
    for words in ("written", "published", "withdrawn"):
        assert f"Editor – Message to several members {words}" in page.text


async def test_a_donor_sees_messages_for_them_and_no_list_of_others(database, visitor, editor, work_off) -> None:
    """Row-level security: the web's role, asked for everything."""
    await publish(editor, await write(editor, audience="numbers", numbers="1001 1002"), work_off)
    await write(editor, audience="everybody", title="Brouillon")
    walker = visitor()
    await walker.enter(STRANGER)
    for person, titles, addressees in ((NADIA, ["Merci"], 1), (STRANGER, [], 0)):
        async with database.begin() as db:
            number = "SELECT set_config('portal.member', '{}', true)"
            found = walker.owner.execute("SELECT id FROM member WHERE number = %s", [person.number]).fetchone()
            await db.execute(text(number.format(found[0])))
            assert (await db.scalars(text("SELECT title FROM message"))).all() == titles
            assert await db.scalar(text("SELECT count(*) FROM message_addressee")) == addressees


SELECTIONS = [
    ({"last_gift_from": f"{THIS_YEAR}-01-01"}, 2),
    ({"last_gift_until": f"{THIS_YEAR}-01-31"}, 1),
    ({"last_gift_from": "2999-01-01"}, 0),
    ({"campaign": "c1"}, 1),
    ({"mandate": "active"}, 1),
    ({"mandate": "none"}, 5),
    ({"receipts": "post"}, 6),
    ({"receipts": "email"}, 0),
    ({"postcode": "29"}, 1),
    ({"language": "en"}, 0),
    ({"kind": "company"}, 1),
    ({"kind": "person", "postcode": "69", "mandate": "active"}, 1),
]


async def test_a_selection_is_counted_before_it_is_kept(editor, owner) -> None:
    campaign = str(owner.execute("SELECT id FROM campaign").fetchone()[0])
    page = await editor.get("/staff/selections")
    for fields, numbers in SELECTIONS:
        chosen = fields | ({"campaign": campaign} if "campaign" in fields else {})
        counted = await editor.submit(page, "/staff/selections", to="/staff/selections/count", **chosen)
        assert re.findall(r"(\d+) members? fits? today", counted.text) == [str(numbers)], fields
        assert chosen.items() <= counted.form("/staff/selections").items(), "what was chosen stays"
    refused = await editor.submit(page, "/staff/selections", to="/staff/selections/count", postcode="%")
    assert refused.status == 422


async def test_a_selection_is_kept_changed_and_removed(editor, owner) -> None:
    await keep(editor, "Lyon", postcode="69")
    number = owner.execute("SELECT id FROM saved_selection").fetchone()[0]
    page = await editor.get(f"/staff/selections/{number}")
    assert page.form("/staff/selections")["postcode"] == "69"
    page = await editor.submit(page, f"/staff/selections/{number}/removal")
    assert "The selection is removed" in page.text
    assert owner.execute("SELECT count(*) FROM saved_selection").fetchone() == (0,)


async def test_as_many_numbers_as_are_offered_fit_into_the_file(editor, owner) -> None:
    page = await upload(editor, "\n".join(map(str, range(1_000_000, 1_250_000))).encode(), audience="numbers")
    assert page.status == 200
    assert owner.execute("SELECT cardinality(numbers) FROM message").fetchone() == (250_000,)
