"""The same scene with either central base; `line` puts a proxy between it and the sync."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url

from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.connectors.tryton.connector import TrytonDirectory
from portal.database import Database, role_url
from portal.web import session
from tests.backoffice_sync.bases import Reference
from tests.backoffice_sync.kill.people import Person
from tests.backoffice_sync.kill.proxy import Proxy
from tests.backoffice_sync.kill.scene import Scene
from tests.backoffice_sync.kill.workers import Workers
from tests.backoffice_sync.tryton.conftest import peer, tryton, tryton_template  # noqa: F401
from tests.backoffice_sync.tryton.hands import TrytonHands

PEOPLE = 8
HOME = {"house_number": "5", "street": "rue des Lilas", "postcode": "69003", "town": "Lyon"}


@pytest.fixture(params=["postgresql", "tryton"])
def address(request: pytest.FixtureRequest) -> str:
    """Of the central base, as the sync is told it."""
    if request.param == "tryton":
        return str(request.getfixturevalue("tryton").url)
    return str(request.getfixturevalue("central_url"))


@pytest.fixture
async def line(address: str) -> AsyncIterator[Proxy]:
    """Between the sync and the central base; whoever takes it must reach the base by `through(line, address)`."""
    if address.startswith("tryton"):
        parts = urlsplit(address)
        proxy = Proxy(parts.hostname or "", parts.port or 0)
    else:
        where = conninfo_to_dict(address)
        proxy = Proxy(socket=Path(str(where["host"])) / f".s.PGSQL.{where['port']}")
    async with proxy.listening():
        yield proxy


def through(line: Proxy, address: str) -> str:
    parts = urlsplit(address)
    if address.startswith("tryton"):
        return urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{line.port}"))
    plain = f"//postgres@127.0.0.1:{line.port}{parts.path}?sslmode=disable&gssencmode=disable"
    return f"postgresql:{plain}"


@pytest.fixture
async def scene(request, address, settings, tmp_path, monkeypatch) -> AsyncIterator[Scene]:
    async def nothing_to_say(*_: object) -> None: ...

    monkeypatch.setattr(session, "flash", nothing_to_say)
    portal = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    sync_url = role_url(settings.database_url, settings.secret_key, "portal_sync")
    sync = Database(sync_url)
    async with portal.begin() as db:
        await (await db.connection()).exec_driver_sql("TRUNCATE member, campaign, sync_cursor CASCADE")
    async with AsyncExitStack() as stack:
        workers = Workers(sync_url.render_as_string(hide_password=False), address, tmp_path / "workers.log")
        stack.callback(workers.close)
        stack.push_async_callback(portal.close)
        stack.push_async_callback(sync.close)
        made: list[tuple[str, str]] = []
        if address.startswith("tryton"):
            hands = TrytonHands(address, request.getfixturevalue("tryton").dsn)
            stack.push_async_callback(hands.close)
            for _ in range(PEOPLE):
                key = await hands.make("member")
                made.append((key, await hands.make("address", key)))

            async def type_town(person: Person, town: str) -> None:
                await hands.edit("address", person.address_id, city=town)

            directory = TrytonDirectory(address)
        else:
            connection = stack.enter_context(psycopg.connect(address))
            base = Reference(connection, address)
            for number in range(1, PEOPLE + 1):
                base.add("member", number, number=f"N{number}", kind="person", first_name="Anne", last_name="Durand")
                base.add("address", number, member=number, **HOME)
                made.append((str(number), str(number)))

            async def type_town(person: Person, town: str) -> None:
                base.edit("address", person.address_id, town=town)

            directory = PostgresDirectory(address)  # type: ignore[assignment]
        stack.push_async_callback(directory.close)
        found = Scene(portal, sync, directory, type_town, workers)
        await found.begin(made)
        yield found
