"""Gifts as a test needs them."""

from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from tests.personas import THIS_YEAR, Person

PLAIN = {"given_on": date(THIS_YEAR, 1, 1), "amount": 50, "currency": "EUR", "means": "cheque", "state": "received"}
numbers = count(1)


@pytest.fixture
def give(owner, member_id) -> Callable[..., UUID]:
    """Write a gift of this person; gives its number in the portal."""

    def write(person: Person, **more: Any) -> UUID:
        values = {"central_id": f"t{next(numbers)}", "member_id": member_id(person), "state_reason": ""} | PLAIN | more
        columns, places = ", ".join(values), ", ".join(f"%({name})s" for name in values)
        found: UUID = owner.execute(f"INSERT INTO gift ({columns}) VALUES ({places}) RETURNING id", values).fetchone()[
            0
        ]
        return found

    return write


@pytest.fixture
def wishes(owner, member_id) -> Callable[[Person, str], None]:
    """Set how this person wishes to have receipts."""

    def set_rhythm(person: Person, rhythm: str) -> None:
        owner.execute("UPDATE receipt_wish SET receipt_rhythm = %s WHERE member_id = %s", [rhythm, member_id(person)])

    return set_rhythm
