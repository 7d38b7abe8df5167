"""The preview is the member's own home page, read only, and the member can see that somebody looked."""

from tests.personas import MARIE, NADIA


async def preview(editor, path: str, **fields: str):
    return await editor.submit(await editor.get(path), f"{path}/preview", **fields)


async def test_it_is_the_home_page_of_that_member_with_the_unsaved_text(editor, owner, member_id) -> None:
    path = f"/staff/members/{member_id(MARIE)}/memo"
    owner.execute("UPDATE member SET language = 'en' WHERE number = '1001'")
    page = await preview(editor, path, body="Bonjour", english="Hello, {last_gift}")
    assert page.text.startswith("Hello Marie A message for you Hello, €50.00")
    assert "Your next direct debit" in page.text
    assert "Chère Marie" not in page.text, "the unsaved text stands in the place of the saved one"
    assert "Preview: the home page as Marie Dupont will see it" in page.html
    assert owner.execute("SELECT count(*) FROM memo_shown").fetchone() == (0,)


async def test_it_is_in_the_members_language_and_in_the_other_one_when_asked(editor, member_id) -> None:
    path = f"/staff/members/{member_id(MARIE)}/memo"
    page = await preview(editor, path, body="Votre don : {last_gift}", english="Your gift: {last_gift}")
    assert "Votre don : 50,00" in page.text
    assert '<html lang="fr">' in page.html
    page = await editor.submit(page, f"{path}/preview")  # the last form with this address turns the language
    assert "Your gift: €50.00" in page.text
    assert '<html lang="en">' in page.html


async def test_nothing_can_be_changed_there_but_the_text_itself(editor, owner, member_id) -> None:
    owner.execute("UPDATE contact_choice SET checked_on = NULL")
    path = f"/staff/members/{member_id(NADIA)}/memo"
    page = await preview(editor, path, body="Bonjour")
    actions = {form.get("action") for form in page.tree.iterfind(".//form[@method='post']")}
    assert actions == {path, f"{path}/form", f"{path}/preview", "/visit/extension"}


async def test_the_member_can_see_that_staff_looked(editor, owner, member_id) -> None:
    await preview(editor, f"/staff/members/{member_id(MARIE)}/memo", body="Bonjour")
    rows = owner.execute("SELECT member_id, actor FROM journal WHERE kind = 'memo.previewed'").fetchall()
    assert [row[0] for row in rows] == [member_id(MARIE)]
    assert rows[0][1].startswith("staff:")


async def test_the_general_memo_is_previewed_on_a_named_members_page_or_with_invented_values(editor, owner) -> None:
    page = await preview(editor, "/staff/memo", body="Cher {last_name}", number="1002")
    assert "Cher Benali" in page.text
    page = await preview(editor, "/staff/memo", body="Cher {last_name}")
    assert "Cher Exemple" in page.text
    page = await preview(editor, "/staff/memo", body="Cher {last_name}", number="999")
    assert page.status == 422
    assert "No member has this number." in page.text
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'memo.previewed'").fetchone() == (1,)


async def test_an_unknown_value_is_named_beside_its_field(editor) -> None:
    for field in ("body", "english"):
        page = await preview(editor, "/staff/memo", **({"body": "x"} | {field: "Cher {nom}"}))
        assert page.status == 422
        assert "There is no value called {nom}. These are: {civility}, {first_name}" in page.text
