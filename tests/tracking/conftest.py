"""A donor with changes, and the state in which each of them stands."""

import json
from uuid import UUID

import pytest

from tests.personas import MARIE

CHANGES = "/profile/changes"


@pytest.fixture
async def marie(visitor):
    walker = visitor()
    await walker.enter(MARIE)
    return walker


@pytest.fixture
def one(owner):
    return lambda query, *values: owner.execute(query, values).fetchone()


@pytest.fixture
def recorded(owner, member_id):
    """A change as the features and the sync leave it behind."""

    def recorded(group, old, new, status="confirmed", reason="", actor="member", person=MARIE) -> UUID:
        number = member_id(person)
        row = owner.execute(
            "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor, status, reason) "
            "VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, %s, %s) RETURNING id",
            [number, group, json.dumps(old), json.dumps(new), actor if ":" in actor else f"{actor}:{number}", status,
             reason],
        ).fetchone()  # fmt: skip
        found: UUID = row[0]
        return found

    return recorded


async def undo(walker, change_id, page=None, **more):
    """Press the button that takes this change back, on this page or the present one."""
    page = page or await walker.get(CHANGES)
    return await walker.submit(page, None, to=f"{CHANGES}/{change_id}/undo", **more)
