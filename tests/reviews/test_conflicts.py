"""What both sides had changed: both values and what holds now, noted, or put back as the central base had it; once."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from portal import work
from portal.reviews.actions.conflicts import note, reverse
from tests.backoffice_sync.test_push import type_into_central
from tests.personas import ADMINISTRATOR, MARIE, NADIA
from tests.reviews.conftest import DESK, move

WHY = "Le courrier du 3 mars dit autre chose."
STREET = "SELECT street FROM postal_address JOIN member m ON m.id = member_id WHERE number = '1001' AND is_main"


@pytest.fixture
def conflict(marie, central_directory, tell, one):
    """Marie and the association change her address at the same time, and hers wins; gives the page of it."""

    async def conflict():
        await move(marie, "allée des Tilleuls")
        type_into_central(central_directory, "address", f"a{MARIE.number}", street="rue Haute")
        await tell()
        return f"{DESK}/conflicts/{one('SELECT id FROM sync_conflict')[0]}"

    return conflict


async def test_both_values_are_shown_with_what_holds_and_whose_until_somebody_notes_it(editor, conflict, one) -> None:
    path = await conflict()
    page = await editor.get(path)
    for words in ("RUE DES LILAS", "RUE HAUTE", "ALLEE DES TILLEULS", "what was changed here holds", "donor wins"):
        assert words in page.text
    assert page.text.count("ALLEE DES TILLEULS") == 2, "changed here, and in our records now"
    page = await editor.submit(page, path)
    assert page.path == DESK
    assert "Nothing waits" in page.text
    assert one("SELECT split_part(looked_by, ':', 1), looked_at IS NOT NULL FROM sync_conflict") == ("staff", True)
    assert one("SELECT split_part(actor, ':', 1) FROM journal WHERE kind = 'conflict.noted'") == ("staff",)
    assert one(STREET) == ("allée des Tilleuls",)


async def test_put_back_it_holds_here_and_there_and_the_member_reads_why(
    editor, marie, conflict, one, tell, central_directory, work_off, mails
) -> None:
    path = await conflict()
    page = await editor.get(path)
    silent = await editor.submit(page, f"{path}/reversal")
    assert silent.status == 422
    assert one(STREET) == ("allée des Tilleuls",)
    page = await editor.submit(page, f"{path}/reversal", reason=WHY)
    assert "What the central records had holds again." in page.text
    assert one(STREET) == ("rue Haute",)
    await tell()
    assert (await central_directory.read(MARIE.number, "address"))["street"] == "rue Haute"
    assert f"Reason: {WHY}" in (await marie.get("/profile/changes")).text
    assert one("SELECT data->>'reason' FROM journal WHERE kind = 'change.reversed'") == (WHY,)
    await work_off()
    [mail] = mails.to(MARIE.email)
    assert WHY not in mail.get_body().get_content()


async def test_of_two_who_decide_one_wins_and_the_other_is_told(editor, visitor, conflict, one) -> None:
    path = await conflict()
    other = visitor()
    await other.enter(ADMINISTRATOR)
    mine, theirs = await editor.get(path), await other.get(path)
    await editor.submit(mine, path)
    first = one("SELECT looked_by FROM sync_conflict")
    for act, fields in (("", {}), ("/reversal", {"reason": WHY})):
        page = await other.submit(theirs, path + act, **fields)
        assert page.path == path
        assert "It was decided meanwhile" in page.text
    assert one("SELECT looked_by FROM sync_conflict") == first
    assert one(STREET) == ("allée des Tilleuls",)


async def test_nor_do_two_who_decide_at_the_same_moment(settings, conflict, one) -> None:
    conflict_id = UUID((await conflict()).rsplit("/", 1)[1])

    async def note_while_another_reverses(db: AsyncSession) -> None:
        assert await note(db, conflict_id, actor="staff:x")
        theirs = work.as_owner(settings, lambda other: reverse(other, conflict_id, WHY, actor="staff:y"))
        waiting.append(asyncio.create_task(theirs))
        await asyncio.wait(waiting, timeout=0.5)

    waiting: list[asyncio.Task[bool]] = []
    await work.as_owner(settings, note_while_another_reverses)
    assert await waiting[0] is False
    assert one("SELECT looked_by FROM sync_conflict") == ("staff:x",)
    assert one(STREET) == ("allée des Tilleuls",)


async def test_what_was_changed_again_since_is_not_put_back(editor, marie, conflict, one) -> None:
    path = await conflict()
    page = await editor.get(path)
    await move(marie, "rue Neuve")
    assert "Nothing was changed now." in (await editor.submit(page, f"{path}/reversal", reason=WHY)).text
    assert one(STREET) == ("rue Neuve",)
    assert "Put it back" not in (await editor.get(path)).text


@pytest.mark.parametrize("group", ["email", "objections", "memo"])
async def test_what_is_the_members_alone_is_never_put_back(editor, owner, member_id, group) -> None:
    values = {
        "email": '{"address": "a@example.org", "confirmed_on": null}',
        "objections": '{"objections": ["exchange/any"]}',
        "memo": '{"body": "Bonjour", "starts_on": null, "ends_on": null}',
    }
    add = (
        "INSERT INTO sync_conflict (member_id, field_group, theirs, ours, rule, decision) "
        "VALUES (%s, %s, %s, %s, '', 'ours') RETURNING id"
    )
    (number,) = owner.execute(add, [member_id(NADIA), group, values[group], values[group]]).fetchone()
    page = await editor.get(f"{DESK}/conflicts/{number}")
    assert page.status == 200
    assert "Put it back" not in page.text


async def test_an_unknown_conflict_does_not_exist(editor) -> None:
    assert (await editor.get(f"{DESK}/conflicts/00000000-0000-0000-0000-000000000000")).status == 404
