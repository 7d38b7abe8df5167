"""PostgreSQL is restarted while changes are on their way: the portal's or the central base's, in order or by force."""

import asyncio
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

from portal import embedded, migrations
from tests.backoffice_sync.kill.scene import until
from tests.conftest import SCHEMA, settings_for

AT_WORK = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'"


@pytest.fixture
def private():
    """A server of its own, which no other test uses."""
    data = Path(tempfile.mkdtemp(prefix="portal-restart-"))
    server = embedded.start(data)
    yield server
    server.stop()
    shutil.rmtree(data)


@pytest.fixture
def settings(settings, whose, private):
    if whose != "portal":
        return settings
    private.create_database("portal")
    made = settings_for(private, "portal")
    migrations.migrate(made)
    return made


@pytest.fixture
def address(central_url, whose, private):
    if whose != "central":
        return central_url
    private.create_database("central")
    with psycopg.connect(private.dsn("central")) as connection:
        connection.execute(SCHEMA.read_bytes())
    return private.dsn("central")


def restart(server: embedded.Server, by: str) -> None:
    embedded._pg_ctl(server.data, "restart", "-m", by, "-l", str(server.data / "server.log"))


@pytest.mark.parametrize(("whose", "by"), [("portal", "immediate"), ("central", "immediate")])
async def test_a_restarted_database_ends_no_worker_and_loses_nothing(scene, private, by) -> None:
    workers = [scene.workers.hire() for _ in range(2)]

    async def both_are_at_work() -> bool:
        return [tuple(row) for row in await scene.asked(AT_WORK)] == [(2,)]

    await until(both_are_at_work, 30, "the workers do not begin")
    for _ in range(2):
        for person in scene.people:
            await person.move()
            await person.change_phone()
        await asyncio.to_thread(restart, private, by)
        await scene.reconnect()
        await scene.drained()
    assert [scene.workers.dismiss(worker) for worker in workers] == [0, 0], scene.workers.log.read_text()
    assert await scene.check() == (0, 0)
