"""Receipts as the other features leave them, straight into the table."""

import json
from collections.abc import Callable
from datetime import date
from itertools import count

import pytest

from tests.personas import MARIE

Issue = Callable[..., str]


def line(on: date, amount: str) -> str:
    return json.dumps([{"on": on.isoformat(), "amount": amount}])


@pytest.fixture
def issue(owner, member_id) -> Issue:
    """One more receipt of Marie's; gives its number."""
    owner.execute("DELETE FROM receipt")
    numbers = count(1)

    # given on the day of issue, for most of these tests
    def put(issued_on: date, amount: str = "50.00", **more: object) -> str:
        values = {
            "member_id": member_id(MARIE), "number": f"T-{next(numbers):06}", "fiscal_year": issued_on.year,
            "kind": "gift", "article": "200", "issued_on": issued_on, "amount": amount, "currency": "EUR",
            "state": "issued", "donor_name": "", "donor_address": "", "lines": line(issued_on, amount),
        } | more  # fmt: skip
        names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        owner.execute(f"INSERT INTO receipt ({names}) VALUES ({marks})", list(values.values()))
        return str(values["number"])

    return put


@pytest.fixture
def cancel(owner) -> Callable[[str], None]:
    return lambda number: owner.execute("UPDATE receipt SET state = 'cancelled' WHERE number = %s", [number])
