"""A central base with people whose gifts the portal has, and the portal's issuing on the other side."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.receipts import deliver_receipts
from tests.backoffice_sync.bases import Base, Reference, Twin, fill
from tests.issuing.conftest import cancel, command_database, issue  # noqa: F401 - the portal's side
from tests.issuing.givers import LAST_YEAR


@pytest.fixture(params=["twin", "reference"])
async def base(request, sync_database, central, central_url, owner) -> AsyncIterator[Base]:
    """A central base whose people and gifts the portal has."""
    made = Twin() if request.param == "twin" else Reference(central, central_url)
    fill(made, LAST_YEAR)
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    await pull(sync_database, made.directory)
    yield made
    if isinstance(made, Reference):
        await made.directory.close()


@pytest.fixture
def tell(sync_database, base):
    return partial(deliver_receipts, sync_database, base.directory)


@pytest.fixture
def bring(sync_database, base):
    return partial(pull, sync_database, base.directory)


@pytest.fixture
def here(owner):
    """Of each receipt that the portal holds: known by the central base's number, state, state told, why refused."""
    query = "SELECT central_id IS NOT NULL, state, delivered, undelivered FROM receipt ORDER BY number"
    return lambda: owner.execute(query).fetchall()


@pytest.fixture
def of(owner):
    """The number of a member's valid receipt, for members come in any order."""
    query = (
        "SELECT r.number FROM receipt r JOIN member m ON m.id = member_id WHERE m.central_id = %s AND state = 'issued'"
    )
    return lambda member: owner.execute(query, [str(member)]).fetchone()[0]
