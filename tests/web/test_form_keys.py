"""A double click, a press after “back”, a second try: one effect."""

import asyncio

from tests.personas import MARIE


async def letter_form(editor):
    page = await editor.get("/staff/letters")
    return page.form("/staff/letters") | {"numbers": MARIE.number}


async def test_ten_presses_at_once_have_one_effect_and_lead_to_the_same_page(editor, owner) -> None:
    fields = await letter_form(editor)
    answers = await asyncio.gather(*(editor.post("/staff/letters", follow=False, **fields) for _ in range(10)))
    assert {answer.status for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert owner.execute("SELECT count(*) FROM letter_batch").fetchone() == (1,)


async def test_a_press_after_going_back_leads_where_the_first_one_led(editor, owner) -> None:
    fields = await letter_form(editor)
    first = await editor.post("/staff/letters", **fields)
    again = await editor.post("/staff/letters", **fields)
    assert again.path == first.path
    assert owner.execute("SELECT count(*) FROM letter_batch").fetchone() == (1,)


async def test_each_form_that_is_shown_counts_for_itself(editor, owner) -> None:
    for _ in range(2):
        await editor.post("/staff/letters", **(await letter_form(editor)))
    assert owner.execute("SELECT count(*) FROM letter_batch").fetchone() == (2,)


async def test_a_form_that_came_back_with_an_error_may_be_sent_again(editor, owner) -> None:
    fields = await letter_form(editor)
    assert (await editor.post("/staff/letters", **(fields | {"numbers": ""}))).status == 422
    await editor.post("/staff/letters", **fields)
    assert owner.execute("SELECT count(*) FROM letter_batch").fetchone() == (1,)


async def test_a_double_click_on_the_sign_in_page_sends_one_mail(visitor, work_off, mails) -> None:
    walker = visitor()
    fields = (await walker.get("/sign-in")).form("/sign-in") | {"email": MARIE.email}
    await asyncio.gather(*(walker.post("/sign-in", **fields) for _ in range(3)))
    await work_off()
    assert len(mails.to(MARIE.email)) == 1


async def test_only_the_keys_hash_is_stored(editor, owner) -> None:
    fields = await letter_form(editor)
    await editor.post("/staff/letters", **fields)
    assert fields["form_key"] not in str(owner.execute("SELECT * FROM form_key").fetchall())
