"""What is about other people is left out by an officer, with a reason, before the answer is given."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest

from portal.exports import store
from portal.jobs import defer
from portal.pdf import Printer
from portal.web import session
from tests.personas import EDITOR, MARIE

NOTE = "Marie écrit que sa voisine Odette Blanc ne reçoit rien."


@pytest.fixture
async def path(built, owner) -> str:
    owner.execute(
        "INSERT INTO member_request (key, member_id, kind, about, wish) "
        "SELECT 'k' || n, id, 'other', n, CASE n WHEN 1 THEN %s ELSE 'Odette ?' END "
        "FROM member, generate_series(1, 2) AS n WHERE number = %s",
        [NOTE, MARIE.number],
    )
    return f"/staff/exports/{await built()}"


async def test_a_passage_and_a_record_are_left_out_and_the_answer_says_so(
    officer, path, opened, work_off, owner
) -> None:
    requests = await of_requests(officer, path)
    for words, field, passage in ((NOTE, "wish", "Odette Blanc"), ("Odette ?", "*", "")):
        form = await find(officer, requests, words)
        wrong = await officer.submit(form, form.path, field=field, passage="Simone", reason="")
        assert wrong.status == 422
        assert "Say why" in wrong.text
        await officer.submit(form, form.path, field=field, passage=passage, reason="About a neighbour.")
    page = await officer.get(path)
    assert "build it anew" in page.text
    assert "The answer is being built" in (await officer.submit(page, f"{path}/rebuild")).html
    owner.execute("UPDATE extract_order SET done_at = now()")
    await work_off()
    answer = await opened(path.rpartition("/")[2])
    assert [told["wish"] for told in json.loads(answer.read("data/requests.json"))] == [
        NOTE.replace("Odette Blanc", "[…]")
    ]
    for name in answer.namelist():
        assert b"Odette" not in answer.read(name), name
    assert json.loads(answer.read("manifest.json"))["left_out_about_other_people"] == 2
    assert "In 2 places something is left out" in answer.read("reponse.html").decode()
    kinds = [kind for (kind,) in owner.execute("SELECT kind FROM journal WHERE member_id IS NOT NULL ORDER BY id")]
    assert kinds.count("export.cut") == 2
    assert {"export.looked_at", "export.built"} <= set(kinds)


async def of_requests(officer, path: str) -> str:
    """The address of the list of what Marie has asked."""
    for number in (1, 2, 3):
        page = await officer.get(f"{path}?number={number}")
        for link in page.links:
            if "/records/" in link and "What you have asked of us" in (await officer.get(link)).text:
                return str(link)
    raise AssertionError("no requests in the answer")


async def find(officer, requests: str, words: str):
    page = await officer.get(requests)
    forms = [await officer.get(link) for link in page.links if link.startswith(f"{requests}/")]
    return next(form for form in forms if words in form.text)


async def test_what_is_put_back_is_in_the_answer_again(officer, path, opened, work_off, owner) -> None:
    form = await find(officer, await of_requests(officer, path), NOTE)
    page = await officer.submit(form, form.path, field="*", reason="By mistake.")
    [(cut,)] = owner.execute("SELECT id FROM redaction").fetchall()
    page = await officer.submit(page, f"{path}/cuts/{cut}/removal")
    assert "The answer is being built" in (await officer.submit(page, f"{path}/rebuild")).html
    owner.execute("UPDATE extract_order SET done_at = now()")
    await work_off()
    answer = await opened(path.rpartition("/")[2])
    assert len(json.loads(answer.read("data/requests.json"))) == 2


async def test_an_answer_that_holds_too_much_is_not_released_before_it_is_built_anew(
    officer, path, owner, database, work_off
) -> None:
    """Nor is what somebody signed, or looked at for data of others, the answer that is built afterwards."""
    export_id = UUID(path.rpartition("/")[2])
    form = await find(officer, await of_requests(officer, path), NOTE)
    owner.execute(
        "WITH request AS (UPDATE member_request SET kind = 'data', about = 'access' WHERE about = '2' RETURNING *) "
        "INSERT INTO data_case (request_id, member_id, received_on, channel, identity, third_parties, signed_by) "
        "SELECT id, member_id, asked_on, 'portal', 'signed_in', false, 'staff:a' FROM request"
    )
    owner.execute("UPDATE data_export SET request_id = (SELECT request_id FROM data_case)")
    await officer.submit(form, form.path, field="*", reason="About a neighbour.")
    async with database.begin() as db:
        await session.reveal(db, staff_id=uuid4())
        with pytest.raises(store.NotReady):
            await store.release(db, export_id, actor="staff:tests")
    assert owner.execute("SELECT signed_by, third_parties FROM data_case").fetchone() == ("", None)
    owner.execute("UPDATE data_case SET third_parties = true, signed_by = 'staff:a'")
    await officer.submit(await officer.get(path), f"{path}/rebuild")
    await work_off()
    assert owner.execute("SELECT signed_by, third_parties FROM data_case").fetchone() == ("", True)
    async with database.begin() as db:
        await session.reveal(db, staff_id=uuid4())
        await store.release(db, export_id, actor="staff:tests")


TELL = """INSERT INTO extract_row (order_id, position, record_set, record)
    SELECT id, 1, 'notes', '{"note": "Odette Blanc"}' FROM extract_order"""


async def test_what_was_cut_out_of_the_central_records_stays_out_of_every_later_building(
    officer, order, go_on, opened, owner, work_off
) -> None:
    """Told apart by its content alone, a record that has changed there is not known again: nothing is built then."""
    export_id = await order()
    path = f"/staff/exports/{export_id}"
    owner.execute(TELL)
    owner.execute("UPDATE extract_order SET done_at = now()")
    await work_off()
    [file] = owner.execute("SELECT number FROM export_file WHERE name = 'data/central-records.json'").fetchone()
    form = await officer.get(f"{path}/records/{file}/0")
    await officer.submit(form, form.path, field="note", passage="Odette Blanc", reason="A neighbour.")
    await officer.submit(await officer.get(path), f"{path}/rebuild")
    await work_off()
    answer = await opened(export_id)
    assert b"Odette" not in answer.read("data/central-records.json")
    owner.execute("UPDATE extract_row SET record = record || '{\"seen\": 1}'")
    await officer.submit(await officer.get(path), f"{path}/rebuild")
    for _ in range(5):
        await go_on()
    assert owner.execute("SELECT state, problem FROM data_export").fetchone() == ("failed", "CutNotFound")


async def test_what_an_earlier_building_still_had_in_hand_does_not_come_into_the_next(
    order, go_on, opened, owner, work_off, monkeypatch
) -> None:
    """Laying out takes a minute, in which no transaction is open."""
    papers = [b"%PDF-earlier"]

    async def render(self, sheet) -> bytes:
        paper = papers.pop() if papers else b"%PDF-anew"
        if paper == b"%PDF-earlier":  # an officer has it built anew, with something left out
            for act in (
                "DELETE FROM export_part",
                "DELETE FROM export_file",
                "UPDATE data_export SET state = 'ordered', ordered_at = clock_timestamp()",
            ):
                await asyncio.to_thread(owner.execute, act)  # the worker's other jobs may hold the same rows
        return paper

    monkeypatch.setattr(Printer, "render", render)
    export_id = await order()
    owner.execute("UPDATE extract_order SET done_at = now()")
    await work_off()
    await go_on()
    assert (await opened(export_id)).read("reponse.pdf") == b"%PDF-anew"


async def test_after_release_nothing_is_left_out_any_more(officer, path, owner) -> None:
    form = await find(officer, await of_requests(officer, path), NOTE)
    owner.execute("UPDATE data_export SET state = 'released', released_at = now()")
    page = await officer.submit(form, form.path, field="*", reason="Too late.")
    assert "It has gone on meanwhile" in page.html
    assert owner.execute("SELECT count(*) FROM redaction").fetchone() == (0,)


async def test_editors_do_not_see_answers(visitor, path) -> None:
    editor = visitor()
    await editor.enter(EDITOR)
    assert (await editor.get(path)).status == 404


async def test_a_building_that_waits_in_the_queue_already_is_no_reason_to_fail(officer, path, database) -> None:
    export_id = path.rpartition("/")[2]
    async with database.begin() as db:
        await defer(db, "exports.build", once=f"export {export_id}", export_id=export_id)
    page = await officer.submit(await officer.get(path), f"{path}/rebuild")
    assert "The answer is being built" in page.html
