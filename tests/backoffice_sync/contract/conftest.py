"""Each test runs for each connector, against the real thing."""

from collections.abc import AsyncIterator

import pytest

from tests.backoffice_sync.bases import Reference, Twin
from tests.backoffice_sync.contract.staff import MemoryStaff, PostgresStaff, Staff
from tests.backoffice_sync.tryton.conftest import peer, tryton, tryton_template  # noqa: F401
from tests.backoffice_sync.tryton.hands import TrytonHands


@pytest.fixture(params=["memory", "postgresql", "tryton"])
async def staff(request: pytest.FixtureRequest) -> AsyncIterator[Staff]:
    made: Staff
    if request.param == "memory":
        made = MemoryStaff(Twin())
    elif request.param == "postgresql":
        url = request.getfixturevalue("central_url")
        made = PostgresStaff(Reference(request.getfixturevalue("central"), url), url)
    else:
        where = request.getfixturevalue("tryton")
        made = TrytonHands(where.url, where.dsn)
    yield made
    await made.close()
