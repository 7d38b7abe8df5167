"""A portal that issues, without anybody's gifts but those that a test puts in."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from portal.database import Database
from portal.issuing.actions import cancel as cancel_receipt
from portal.issuing.run import Report, issue_year
from tests.issuing.givers import LAST_YEAR, Giver, issuing, put_giver


@pytest.fixture
def giver(owner) -> Giver:
    owner.execute("DELETE FROM receipt")
    owner.execute("DELETE FROM gift")
    return partial(put_giver, owner)


@pytest.fixture
async def command_database(settings) -> AsyncIterator[Database]:
    """As the commands have it: with the owner's rights."""
    made = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"), pool_size=4)
    yield made
    await made.close()


@pytest.fixture
def issue(command_database, settings, tmp_path: Path) -> Callable[..., Awaitable[Report]]:
    """What `portal receipts issue` does; the settings may be others."""

    async def act(year: int = LAST_YEAR, **more: Any) -> Report:
        file = tmp_path / "without-receipt.csv"
        return await issue_year(command_database, issuing(settings, **more), year, file, lambda _: None)

    return act


@pytest.fixture
def cancel(command_database, settings) -> Callable[..., Awaitable[str]]:
    """Gives the successor's number, empty when there is none."""

    async def act(number: str, reason: str = "wrong amount", **more: Any) -> str:
        async with command_database.begin() as db:
            successor = await cancel_receipt(db, issuing(settings, **more), number, reason)
        return successor.number if successor else ""

    return act
