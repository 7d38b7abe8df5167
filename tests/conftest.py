"""Real PostgreSQL, real SMTP: every test has a portal database of its own, cloned from one with the personas in it."""

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import psycopg
import pytest
from aiosmtpd.controller import Controller
from litestar import Litestar
from psycopg import sql
from sqlalchemy.engine import make_url

from backoffice_sync.connectors.memory import MemoryDirectory
from backoffice_sync.inward.pull import pull
from portal import ROOT, embedded, migrations, work
from portal.app import build
from portal.database import Database, role_url
from portal.settings import Settings
from portal.staff.actions import create_account
from portal.web import refusals
from tests import personas
from tests.walker import Walker

SECRET = "a secret for tests, long enough to be accepted"
DATA = "PORTAL_TEST_DATA"  # the run's own server folder, told to the workers of pytest-xdist by the environment
SCHEMA = ROOT / "backoffice_sync" / "connectors" / "postgresql" / "schema.sql"
numbers = count()


class Server(Protocol):
    def dsn(self, database: str) -> str: ...
    def create_database(self, name: str, template: str | None = None) -> None: ...


@dataclass(frozen=True)
class OtherServer:
    """Any PostgreSQL, named by TEST_DATABASE_URL (a superuser's address)."""

    address: str

    def dsn(self, database: str) -> str:
        return make_url(self.address).set(database=database).render_as_string(hide_password=False)

    def create_database(self, name: str, template: str | None = None) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            source = sql.Identifier(template or "template1")
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            connection.execute(copy.format(sql.Identifier(name), source))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server() -> Server:
    if address := os.environ.get("TEST_DATABASE_URL"):
        return OtherServer(address)
    return embedded.start(Path(os.environ[DATA]), durable=False)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[DATA] = tempfile.mkdtemp(prefix="portal-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        data = Path(os.environ.pop(DATA))
        if found := embedded.running(data):
            found.stop()
        shutil.rmtree(data)


@pytest.fixture(scope="session")
def suffix(worker_id: str) -> str:
    return worker_id


def fresh(server: Server, name: str, template: str) -> None:
    server.create_database(name, template)


def drop(server: Server, name: str) -> None:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def settings_for(server: Server, database: str) -> Settings:
    return Settings(
        database_url=server.dsn(database),
        secret_key=SECRET,
        base_url="https://portal.test",
        smtp_url="smtp://127.0.0.1:9",
        staff_email_sign_in=True,
    )


@pytest.fixture(scope="session")
def template(server: Server, suffix: str) -> str:
    """A migrated database into which the sync has pulled the personas."""
    name = f"template_{suffix}"
    fresh(server, name, "template0")
    settings = settings_for(server, name)
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as turn:
        turn.execute("SELECT pg_advisory_lock(1)")  # roles are the whole server's: one worker creates them at a time
        migrations.migrate(settings)
    asyncio.run(_people(settings))
    return name


async def _people(settings: Settings) -> None:
    database = Database(role_url(settings.database_url, settings.secret_key, "portal_sync"))
    await pull(database, personas.directory())
    await database.close()
    for person in personas.STAFF:
        values = {"email": person.email, "name": person.number.title(), "role": person.number}
        await work.as_owner(settings, lambda db, values=values: create_account(db, **values, actor="tests"))  # type: ignore[misc]


@pytest.fixture
def settings(server: Server, template: str, suffix: str) -> Iterator[Settings]:
    refusals.lately.clear()  # each test is a process of its own, as far as the damper is concerned
    name = f"portal_{suffix}"
    fresh(server, name, template)
    yield settings_for(server, name)
    drop(server, name)


@pytest.fixture
def owner(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    """The owner of the tables: to arrange what a test needs, and to see what was really stored."""
    options = "-c lock_timeout=60s"  # a test that waits for itself fails
    with psycopg.connect(settings.database_url, autocommit=True, options=options) as connection:
        yield connection


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    """As the plain web role."""
    kept = _web_database(settings)
    yield kept
    await kept.close()


@pytest.fixture
def app(settings: Settings, database: Database) -> Litestar:
    return _app(settings, database)


@cache
def _web_database(settings: Settings) -> Database:
    """One for all tests, which find a fresh database under the same name; nothing stays open between them."""
    return Database(role_url(settings.database_url, settings.secret_key, "portal_web"))


@cache
def _app(settings: Settings, database: Database) -> Litestar:
    """Built once for all tests with the same settings: to read all routes and templates takes half a second."""
    return build(settings, database)


@pytest.fixture
def visitor(app: Litestar, settings: Settings, owner: psycopg.Connection[Any]) -> Callable[..., Walker]:
    """A new browser at each call."""
    return lambda language="en": Walker(app, settings, owner, language)


@pytest.fixture
async def editor(visitor: Callable[..., Walker]) -> Walker:
    walker = visitor()
    await walker.enter(personas.EDITOR)
    return walker


@pytest.fixture
def member_id(owner: psycopg.Connection[Any]) -> Callable[[personas.Person], UUID]:
    """The portal's own number of a persona."""

    def find(person: personas.Person) -> UUID:
        row = owner.execute("SELECT id FROM member WHERE number = %s", [person.number]).fetchone()
        assert row is not None
        found: UUID = row[0]
        return found

    return find


@pytest.fixture
async def sync_database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(role_url(settings.database_url, settings.secret_key, "portal_sync"))
    yield database
    await database.close()


@pytest.fixture
def central_directory() -> MemoryDirectory:
    """The central base from which the personas came."""
    return personas.directory()


@pytest.fixture(scope="session")
def central_template(server: Server, suffix: str) -> str:
    name = f"central_template_{suffix}"
    fresh(server, name, "template0")
    with psycopg.connect(server.dsn(name)) as connection:
        connection.execute(SCHEMA.read_bytes())
    return name


@pytest.fixture
def central_url(server: Server, central_template: str, suffix: str) -> Iterator[str]:
    name = f"central_{suffix}_{next(numbers)}"
    fresh(server, name, central_template)
    yield server.dsn(name)
    drop(server, name)


@pytest.fixture
def central(central_url: str) -> Iterator[psycopg.Connection[Any]]:
    """An empty central base with the reference schema."""
    with psycopg.connect(central_url) as connection:
        yield connection


class Postbox:
    """Mails that arrived by a real SMTP conversation."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        return "250 accepted"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    box, port = Postbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def mails(postbox: tuple[Postbox, int]) -> Postbox:
    return postbox[0]


@pytest.fixture
def work_off(settings: Settings, postbox: tuple[Postbox, int]) -> Callable[[], Any]:
    """Let the worker carry out what is queued, with its mails going to the postbox."""
    reachable = replace(settings, smtp_url=f"smtp://127.0.0.1:{postbox[1]}")
    return lambda: work.run(reachable, until_idle=True)


@pytest.fixture(scope="session")
def npsp_folder() -> Path:
    return Path(__file__).parent / "data" / "npsp-1k"
