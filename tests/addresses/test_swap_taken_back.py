"""Two addresses that changed places are two changes, and come back as one."""

from typing import Any

import pytest

from backoffice_sync.outward.push import push
from tests.addresses.conftest import add, place
from tests.personas import MARIE
from tests.tracking.conftest import CHANGES, undo
from tests.tracking.test_undo import NEWEST, TAKEN_BACK, TOO_LATE


@pytest.fixture
def one(owner):
    return lambda query, *values: owner.execute(query, values).fetchone()


@pytest.fixture
async def swapped(marie, sync_database, central_directory, stored) -> list[Any]:
    """The second home becomes the main address; gives what was stored before."""
    page = await add(marie)
    await push(sync_database, central_directory)
    before: list[Any] = stored()
    await marie.submit(page, f"{place(page)}/main")
    return before


async def test_a_main_address_that_changed_places_with_another_changes_back_at_one_press(
    marie, swapped, stored, one, owner, sync_database, central_directory
) -> None:
    there = [await central_directory.read(MARIE.number, group) for group in ("address", "other_addresses")]
    page = await marie.get(CHANGES)
    assert page.text.count("Take this change back") == 1
    page = await undo(marie, one(NEWEST)[0], page)
    assert TAKEN_BACK in page.text
    assert page.text.count("Taken back by you") == 2
    assert stored() == swapped
    writes = len(central_directory.writes)
    await push(sync_database, central_directory)
    assert len(central_directory.writes) == writes
    assert there == [await central_directory.read(MARIE.number, group) for group in ("address", "other_addresses")]
    assert stored() == swapped
    assert one("SELECT count(*) FROM field_in_motion") == (0,)
    states = owner.execute("SELECT status FROM recorded_change ORDER BY seq OFFSET 1").fetchall()
    assert states == [("undone",), ("undone",), ("confirmed",), ("confirmed",)]


async def test_either_of_two_changes_of_one_save_takes_back_both(marie, swapped, stored, one) -> None:
    (first,) = one("SELECT id FROM recorded_change ORDER BY seq DESC OFFSET 1 LIMIT 1")
    await undo(marie, first)
    assert stored() == swapped


async def test_when_half_of_a_save_has_gone_on_none_of_it_is_taken_back(marie, swapped, stored, one, owner) -> None:
    (change_id,) = one(NEWEST)
    form, after = await marie.get(CHANGES), stored()
    owner.execute("UPDATE recorded_change SET status = 'sent' WHERE id <> %s AND status = 'saved'", [change_id])
    assert "Take this change back" not in (await marie.get(CHANGES)).text
    assert TOO_LATE in (await undo(marie, change_id, form)).text
    assert stored() == after != swapped
