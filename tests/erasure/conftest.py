"""Erasing as the worker does it, with the worker's own rights."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from portal import cli
from portal.database import Database, role_url
from portal.erasure import store
from tests.conftest import SECRET
from tests.personas import MARIE


@pytest.fixture
async def worker_database(settings):
    made = Database(role_url(settings.database_url, settings.secret_key, "portal_worker"))
    yield made
    await made.close()


@pytest.fixture
def erase(worker_database, settings, member_id) -> Callable[..., Any]:
    async def act(person=MARIE, member=None, **more: Any) -> bool:
        known = {"request_id": None, "actor": "staff:1", "key": settings.secret_key}
        async with worker_database.begin() as db:
            return await store.erase(db, member or member_id(person), **(known | more))

    return act


@pytest.fixture
def without_mandate(owner):
    owner.execute("UPDATE mandate SET state = 'cancelled'")


@pytest.fixture
def portal(monkeypatch):
    """The command line, on a database; gives its exit status."""

    def run(address: str, words: tuple[object, ...]) -> object:
        monkeypatch.setenv("DATABASE_URL", address)
        monkeypatch.setenv("SECRET_KEY", SECRET)
        monkeypatch.setattr("sys.argv", ["portal", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code

    return lambda address, *words: asyncio.to_thread(run, address, words)
