"""The data dictionary names all that moves, is published where people read it, and is measured."""

from dataclasses import replace

import pytest

from backoffice_sync.mapping import ENTITIES, GROUPS
from backoffice_sync.outward.push import push
from backoffice_sync.watch.descriptions import DESCRIPTIONS, Direction, Owner, Sensitivity
from backoffice_sync.watch.dictionary import entries, in_words, measure, publish
from portal.dictionary import queries, rules
from tests.personas import MARIE
from tests.reviews.conftest import move

PLACED = {"is_main", "member_id", "central_id"}
"""Which row it is, not what it says."""


def test_what_flows_both_ways_is_described_and_nothing_else_claims_to() -> None:
    both = {name for name, one in DESCRIPTIONS.items() if one.direction is Direction.BOTH}
    assert both == set(GROUPS)


@pytest.mark.parametrize("entity", ENTITIES.values(), ids=lambda entity: entity.name)
def test_every_column_that_the_mirror_fills_is_described(entity) -> None:
    described = {name for one in DESCRIPTIONS.values() if one.entity == entity.name for name in one.fields}
    assert described == set(entity.columns) - PLACED


def test_the_pages_have_words_and_a_test_of_presence_for_every_name_and_code() -> None:
    assert set(DESCRIPTIONS) == set(rules.NAMES) == set(queries.HELD)
    assert set(DESCRIPTIONS) - set(rules.PLACES) == {"campaign"}, "what is about nobody"
    assert set(rules.PLACES.values()) <= set(rules.PAGES)
    assert set(Owner) == set(rules.OWNERS) == set(rules.WHO)
    assert set(Direction) == set(rules.DIRECTIONS)
    assert set(Sensitivity) == set(rules.SENSITIVITIES)


async def test_it_is_published_in_its_order_with_what_this_base_has_no_place_for(
    sync_database, central_directory
) -> None:
    able = central_directory.capabilities
    central_directory.capabilities = replace(able, reads=able.reads - {"objections"}, entities=able.entities - {"gift"})
    await publish(sync_database, central_directory)
    found = await entries(sync_database)
    assert [one.name for one in found] == list(DESCRIPTIONS)
    assert {one.name for one in found if not one.kept_there} == {"objections", "gift"}
    address = found[1]
    assert address.fields[:2] == ["unit", "building"]
    assert (address.owner, address.direction, address.sensitivity) == ("shared", "both", "contact")
    assert address.rule == GROUPS["address"].rule


async def test_published_again_it_keeps_what_was_measured_and_forgets_what_no_longer_exists(
    sync_database, central_directory, owner
) -> None:
    await publish(sync_database, central_directory)
    await measure(sync_database)
    owner.execute("UPDATE data_dictionary SET name = 'shoe_size' WHERE name = 'memo'")
    await publish(sync_database, central_directory)
    found = {one.name: one for one in await entries(sync_database)}
    assert set(found) == set(DESCRIPTIONS)
    assert found["address"].measured_at is not None
    assert found["memo"].measured_at is None


async def test_it_is_measured_how_many_members_have_a_value(sync_database, central_directory, owner) -> None:
    owner.execute("UPDATE member SET closed = true WHERE number = '1003'")
    owner.execute("UPDATE contact_choice SET objections = '{appeals/post}' WHERE member_id IN "
                  "(SELECT id FROM member WHERE number IN ('1001', '1002', '1003'))")  # fmt: skip
    await publish(sync_database, central_directory)
    await measure(sync_database)
    found = {one.name: (one.members, one.filled) for one in await entries(sync_database)}
    assert found["record"] == (6, 6), "of seven one is closed"
    assert found["address"] == (6, 1)
    assert found["objections"] == (6, 2)
    assert found["consents"] == (6, 0)
    assert found["returned_post"] == (6, 1)
    assert found["gift"] == (6, 1), "thirty gifts of one member are one member"
    assert found["campaign"] == (None, None)


async def test_freshness_is_the_last_change_that_was_confirmed(
    sync_database, central_directory, visitor, owner
) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    await move(walker, "rue Neuve")
    await publish(sync_database, central_directory)
    await measure(sync_database)
    assert (await entries(sync_database))[1].newest_at is None, "it has not arrived yet"
    await push(sync_database, central_directory)
    await measure(sync_database)
    (at,) = owner.execute("SELECT status_at FROM recorded_change").fetchone()
    assert (await entries(sync_database))[1].newest_at == at


async def test_the_command_prints_a_line_each(sync_database, central_directory) -> None:
    await publish(sync_database, central_directory)
    await measure(sync_database)
    found = await entries(sync_database)
    plain, stats = (in_words(found, stats=stats).splitlines() for stats in (False, True))
    assert len(plain) == len(stats) == len(DESCRIPTIONS) + 1
    [phones] = [line for line in plain if line.startswith("phones")]
    assert phones.split("  ")[-1].startswith("what either side added")
    [address] = [line.split() for line in stats if line.startswith("address")]
    assert address == ["address", "7", "2", "28.6", "–"]
