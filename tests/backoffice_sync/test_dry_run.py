"""What a push would write, listed before it is let; and what it says while it is not."""

import pytest

from backoffice_sync.compare.reconcile import reconcile
from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.dry_run import NotYetError, Planned, enable, plan
from backoffice_sync.outward.push import may_push, push
from tests.backoffice_sync.test_push import change_address, statuses, street_there, type_into_central
from tests.personas import NADIA


async def listed(portal, directory) -> list[Planned]:
    return [one async for one in plan(portal, directory)]


async def test_it_lists_what_the_push_then_writes_and_writes_nothing_itself(
    sync_database, central_directory, visitor, owner
) -> None:
    await pull(sync_database, central_directory)
    await change_address(visitor)
    await change_address(visitor, NADIA)
    type_into_central(central_directory, "address", "a1001", street="rue du Secrétariat")
    before = {name: dict(rows) for name, rows in central_directory.tables.items()}
    planned = await listed(sync_database, central_directory)
    assert [(one.number, one.group) for one in planned] == [("1001", "address"), ("1002", "address")]
    assert [(one.there or {}).get("street") for one in planned] == ["rue du Secrétariat", None]
    assert {(one.new or {})["street"] for one in planned} == {"place Bellecour"}
    assert central_directory.writes == []
    assert central_directory.tables == before
    assert statuses(owner) == ["saved", "saved"]
    assert owner.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)
    await push(sync_database, central_directory)
    assert await street_there(central_directory) == "place Bellecour"
    assert await listed(sync_database, central_directory) == []


async def test_what_the_central_base_holds_already_is_not_listed(sync_database, central_directory, visitor) -> None:
    await change_address(visitor)
    await push(sync_database, central_directory)
    walker = await change_address(visitor, street="rue des Lilas")
    value = await central_directory.read("1001", "address")
    type_into_central(central_directory, "address", "a1001", **value | {"street": "rue des Lilas"})
    assert await listed(sync_database, central_directory) == []
    assert "RUE DES LILAS" in (await walker.get("/profile")).text


async def test_pushes_are_let_only_after_a_comparison_without_a_difference(
    sync_database, central_directory, owner
) -> None:
    owner.execute("UPDATE sync_cursor SET pushes = false")
    await pull(sync_database, central_directory)
    assert not await may_push(sync_database, central_directory)
    with pytest.raises(NotYetError, match="never compared"):
        await enable(sync_database, central_directory)
    told = len(central_directory.history.entries)
    type_into_central(central_directory, "member", "1001", last_name="Autrement")
    del central_directory.history.entries[told:]
    await reconcile(sync_database, central_directory)
    with pytest.raises(NotYetError, match="1 missed"):
        await enable(sync_database, central_directory)
    await reconcile(sync_database, central_directory)
    await enable(sync_database, central_directory)
    assert await may_push(sync_database, central_directory)
    await pull(sync_database, central_directory, everything=True)
    assert await may_push(sync_database, central_directory), "reading all again holds nothing back"
