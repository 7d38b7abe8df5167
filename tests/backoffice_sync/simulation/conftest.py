"""A machine to run, on a portal database of its own."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from functools import partial

import psycopg
import pytest
from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy.engine import make_url

from portal.database import Database, role_url
from portal.web import session
from tests.backoffice_sync.simulation.machine import machine_of
from tests.backoffice_sync.simulation.process import counted_wait


@pytest.fixture
def machine(settings, monkeypatch) -> Iterator[Callable[..., type[RuleBasedStateMachine]]]:
    async def nothing_to_say(*_: object) -> None: ...

    monkeypatch.setattr(session, "flash", nothing_to_say)
    logging.disable()
    monkeypatch.setattr(psycopg.AsyncConnection, "wait", counted_wait)
    sync_url = role_url(settings.database_url, settings.secret_key, "portal_sync")
    with asyncio.Runner() as runner:
        portal = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
        yield partial(machine_of, runner, portal, sync_url)
        runner.run(portal.close())
    logging.disable(logging.NOTSET)
