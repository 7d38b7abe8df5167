"""A pull and a donor at the same rows at the same moment."""

import asyncio
from functools import partial

import pytest
from sqlalchemy.engine import make_url

from backoffice_sync.inward.pull import pull
from portal.database import Database
from portal.phones import actions, queries
from portal.phones.rules import Phone
from portal.web.donor import Donor
from tests.backoffice_sync.kill.scene import until
from tests.personas import MARIE

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
NEW = Phone("+33699999999", "mobile")


@pytest.fixture
async def portal(settings):
    database = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    yield database
    await database.close()


async def is_waiting(owner) -> bool:
    return bool(owner.execute(WAITING).fetchone() == (1,))


async def test_a_number_that_a_donor_replaces_while_it_is_pulled_does_not_come_back(
    portal, owner, sync_database, central_directory
) -> None:
    """The pull waits for the donor's transaction, and then sees what that has brought."""
    await pull(sync_database, central_directory)
    donor = Donor(owner.execute("SELECT id FROM member WHERE central_id = %s", [MARIE.number]).fetchone()[0])
    for row in list(central_directory.tables["phone"].values()):
        central_directory.put("phone", row)
    async with portal.begin() as db:
        [former] = (await queries.phones(db, donor)).listed
        await actions.replace(db, donor, former, NEW)
        pulling = asyncio.create_task(pull(sync_database, central_directory))
        await until(partial(is_waiting, owner), 10, "the pull does not wait")
    await pulling
    assert owner.execute("SELECT number FROM phone").fetchall() == [(NEW.number,)]
