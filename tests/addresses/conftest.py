from collections.abc import Callable
from typing import Any

import pytest

from tests.personas import MARIE, STRANGER, Person
from tests.walker import Page, Walker

LIST = "/profile/addresses"
SEA: dict[str, Any] = {
    "house_number": "3", "street": "chemin des Dunes", "unit": "", "postcode": "29200", "town": "Brest",
    "purpose": "second_home", "from_day": "1", "from_month": "07", "to_day": "31", "to_month": "08",
}  # fmt: skip


@pytest.fixture
async def marie(visitor: Callable[..., Walker]) -> Walker:
    walker = visitor()
    await walker.enter(MARIE)
    return walker


@pytest.fixture
async def stranger(visitor: Callable[..., Walker]) -> Walker:
    walker = visitor()
    await walker.enter(STRANGER)
    return walker


async def add(walker: Walker, **fields: Any) -> Page:
    """Add an address through form and check; of the check page when something is wrong, else where it leads."""
    page = await walker.get(f"{LIST}/new")
    page = await walker.submit(page, f"{LIST}/new/check", **(SEA | fields))
    return await walker.submit(page, f"{LIST}/new") if page.status == 200 else page


def place(page: Page, ending: str = "/main") -> str:
    """The address of the first page of an address beside the main one, read from the list."""
    actions = [form.get("action") for form in page.tree.iterfind(".//form")]
    found: str = next(action for action in actions if action.startswith(LIST) and action.endswith(ending))
    return found.removesuffix(ending)


@pytest.fixture
def stored(owner: Any) -> Callable[..., list[tuple[Any, ...]]]:
    """Street, main or not, purpose and season of a member's addresses, as the database has them."""
    query = (
        "SELECT street, is_main, purpose, season_from, season_to FROM postal_address a "
        "JOIN member m ON m.id = a.member_id WHERE m.number = %s ORDER BY is_main DESC, street"
    )

    def read(person: Person = MARIE) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = owner.execute(query, [person.number]).fetchall()
        return found

    return read
