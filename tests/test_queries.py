"""How many statements a page costs, session included; more gifts cost no more statements."""

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.personas import MARIE, STRANGER

BUDGET = {
    "/": 4,
    "/gifts": 3,
    "/mandates": 2,
    "/receipts": 2,
    "/profile": 5,
    "/profile/address": 3,
    "/profile/changes": 3,
}


@pytest.fixture
def statements():
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", BUDGET)
@pytest.mark.parametrize("person", [MARIE, STRANGER])
async def test_a_page_keeps_to_its_number_of_statements(visitor, statements, path, person) -> None:
    walker = visitor()
    await walker.enter(person)
    await walker.get(path)
    statements.clear()
    assert (await walker.get(path)).status == 200
    assert len(statements) == BUDGET[path], "\n".join(statements)
