"""The push loop over the twin: what the donor sees, and what the central base holds, whatever goes wrong."""

import pytest

from backoffice_sync.inward.pull import pull
from backoffice_sync.mapping import ENTITIES
from backoffice_sync.outward.push import push
from backoffice_sync.watch.status import status
from tests.personas import EDITOR, MARIE, NADIA

NEW = {"house_number": "5", "street": "place Bellecour", "unit": "", "postcode": "69002", "town": "Lyon"}
EMPTY = dict.fromkeys(ENTITIES["address"].columns, "")


async def change_address(visitor, person=MARIE, **fields):
    walker = visitor()
    await walker.enter(person)
    page = await walker.submit(await walker.get("/profile/address"), "/profile/address/check", **(NEW | fields))
    await walker.submit(page, "/profile/address")
    return walker


def due_now(owner) -> None:
    owner.execute("UPDATE recorded_change SET not_before = now()")


def statuses(owner) -> list[str]:
    return [status for (status,) in owner.execute("SELECT status FROM recorded_change ORDER BY seq")]


def type_into_central(central_directory, entity: str, number: str, /, **fields) -> None:
    """What a secretary does there meanwhile."""
    names = ENTITIES[entity].incoming
    row = dict(zip(names, central_directory.tables[entity][number], strict=True)) | fields
    central_directory.put(entity, tuple(row[name] for name in names))


async def street_there(central_directory, person=MARIE):
    value = await central_directory.read(person.number, "address")
    return value and value["street"]


async def test_a_change_arrives_and_the_donor_sees_that_it_has(
    visitor, owner, sync_database, central_directory
) -> None:
    walker = await change_address(visitor)
    assert await push(sync_database, central_directory) == 1
    assert await street_there(central_directory) == "place Bellecour"
    assert statuses(owner) == ["confirmed"]
    assert "Received by the association" in (await walker.get("/profile/changes")).text
    assert owner.execute("SELECT count(*) FROM field_in_motion").fetchone() == (0,)
    assert owner.execute("SELECT held, street FROM postal_address WHERE central_id = 'a1001'").fetchone() == (
        False,
        "place Bellecour",
    )


async def test_while_the_central_base_is_down_the_change_is_kept_and_says_so(
    visitor, owner, sync_database, central_directory
) -> None:
    walker = await change_address(visitor)
    central_directory.reachable = False
    assert await push(sync_database, central_directory) == 0
    assert "Saved, will be passed on shortly" in (await walker.get("/profile/changes")).text
    assert "PLACE BELLECOUR" in (await walker.get("/profile")).text
    assert owner.execute("SELECT attempts, not_before > now() FROM recorded_change").fetchone() == (1, True)
    central_directory.reachable = True
    assert await push(sync_database, central_directory) == 0, "it waits before it tries again"
    due_now(owner)
    assert await push(sync_database, central_directory) == 1
    assert await street_there(central_directory) == "place Bellecour"


async def test_a_lost_answer_doubles_nothing_and_is_no_conflict(
    visitor, owner, sync_database, central_directory
) -> None:
    await change_address(visitor)
    central_directory.answers_get_lost = True
    await push(sync_database, central_directory)
    assert statuses(owner) == ["sent"]
    central_directory.answers_get_lost = False
    due_now(owner)
    await push(sync_database, central_directory)
    assert statuses(owner) == ["confirmed"]
    assert len(central_directory.writes) == 1
    assert owner.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)


async def test_several_changes_of_one_group_are_passed_on_as_one(
    visitor, owner, sync_database, central_directory
) -> None:
    await change_address(visitor, street="rue une")
    await change_address(visitor, street="rue deux")
    await push(sync_database, central_directory)
    assert len(central_directory.writes) == 1
    assert await street_there(central_directory) == "rue deux"
    assert statuses(owner) == ["confirmed", "confirmed"]


async def test_when_both_sides_moved_the_donor_wins_and_the_conflict_is_noted_once(
    visitor, owner, sync_database, central_directory
) -> None:
    await change_address(visitor)
    type_into_central(central_directory, "address", "a1001", street="rue du Secrétariat")
    await push(sync_database, central_directory)
    assert await street_there(central_directory) == "place Bellecour"
    query = "SELECT theirs ->> 'street', ours ->> 'street', decision FROM sync_conflict"
    assert owner.execute(query).fetchone() == ("rue du Secrétariat", "place Bellecour", "ours")


async def test_a_message_changed_on_both_sides_is_left_to_people(
    visitor, owner, sync_database, central_directory
) -> None:
    editor = visitor()
    await editor.enter(EDITOR)
    (marie,) = owner.execute("SELECT id FROM member WHERE number = '1001'").fetchone()
    path = f"/staff/members/{marie}/memo"
    page = await editor.submit(await editor.get(path), f"{path}/preview", body="Du portail")
    await editor.submit(page, path)
    type_into_central(central_directory, "memo", "x1", body="De la base")
    await push(sync_database, central_directory)
    assert statuses(owner) == ["review"]
    assert owner.execute("SELECT body, held FROM memo").fetchone() == ("De la base", False)
    noted = owner.execute("SELECT ours ->> 'body', decision FROM sync_conflict").fetchone()
    assert noted == ("Du portail", "theirs"), "nothing is lost"
    assert (
        "It was changed in our records at the same time" in (await editor.get(f"/staff/members/{marie}/changes")).text
    )


async def test_what_the_central_base_refuses_is_shown_with_the_reason_and_undone(
    visitor, owner, sync_database, central_directory
) -> None:
    walker = await change_address(visitor)
    central_directory.refuses = lambda _: "Our records cannot take this as it is written. Please change it, or call us."
    await push(sync_database, central_directory)
    page = await walker.get("/profile/changes")
    assert "Not accepted" in page.text
    assert "Our records cannot take this as it is written" in page.text
    assert "RUE DES LILAS" in (await walker.get("/profile")).text
    assert statuses(owner) == ["refused"]


async def test_a_change_to_a_member_that_is_gone_is_refused_with_words(
    visitor, owner, sync_database, central_directory
) -> None:
    walker = await change_address(visitor)
    central_directory.drop("member", MARIE.number)
    await push(sync_database, central_directory)
    assert statuses(owner) == ["refused"]
    assert "Your record has been closed or merged" in (await walker.get("/profile/changes")).text


async def test_a_change_recorded_while_another_is_on_its_way_follows_it(
    visitor, owner, sync_database, central_directory
) -> None:
    await change_address(visitor, street="rue une")
    write = central_directory.write

    async def write_while_the_donor_types_on(*args, **kwargs):
        central_directory.write = write
        await change_address(visitor, street="rue deux")
        return await write(*args, **kwargs)

    central_directory.write = write_while_the_donor_types_on
    await push(sync_database, central_directory)
    assert statuses(owner) == ["confirmed", "saved"]
    assert owner.execute("SELECT street, held FROM postal_address WHERE central_id = 'a1001'").fetchone() == (
        "rue deux",
        True,
    )
    await push(sync_database, central_directory)
    assert statuses(owner) == ["confirmed", "confirmed"]
    assert await street_there(central_directory) == "rue deux"
    assert owner.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)


async def test_a_first_address_is_created_there_and_not_doubled_here(
    visitor, owner, sync_database, central_directory
) -> None:
    await pull(sync_database, central_directory)
    await change_address(visitor, NADIA)
    await push(sync_database, central_directory)
    await pull(sync_database, central_directory)
    assert await street_there(central_directory, NADIA) == "place Bellecour"
    query = (
        "SELECT count(*), count(a.central_id) FROM postal_address a "
        "JOIN member m ON m.id = a.member_id WHERE m.number = %s"
    )
    assert owner.execute(query, [NADIA.number]).fetchone() == (1, 1)


async def test_two_workers_never_work_on_one_member(visitor, owner, sync_database, central_directory) -> None:
    await change_address(visitor)
    with owner.transaction():
        (marie,) = owner.execute("SELECT id::text FROM member WHERE number = '1001'").fetchone()
        owner.execute("SELECT pg_advisory_xact_lock(7105, hashtext(%s))", [marie])
        assert await push(sync_database, central_directory) == 0
    assert await push(sync_database, central_directory) == 1


@pytest.mark.parametrize("after", ["read", "write", "rows_of"])
async def test_a_worker_that_dies_leaves_nothing_undone(
    visitor, owner, sync_database, central_directory, after
) -> None:
    class Killed(BaseException):
        pass

    original = getattr(central_directory, after)

    async def dies(*args, **kwargs):
        await original(*args, **kwargs)
        raise Killed

    await change_address(visitor)
    setattr(central_directory, after, dies)
    with pytest.raises(Killed):
        await push(sync_database, central_directory)
    setattr(central_directory, after, original)
    assert await push(sync_database, central_directory) == 1
    assert statuses(owner) == ["confirmed"]
    assert len(central_directory.writes) == 1
    assert owner.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)


async def test_one_members_trouble_does_not_hold_up_the_others_and_ends_with_people(
    visitor, owner, sync_database, central_directory
) -> None:
    await change_address(visitor, MARIE)
    await change_address(visitor, NADIA)
    read = central_directory.read

    async def broken(member, group):
        if member == MARIE.number:
            raise RuntimeError
        return await read(member, group)

    central_directory.read = broken
    for _ in range(2):
        await push(sync_database, central_directory)
        due_now(owner)
    assert await read(NADIA.number, "address") is not None
    assert statuses(owner) == ["review", "confirmed"]
    assert owner.execute("SELECT count(*) FROM postal_address WHERE held").fetchone() == (0,)
    query = "SELECT street FROM postal_address WHERE central_id = 'a1001'"
    assert owner.execute(query).fetchone() == ("rue des Lilas",), "the portal does not show what nobody has"


async def test_a_first_address_that_was_given_up_is_gone_again(
    visitor, owner, sync_database, central_directory
) -> None:
    async def broken(member, group):
        raise RuntimeError

    central_directory.read = broken
    await change_address(visitor, NADIA)
    for _ in range(2):
        await push(sync_database, central_directory)
        due_now(owner)
    assert statuses(owner) == ["review"]
    assert owner.execute("SELECT count(*) FROM postal_address WHERE central_id IS NULL").fetchone() == (0,)
    assert (await status(sync_database))["members_under_review"] == [NADIA.number]


async def test_a_removal_whose_answer_was_lost_is_still_our_own(
    visitor, owner, sync_database, central_directory
) -> None:
    editor = visitor()
    await editor.enter(EDITOR)
    (marie,) = owner.execute("SELECT id FROM member WHERE number = '1001'").fetchone()
    path = f"/staff/members/{marie}/memo"
    await editor.submit(await editor.get(path), f"{path}-removal")
    central_directory.answers_get_lost = True
    await push(sync_database, central_directory)
    central_directory.answers_get_lost = False
    page = await editor.submit(await editor.get(path), f"{path}/preview", body="Nouveau")
    await editor.submit(page, path)
    due_now(owner)
    await push(sync_database, central_directory)
    assert (await central_directory.read(MARIE.number, "memo"))["body"] == "Nouveau"
    assert owner.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)


async def test_what_is_typed_there_while_a_change_is_being_closed_is_not_lost(
    visitor, owner, sync_database, central_directory, monkeypatch
) -> None:
    """A pull comes just then, and passes over rows that are under way."""
    await change_address(visitor)
    rows_of = central_directory.rows_of

    async def typed_and_pulled(*args):
        monkeypatch.setattr(central_directory, "rows_of", rows_of)
        rows = await rows_of(*args)
        type_into_central(central_directory, "address", "a1001", returned_reason="moved")
        await pull(sync_database, central_directory)
        return rows

    monkeypatch.setattr(central_directory, "rows_of", typed_and_pulled)
    await push(sync_database, central_directory)
    await pull(sync_database, central_directory)
    here = "SELECT street, returned_reason, held FROM postal_address WHERE central_id = 'a1001'"
    assert owner.execute(here).fetchone() == ("place Bellecour", "moved", False)
    assert statuses(owner) == ["confirmed"]
