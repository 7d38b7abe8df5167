from datetime import timedelta

import pytest

from portal import clock
from tests.personas import MARIE, NADIA, READER


async def write(editor, path, **fields):
    page = await editor.submit(await editor.get(path), f"{path}/preview", **fields)
    assert page.status == 200, page.text
    return await editor.submit(page, path)


async def test_a_message_is_previewed_then_saved_and_seen_at_once(editor, visitor, owner, member_id) -> None:
    path = f"/staff/members/{member_id(NADIA)}/memo"
    page = await editor.get(path)
    page = await editor.submit(page, f"{path}/preview", body="Bonjour <Nadia>,\n\nmerci !")
    assert "Bonjour &lt;Nadia&gt;," in page.html
    nadia = visitor()
    await nadia.enter(NADIA)
    assert "merci !" not in (await nadia.get("/")).text, "a preview shows nothing to the member"
    page = await editor.submit(page, path)
    assert "The message is saved" in page.text
    assert "A message for you Bonjour <Nadia>, merci !" in (await nadia.get("/")).text


async def test_dates_decide_whether_it_is_shown(editor, visitor, owner, member_id) -> None:
    path = f"/staff/members/{member_id(NADIA)}/memo"
    nadia = visitor()
    await nadia.enter(NADIA)
    today = clock.today()
    for starts, ends, shown in (
        (today, today, True),
        (today + timedelta(days=1), None, False),
        (None, today - timedelta(days=1), False),
        (None, None, True),
    ):
        await write(editor, path, body="Un mot", starts_on=str(starts or ""), ends_on=str(ends or ""))
        assert ("Un mot" in (await nadia.get("/")).text) is shown, (starts, ends)


async def test_the_general_message_is_for_those_without_their_own(editor, visitor) -> None:
    await write(editor, "/staff/memo", body="Bonne année à tous")
    nadia, marie = visitor(), visitor()
    await nadia.enter(NADIA)
    await marie.enter(MARIE)
    assert "Bonne année à tous" in (await nadia.get("/")).text
    assert "Bonne année à tous" not in (await marie.get("/")).text


async def test_a_members_message_goes_to_the_central_base_and_the_general_one_does_not(
    editor, owner, member_id
) -> None:
    await write(editor, "/staff/memo", body="Bonne année à tous")
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,)
    await write(editor, f"/staff/members/{member_id(NADIA)}/memo", body="Un mot", ends_on="2030-01-31")
    group, old, new, actor = owner.execute("SELECT field_group, old, new, actor FROM recorded_change").fetchone()
    assert (group, old, new) == ("memo", None, {"body": "Un mot", "starts_on": None, "ends_on": "2030-01-31"})
    assert actor.startswith("staff:")


async def test_removing_a_message_ends_it(editor, visitor, owner, member_id) -> None:
    path = f"/staff/members/{member_id(MARIE)}/memo"
    page = await editor.submit(await editor.get(path), f"{path}-removal")
    assert "The message is removed" in page.text
    marie = visitor()
    await marie.enter(MARIE)
    assert "votre fidélité" not in (await marie.get("/")).text
    assert owner.execute("SELECT new FROM recorded_change").fetchone() == (None,)


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("body", "", "Write a message"),
        ("body", "x" * 2001, "2001 characters, at most 2000"),
        ("starts_on", "32/12/2026", "Enter a date such as"),
        ("ends_on", "2000-01-01", "The last day is before the first day."),
    ],
)
async def test_wrong_input_is_met_beside_its_field_with_the_words_kept(editor, field, typed, message) -> None:
    page = await editor.get("/staff/memo")
    fields = {"body": "Un mot", "starts_on": "2026-01-01"} | {field: typed}
    page = await editor.submit(page, "/staff/memo/preview", **fields)
    assert page.status == 422
    assert message in page.text
    assert page.form("/staff/memo/preview")[field] == typed


async def test_who_may_only_read_cannot_write(visitor, owner, member_id) -> None:
    reader = visitor()
    await reader.enter(READER)
    path = f"/staff/members/{member_id(NADIA)}"
    page = await reader.get(path)
    assert page.status == 200
    assert f"{path}/memo" not in page.links
    assert (await reader.get(f"{path}/memo")).status == 404
    assert (await reader.submit(page, f"{path}/viewing", to=f"{path}/memo", body="x")).status == 404


async def test_writing_is_journalled_with_before_and_after(editor, owner, member_id) -> None:
    await write(editor, f"/staff/members/{member_id(MARIE)}/memo", body="Nouveau")
    (data,) = owner.execute("SELECT data FROM journal WHERE kind = 'memo.set'").fetchone()
    assert data["old"]["body"].startswith("Chère Marie")
    assert data["new"]["body"] == "Nouveau"


async def test_two_editors_never_overwrite_each_other_unnoticed(editor, visitor, owner, member_id) -> None:
    path = f"/staff/members/{member_id(MARIE)}/memo"
    late = await editor.submit(await editor.get(path), f"{path}/preview", body="Du second")
    await write(editor, path, body="Du premier")
    page = await editor.submit(late, path)
    assert page.status == 409
    assert "Somebody else changed this message" in page.text
    assert "Du premier" in page.text
    assert page.form(f"{path}/preview")["body"] == "Du second"
    assert owner.execute("SELECT body FROM memo WHERE member_id IS NOT NULL").fetchone() == ("Du premier",)
    await editor.submit(await editor.submit(page, f"{path}/preview"), path)
    assert owner.execute("SELECT body FROM memo WHERE member_id IS NOT NULL").fetchone() == ("Du second",)


async def test_nor_their_english(editor, owner, member_id) -> None:
    path = f"/staff/members/{member_id(MARIE)}/memo"
    late = await editor.submit(await editor.get(path), f"{path}/preview", body="Du second")
    await editor.submit(await editor.submit(await editor.get(path), f"{path}/preview", english="The first's"), path)
    page = await editor.submit(late, path)
    assert page.status == 409
    assert "The first's" in page.text
    assert owner.execute("SELECT body FROM memo_translation").fetchone() == ("The first's",)


async def test_the_member_can_see_that_staff_opened_what_was_written_to_them(editor, owner, member_id) -> None:
    await editor.get(f"/staff/members/{member_id(MARIE)}/memo")
    await editor.get("/staff/memo")
    noted = owner.execute("SELECT member_id FROM journal WHERE kind = 'staff.member.viewed'").fetchall()
    assert noted == [(member_id(MARIE),)]
