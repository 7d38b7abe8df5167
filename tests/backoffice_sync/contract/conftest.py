"""Each test runs for each connector, against the real thing."""

from collections.abc import AsyncIterator

import pytest

from tests.backoffice_sync.bases import Reference, Twin
from tests.backoffice_sync.contract.staff import MemoryStaff, PostgresStaff, Staff
from tests.backoffice_sync.sql.conftest import association_template, association_url  # noqa: F401
from tests.backoffice_sync.sql.staff import BY_LOG, BY_STAMPS, SqlStaff
from tests.backoffice_sync.tryton.conftest import peer, tryton, tryton_template  # noqa: F401
from tests.backoffice_sync.tryton.hands import TrytonHands


@pytest.fixture(params=["memory", "postgresql", "tryton", "sql by its log", "sql by stamps"])
async def staff(request: pytest.FixtureRequest) -> AsyncIterator[Staff]:
    made: Staff
    if request.param == "memory":
        made = MemoryStaff(Twin())
    elif request.param == "postgresql":
        url = request.getfixturevalue("central_url")
        made = PostgresStaff(Reference(request.getfixturevalue("central"), url), url)
    elif request.param.startswith("sql"):
        mapping = BY_LOG if request.param == "sql by its log" else BY_STAMPS
        made = SqlStaff(request.getfixturevalue("association_url"), request.getfixturevalue("tmp_path"), mapping)
    else:
        where = request.getfixturevalue("tryton")
        made = TrytonHands(where.url, where.dsn)
    yield made
    await made.close()
