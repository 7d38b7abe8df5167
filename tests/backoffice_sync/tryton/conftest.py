"""A real Tryton on a free port, with a database of its own for each file of tests."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest

from backoffice_sync.connectors.tryton.connector import TrytonDirectory
from tests.backoffice_sync.tryton.hands import TrytonHands
from tests.backoffice_sync.tryton.peer import PASSWORD, USER, Peer, install
from tests.conftest import drop, free_port

numbers = count()


@dataclass(frozen=True)
class Tryton:
    """Where it answers, and the database beneath it."""

    url: str
    dsn: str


@pytest.fixture(scope="session")
def peer(server: Any, tmp_path_factory: pytest.TempPathFactory) -> Peer:
    return Peer(install(), tmp_path_factory.mktemp("tryton"), server)


@pytest.fixture(scope="session")
def tryton_template(peer: Peer, suffix: str) -> str:
    name = f"tryton_template_{suffix}"
    peer.make(name)
    return name


@pytest.fixture(scope="module")
def tryton(peer: Peer, tryton_template: str, suffix: str, server: Any) -> Iterator[Tryton]:
    name, port = f"tryton_{suffix}_{next(numbers)}", free_port()
    server.create_database(name, tryton_template)
    with peer.serve(port, name):
        yield Tryton(f"tryton+http://{USER}:{quote(PASSWORD)}@127.0.0.1:{port}/{name}", server.dsn(name))
    drop(server, name)


@pytest.fixture
async def hands(tryton: Tryton) -> AsyncIterator[TrytonHands]:
    """Somebody of the staff at work in Tryton."""
    made = TrytonHands(tryton.url, tryton.dsn)
    yield made
    await made.close()


@pytest.fixture
async def directory(tryton: Tryton) -> AsyncIterator[TrytonDirectory]:
    made = TrytonDirectory(tryton.url)
    yield made
    await made.close()
