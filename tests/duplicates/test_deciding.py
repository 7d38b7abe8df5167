"""Two records side by side: two people, remembered; or one, whose merge the central base is asked for. Once."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.outward.requests import deliver_requests
from portal import work
from portal.duplicates.store import propose_merge
from portal.requests.store import AlreadyAsked
from tests.personas import ADMINISTRATOR, MARIE, READER

WHY = "Même signature sur les deux chèques"
FOUND = (
    "INSERT INTO suspected_duplicate (member_id, other_id, signs, same_first_name) "
    "VALUES (least(%s::uuid, %s), greatest(%s::uuid, %s), '{email}', %s) RETURNING id"
)


@pytest.fixture
def pair(twin, one, member_id):
    """Gives the page of Marie and her second record."""

    def pair(first_name="Marie", *, alike=True):
        marie, second = member_id(MARIE), twin("t1", first_name, "Dupont", email=MARIE.email)
        return f"/staff/duplicates/{one(FOUND, marie, second, marie, second, alike)[0]}"

    return pair


def keep(page, number):
    """The value of the button that keeps this record."""
    before, _ = page.html.split(f"({number})</label>", 1)
    return before.rsplit('value="', 1)[1].split('"')[0]


async def test_both_records_stand_side_by_side_and_both_are_noted_as_opened(editor, pair, one) -> None:
    page = await editor.get(pair())
    for words in ("Marie Dupont (1001)", "Marie Dupont (t1)", MARIE.email, "the same e-mail address", "one person"):
        assert words in page.text
    assert one("SELECT count(DISTINCT member_id) FROM journal WHERE kind = 'staff.member.viewed'") == (2,)


async def test_a_couple_is_shown_as_such(editor, pair) -> None:
    page = await editor.get(pair("Jean", alike=False))
    assert "probably two people of one household" in page.text
    assert "Low" in (await editor.get("/staff/reviews?kind=duplicate")).text


async def test_two_different_people_are_remembered_and_not_found_again(editor, pair, one, night) -> None:
    path = pair()
    page = await editor.get(path)
    silent = await editor.submit(page, path)
    assert silent.status == 422
    assert "Choose one of the three." in silent.text
    page = await editor.submit(page, path, decision="different", reason=WHY)
    assert "they are two different people" in page.text
    await night()
    decided = "SELECT decision, reason, split_part(decided_by, ':', 1) FROM suspected_duplicate WHERE decision <> ''"
    assert one(decided) == (
        "different", WHY, "staff",
    )  # fmt: skip
    assert path not in (await editor.get("/staff/reviews")).links
    assert one("SELECT count(*) FROM journal WHERE kind = 'duplicate.denied' AND data->>'reason' = %s", WHY) == (2,)


async def test_a_merge_is_asked_of_the_central_base_and_nothing_is_merged_here(
    editor, pair, one, sync_database, central_directory
) -> None:
    path = pair()
    page = await editor.get(path)
    page = await editor.submit(page, path, decision=keep(page, "1001"), reason=WHY)
    assert "asked to make one record of the two" in page.text
    assert await deliver_requests(sync_database, central_directory) == 1
    kind, about, wish, state = one("SELECT kind, about, wish, state FROM member_request")
    assert (kind, about, state) == ("merge", "t1", "received")
    assert "1001" in wish
    assert WHY in wish
    assert one("SELECT count(*) FROM member WHERE NOT closed AND number IN ('1001', 't1')") == (2,)
    assert one("SELECT count(*) FROM journal WHERE kind = 'merge.proposed'") == (2,)


async def test_the_member_neither_sees_nor_hears_of_a_proposed_merge(
    editor, visitor, pair, owner, one, work_off, mails
) -> None:
    path = pair()
    page = await editor.get(path)
    await editor.submit(page, path, decision=keep(page, "1001"), reason=WHY)
    (number,) = one("SELECT id FROM member_request")
    marie = visitor()
    await marie.enter(MARIE)
    assert WHY not in (await marie.get("/requests")).text
    assert (await marie.get(f"/requests/{number}")).status == 404
    owner.execute("UPDATE member_request SET state = 'accepted', decided_on = current_date")
    await work_off()
    assert mails.mails == []
    assert one("SELECT bool_or(data::text LIKE '%%t1%%') FROM journal WHERE kind <> 'request.asked'") == (False,)
    assert one("SELECT count(*) FROM journal WHERE kind = 'request.asked'") == (0,)


async def test_the_wall_keeps_a_proposed_merge_from_the_member_whatever_a_page_asks(
    pair, owner, one, member_id
) -> None:
    pair()
    owner.execute(
        "INSERT INTO member_request (key, member_id, kind, about, wish) VALUES ('k', %s, 'merge', 't1', '')",
        [member_id(MARIE)],
    )
    with owner.transaction():
        owner.execute("SELECT set_config('portal.member', %s, true)", [str(member_id(MARIE))])
        owner.execute("SET LOCAL ROLE portal_web")
        seen = one("SELECT (SELECT count(*) FROM member_request), (SELECT count(*) FROM suspected_duplicate)")
    assert seen == (0, 0)


async def test_of_two_who_decide_one_wins_and_the_other_is_told(editor, visitor, pair, one) -> None:
    path = pair()
    other = visitor()
    await other.enter(ADMINISTRATOR)
    mine, theirs = await editor.get(path), await other.get(path)
    await editor.submit(mine, path, decision="different", reason=WHY)
    page = await other.submit(theirs, path, decision="keep-0", reason="Non")
    assert page.path == path
    assert "It was decided meanwhile" in page.text
    assert "Decided: two different people." in page.text
    assert one("SELECT count(*) FROM member_request") == (0,)


async def test_the_same_two_are_proposed_once_whichever_is_to_stay(settings, twin, one, member_id) -> None:
    marie, second = member_id(MARIE), twin("t1", "Marie", "Dupont")
    await work.as_owner(settings, lambda db: propose_merge(db, marie, second, WHY, "staff:x"))

    async def once_more(kept: UUID, other: UUID) -> None:
        await work.as_owner(settings, lambda db: propose_merge(db, kept, other, WHY, "staff:x"))

    with pytest.raises(AlreadyAsked):
        await once_more(marie, second)
    with pytest.raises(AlreadyAsked):
        await once_more(second, marie)
    with pytest.raises(ValueError, match="two members"):
        await work.as_owner(settings, lambda db: propose_merge(db, marie, marie, WHY, "staff:x"))
    assert one("SELECT decision FROM suspected_duplicate") == ("proposed",), "it is not suspected once more"


async def test_of_two_who_propose_it_at_the_same_moment_the_second_waits_and_is_told(
    settings, twin, one, member_id
) -> None:
    marie, second = member_id(MARIE), twin("t1", "Marie", "Dupont")

    async def propose_both(db: AsyncSession) -> None:
        await propose_merge(db, marie, second, WHY, "staff:x")
        theirs = work.as_owner(settings, lambda other: propose_merge(other, second, marie, WHY, "staff:y"))
        waiting.append(asyncio.create_task(theirs))
        await asyncio.wait(waiting, timeout=0.5)

    waiting: list[asyncio.Task[UUID]] = []
    await work.as_owner(settings, propose_both)
    with pytest.raises(AlreadyAsked):
        await waiting[0]
    assert one("SELECT count(*) FROM member_request") == (1,)


async def test_others_of_the_staff_and_unknown_pairs(visitor, editor, pair) -> None:
    path = pair()
    reader = visitor()
    await reader.enter(READER)
    assert (await reader.get(path)).status == 404
    assert (await editor.get("/staff/duplicates/00000000-0000-0000-0000-000000000000")).status == 404
