"""What cannot be passed on: tried again, or left to people, group by group."""

from dataclasses import replace

import pytest

from backoffice_sync.directory import CredentialsRefused, DirectoryUnreachable, SchemaChanged
from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.push import push
from portal import changes
from tests.backoffice_sync.test_push import change_address, due_now, statuses, street_there
from tests.personas import MARIE, NADIA

PARKED = "SELECT field_group, status, parked_at IS NOT NULL FROM recorded_change ORDER BY seq"
HEARTBEAT = "SELECT problem FROM sync_heartbeat WHERE duty = 'push'"


@pytest.fixture
def say(sync_database, member_id):
    """A change of another group, recorded as the pages do."""

    async def do(group: str, old, new, person=MARIE) -> None:
        async with sync_database.begin() as db:
            await changes.record(db, member_id(person), group, old=old, new=new, actor="tests")

    return do


def breaks(central_directory, monkeypatch, name: str, error: Exception, *, of: str = "address", member: str = ""):
    """From now on one of its answers goes wrong, for one group."""
    original = getattr(central_directory, name)

    async def broken(key, group, *args, **kwargs):
        if group == of and member in ("", key):
            raise error
        return await original(key, group, *args, **kwargs)

    monkeypatch.setattr(central_directory, name, broken)


async def test_a_group_that_fails_twice_is_left_to_people_and_the_others_of_the_member_arrive(
    visitor, owner, sync_database, central_directory, monkeypatch, say
) -> None:
    walker = await change_address(visitor)
    await say("language", {"language": "fr"}, {"language": "en"})
    breaks(central_directory, monkeypatch, "write", ValueError("a message that quotes a value"))
    await push(sync_database, central_directory)
    assert owner.execute(PARKED).fetchall() == [("address", "sent", False), ("language", "confirmed", False)]
    assert "It could not be passed on at the first try" in (await walker.get("/profile/changes")).text
    assert await push(sync_database, central_directory) == 0, "it waits before it is tried again"
    due_now(owner)
    await push(sync_database, central_directory)
    assert owner.execute(PARKED).fetchall() == [("address", "review", True), ("language", "confirmed", False)]
    assert "Being looked at by our team" in (await walker.get("/profile/changes")).text
    assert owner.execute("SELECT count(*) FROM field_in_motion").fetchone() == (0,)


async def test_what_failed_once_and_then_arrives_says_nothing_of_it(
    visitor, owner, sync_database, central_directory, monkeypatch
) -> None:
    await change_address(visitor)
    with monkeypatch.context() as once:
        breaks(central_directory, once, "read", ValueError())
        await push(sync_database, central_directory)
    due_now(owner)
    assert await push(sync_database, central_directory) == 1
    assert owner.execute("SELECT status, reason, parked_at FROM recorded_change").fetchone() == ("confirmed", "", None)


async def test_a_refused_change_is_parked_and_a_newer_one_of_the_group_makes_it_moot(
    visitor, owner, sync_database, central_directory
) -> None:
    await change_address(visitor, street="rue une")
    await change_address(visitor, street="rue deux")
    central_directory.refuses = lambda _: "Our records cannot take this as it is written."
    await push(sync_database, central_directory)
    refused = [("address", "refused", False), ("address", "refused", True)]
    assert owner.execute(PARKED).fetchall() == refused, "of those passed on as one, one waits for people"
    central_directory.refuses = lambda _: None
    await change_address(visitor, street="rue trois")
    await push(sync_database, central_directory)
    assert [row[2] for row in owner.execute(PARKED)] == [False, False, False]
    assert await street_there(central_directory) == "rue trois"


async def test_a_value_that_was_kept_in_another_form_is_parked(
    visitor, owner, sync_database, central_directory, monkeypatch
) -> None:
    original = central_directory.write

    async def shortens(key, group, value, **how):
        return await original(key, group, value | {"street": value["street"][:5]}, **how)

    monkeypatch.setattr(central_directory, "write", shortens)
    await change_address(visitor)
    await push(sync_database, central_directory)
    assert owner.execute(PARKED).fetchall() == [("address", "review", True)]
    assert owner.execute("SELECT street FROM postal_address WHERE central_id = 'a1001'").fetchone() == ("place",)


@pytest.mark.parametrize("error", [CredentialsRefused("user"), SchemaChanged("member.last_name")])
async def test_what_somebody_must_mend_costs_no_member_a_turn_and_is_told(
    visitor, owner, sync_database, central_directory, monkeypatch, error
) -> None:
    await change_address(visitor)
    with monkeypatch.context() as meanwhile:
        breaks(central_directory, meanwhile, "read", error)
        with pytest.raises(type(error)):
            await push(sync_database, central_directory)
    assert owner.execute("SELECT attempts, not_before <= now() FROM recorded_change").fetchone() == (0, True)
    assert "central base" in owner.execute(HEARTBEAT).fetchone()[0]
    assert await push(sync_database, central_directory) == 1
    assert owner.execute(HEARTBEAT).fetchone() == ("",)


async def test_whoever_waits_in_vain_for_an_answer_lets_the_others_go_first(
    visitor, owner, sync_database, central_directory, monkeypatch
) -> None:
    await change_address(visitor, MARIE)
    await change_address(visitor, NADIA)
    breaks(central_directory, monkeypatch, "write", DirectoryUnreachable(), member=MARIE.number)
    await push(sync_database, central_directory)
    await push(sync_database, central_directory)
    assert statuses(owner) == ["sent", "confirmed"]


async def test_nothing_is_given_up_for_time(visitor, owner, sync_database, central_directory) -> None:
    """The central base was down for three days."""
    await change_address(visitor)
    central_directory.reachable = False
    for _ in range(30):
        await push(sync_database, central_directory)
        due_now(owner)
    owner.execute("UPDATE recorded_change SET recorded_at = now() - interval '72 hours', not_before = now()")
    await push(sync_database, central_directory)
    pause = (
        "SELECT status, not_before - now() BETWEEN interval '7 minutes' AND interval '10 minutes' FROM recorded_change"
    )
    assert owner.execute(pause).fetchone() == ("saved", True)
    central_directory.reachable = True
    due_now(owner)
    await push(sync_database, central_directory)
    assert await street_there(central_directory) == "place Bellecour"


async def test_what_the_base_has_no_place_for_is_the_portals_own_and_confirmed_at_once(
    visitor, owner, sync_database, central_directory, monkeypatch, say, member_id
) -> None:
    able = central_directory.capabilities
    monkeypatch.setattr(central_directory, "capabilities", replace(able, reads=able.reads - {"objections", "phones"}))
    phone = {"number": "+33612345678", "kind": "mobile"}
    owner.execute(
        "INSERT INTO phone (member_id, number, kind, held) VALUES (%s, %s, %s, true)",
        [member_id(MARIE), *phone.values()],
    )
    await say("phones", {"items": []}, {"items": [phone]})
    breaks(central_directory, monkeypatch, "read", AssertionError("nobody asks"), of="phones")
    assert await push(sync_database, central_directory) == 1
    assert owner.execute(PARKED).fetchall() == [("phones", "confirmed", False)]
    await pull(sync_database, central_directory)
    mine = "SELECT number, held FROM phone WHERE member_id = %s AND central_id IS NULL"
    assert owner.execute(mine, [member_id(MARIE)]).fetchall() == [(phone["number"], False)]
    assert central_directory.writes == []


async def test_an_address_that_arrives_leaves_the_other_ones_that_the_base_has_no_place_for(
    visitor, owner, sync_database, central_directory, monkeypatch, member_id
) -> None:
    able = central_directory.capabilities
    monkeypatch.setattr(central_directory, "capabilities", replace(able, reads=able.reads - {"other_addresses"}))
    owner.execute(
        "INSERT INTO postal_address (member_id, unit, building, house_number, street, locality, postcode, town, "
        "region, country, is_main, purpose) "
        "VALUES (%s, '', '', '3', 'chemin des Dunes', '', '17200', 'Royan', '', 'FR', false, 'second_home')",
        [member_id(MARIE)],
    )
    await change_address(visitor)
    await push(sync_database, central_directory)
    streets = "SELECT street FROM postal_address WHERE member_id = %s ORDER BY is_main DESC"
    assert owner.execute(streets, [member_id(MARIE)]).fetchall() == [("place Bellecour",), ("chemin des Dunes",)]


async def test_each_write_is_counted_by_its_outcome(visitor, owner, sync_database, central_directory) -> None:
    await change_address(visitor)
    central_directory.answers_get_lost = True
    await push(sync_database, central_directory)
    central_directory.answers_get_lost = False
    due_now(owner)
    await push(sync_database, central_directory)
    await change_address(visitor, street="rue une")
    await push(sync_database, central_directory)
    await change_address(visitor, street="rue deux")
    central_directory.refuses = lambda _: "No."
    await push(sync_database, central_directory)
    counted = dict(owner.execute("SELECT name, count FROM sync_tally").fetchall())
    assert counted == {"unknown": 1, "agreed": 1, "applied": 1, "rejected": 1}
