"""Changes that the central base did not take, and what became of them."""

import pytest

from backoffice_sync.outward.push import push
from portal.i18n import N_
from tests.personas import MARIE, NADIA

DESK = "/staff/reviews"
REASON = N_("Our records cannot take this address.")


@pytest.fixture
def one(owner):
    return lambda query, *values: owner.execute(query, values).fetchone()


@pytest.fixture
def tell(sync_database, central_directory):
    """Pass on what is due."""

    async def tell():
        await push(sync_database, central_directory)

    return tell


@pytest.fixture
async def marie(visitor):
    walker = visitor()
    await walker.enter(MARIE)
    return walker


@pytest.fixture
async def nadia(visitor):
    walker = visitor()
    await walker.enter(NADIA)
    return walker


@pytest.fixture
def parked(marie, central_directory, tell, one):
    """Marie moves house, and the central base refuses it; gives the page of that change."""

    async def parked(refuses=lambda _: REASON):
        await move(marie, "allée des Tilleuls")
        central_directory.refuses = refuses
        await tell()
        central_directory.refuses = lambda _: None
        return f"{DESK}/{one('SELECT id FROM recorded_change ORDER BY seq DESC LIMIT 1')[0]}"

    return parked


async def move(walker, street):
    path = "/profile/address"
    page = await walker.get(path)
    await walker.submit(page, f"{path}/check", to=path, street=street)
