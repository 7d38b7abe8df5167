"""Where the installation asks for four eyes, nobody publishes what they wrote themselves."""

from dataclasses import replace

import pytest

from portal.app import build
from tests.personas import ADMINISTRATOR, EDITOR, MARIE, NADIA
from tests.walker import Walker


@pytest.fixture
def settings(settings):
    return replace(settings, memo_four_eyes=True)


@pytest.fixture
def desk(settings, database, owner):
    async def enter(person) -> Walker:
        walker = Walker(build(settings, database), settings, owner)
        await walker.enter(person)
        return walker

    return enter


@pytest.fixture
def path(member_id) -> str:
    return f"/staff/members/{member_id(NADIA)}/memo"


async def propose(walker: Walker, path: str, body: str):
    page = await walker.submit(await walker.get(path), f"{path}/preview", body=body)
    return await walker.submit(page, path)


async def memo_of(walker: Walker) -> str:
    return (await walker.get("/")).text


async def test_a_memo_is_shown_when_a_colleague_has_approved_it(desk, path, owner) -> None:
    author, colleague, nadia = await desk(EDITOR), await desk(ADMINISTRATOR), await desk(NADIA)
    assert "waits for a colleague" in (await propose(author, path, "Bonjour Nadia")).text
    assert "Bonjour Nadia" not in await memo_of(nadia)
    assert owner.execute("SELECT count(*) FROM recorded_change").fetchone() == (0,)
    assert path in (await colleague.get("/staff/messages")).links
    await colleague.submit(await colleague.get(path), f"{path}-approval")
    assert "Bonjour Nadia" in await memo_of(nadia)
    assert owner.execute("SELECT count(*) FROM memo_proposal").fetchone() == (0,)


async def test_the_author_cannot_approve_it_not_even_with_a_form_of_their_own(desk, path, owner) -> None:
    author, colleague = await desk(EDITOR), await desk(ADMINISTRATOR)
    await propose(author, path, "Bonjour Nadia")
    fields = (await colleague.get(path)).form(f"{path}-approval")
    mine = (await author.get(path)).form(f"{path}-rejection")
    page = await author.post(f"{path}-approval", **(fields | mine))
    assert "a colleague must approve it" in page.text
    assert owner.execute("SELECT count(*) FROM memo WHERE body = 'Bonjour Nadia'").fetchone() == (0,)


async def test_what_is_approved_is_what_was_looked_at(desk, path, owner) -> None:
    author, colleague = await desk(EDITOR), await desk(ADMINISTRATOR)
    await propose(author, path, "Bonjour Nadia")
    looked = await colleague.get(path)
    await propose(author, path, "Tout autre chose")
    assert "Please look at it again" in (await colleague.submit(looked, f"{path}-approval")).text
    assert owner.execute("SELECT count(*) FROM memo WHERE member_id IS NOT NULL AND body <> ''").fetchone() == (1,)


async def test_a_colleague_may_take_it_off_the_list(desk, path, owner) -> None:
    author, colleague = await desk(EDITOR), await desk(ADMINISTRATOR)
    await propose(author, path, "Bonjour Nadia")
    await colleague.submit(await colleague.get(path), f"{path}-rejection")
    assert owner.execute("SELECT count(*) FROM memo_proposal").fetchone() == (0,)
    kinds = [kind for (kind,) in owner.execute("SELECT kind FROM journal WHERE kind LIKE 'memo.%' ORDER BY id")]
    assert kinds == ["memo.previewed", "memo.proposed", "memo.rejected"]


async def test_a_message_for_many_is_published_by_a_colleague_only(desk, owner) -> None:
    author, colleague, marie = await desk(EDITOR), await desk(ADMINISTRATOR), await desk(MARIE)
    page = await author.submit(
        await author.get("/staff/messages/new"), "/staff/messages", title="t", body_fr="Fr", body_en="Hello all",
        audience="everybody",
    )  # fmt: skip
    path = page.path
    assert f"{path}/publication" not in page.html
    page = await author.submit(page, f"{path}/approval-request")
    assert f"{path}/publication" not in page.html, "not for its author"
    fields = (await colleague.get(path)).form(f"{path}/publication")
    page = await author.post(f"{path}/publication", **(fields | page.form(f"{path}/return")))
    assert "a colleague must approve it" in page.text
    assert "Hello all" not in (await marie.get("/")).text
    await colleague.submit(await colleague.get(path), f"{path}/publication")
    assert "Hello all" in (await marie.get("/")).text


async def test_a_draft_is_not_published_past_the_second_editor(desk) -> None:
    author, colleague = await desk(EDITOR), await desk(ADMINISTRATOR)
    page = await author.submit(
        await author.get("/staff/messages/new"), "/staff/messages", title="t", body_fr="Fr", body_en="Hello all",
        audience="everybody",
    )  # fmt: skip
    fields = (await colleague.get(page.path)).form(f"{page.path}/approval-request")
    assert "Somebody changed it meanwhile" in (await colleague.post(f"{page.path}/publication", **fields)).text


async def test_a_list_that_was_exchanged_is_looked_at_again_before_it_is_published(desk, owner) -> None:
    author, colleague = await desk(EDITOR), await desk(ADMINISTRATOR)
    page = await author.submit(
        await author.get("/staff/messages/new"), "/staff/messages", title="t", body_fr="Fr", body_en="Hello",
        audience="numbers", numbers="1001",
    )  # fmt: skip
    path = page.path
    await author.submit(page, f"{path}/approval-request")
    looked = await colleague.get(path)
    page = await author.submit(await author.get(f"{path}/form"), path, numbers="1002")
    await author.submit(page, f"{path}/approval-request")
    assert "Please look at it again" in (await colleague.submit(looked, f"{path}/publication")).text
    assert owner.execute("SELECT state FROM message").fetchone() == ("waiting",)
