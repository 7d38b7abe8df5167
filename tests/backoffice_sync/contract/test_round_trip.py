"""A real export through each connector: the portal takes it over, and gives it back, without a difference."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import islice

import pytest

from backoffice_sync.compare.checksums import add_up, counted, ours
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.directory import Directory, Value
from backoffice_sync.inward.pull import pull
from backoffice_sync.mapping import ENTITIES, GROUPS, Rule
from backoffice_sync.npsp import load
from backoffice_sync.outward.push import push
from portal import changes
from tests.backoffice_sync.contract.export import Values, everything, into_memory, into_sql, into_tryton, values
from tests.backoffice_sync.npsp_export import EXPORT
from tests.backoffice_sync.sql.staff import SqlStaff
from tests.backoffice_sync.tryton.hands import TrytonHands

READ, PUSHED = 10, 40
"""Every so manieth member is read group by group, and has each of its groups passed on as it is."""

FEWEST = 300


@dataclass(frozen=True)
class Filled:
    directory: Directory
    values: Values


@pytest.fixture(params=["memory", "postgresql", "sql", "tryton"])
async def filled(request, central, central_url, tmp_path) -> AsyncIterator[Filled]:
    load(central, EXPORT)
    reference = PostgresDirectory(central_url)
    found = await everything(reference)
    if request.param == "memory":
        yield Filled(into_memory(found), values(found))
    elif request.param == "postgresql":
        yield Filled(reference, values(found))
    elif request.param == "sql":
        staff = SqlStaff(request.getfixturevalue("association_url"), tmp_path)
        yield Filled(into_sql(staff, found), values(found))
        await staff.close()
    else:
        where = request.getfixturevalue("tryton")
        hands = TrytonHands(where.url, where.dsn)
        there = await into_tryton(hands, values(found))
        yield Filled(hands.connect(), there)
        await hands.close()
    await reference.close()


async def test_an_export_goes_through_without_a_difference(filled, sync_database, owner) -> None:
    directory, went_in = filled.directory, filled.values
    reads = directory.capabilities.reads
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    await pull(sync_database, directory)
    assert owner.execute("SELECT entity, problem FROM sync_set_aside").fetchall() == []

    there = await everything(directory)
    told = values(there)
    assert len(went_in) > FEWEST
    for member, groups in went_in.items():
        for group in reads & groups.keys():
            assert told[member][group] == groups[group], (member, group)
    for member in islice(went_in, 0, None, READ):
        for group in sorted(reads):
            assert await directory.read(member, group) == told[member][group], (member, group)
    for name in directory.capabilities.entities:
        here = counted(owner.execute(ours(ENTITIES[name]).encode()).fetchall())
        assert here == add_up(ENTITIES[name], there[name]), name

    assert not any((await pull(sync_database, directory)).values()), "nothing is new"
    owner.execute("TRUNCATE sync_cursor")
    assert not any((await pull(sync_database, directory)).values()), "everything again is as it is"

    position = (await directory.news(await directory.position())).position
    passed_on = 0
    for member in islice(went_in, 0, None, PUSHED):
        passed_on += await pass_on_as_it_is(sync_database, owner, member, told[member], directory.capabilities.writes)
    for _ in range(3):
        await push(sync_database, directory)
    done = owner.execute("SELECT status, count(*) FROM recorded_change GROUP BY status").fetchall()
    assert done == [("confirmed", passed_on)]
    assert (await directory.news(position)).ids == {}, "nothing was written"
    assert not any((await pull(sync_database, directory)).values())


async def pass_on_as_it_is(sync_database, owner, member, groups, writes) -> int:
    """Each group, as though it had been something else before."""
    [(member_id,)] = owner.execute("SELECT id FROM member WHERE central_id = %s", [member]).fetchall()
    recorded = 0
    async with sync_database.begin() as db:
        await changes.lock(db, member_id)
        for group in sorted(writes):
            is_list = GROUPS[group].rule is Rule.EACH_ITEM
            before: Value = {GROUPS[group].fields[0]: []} if is_list else {"before": "it"}
            made = await changes.record(db, member_id, group, old=before, new=groups[group], actor="member:x")
            recorded += made is not None
    return recorded
