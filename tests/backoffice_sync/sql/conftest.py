"""An association's own base, in PostgreSQL, with somebody of the staff at work in it."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.backoffice_sync.sql.staff import SqlStaff, make_tables
from tests.conftest import drop

numbers = count()


@pytest.fixture(scope="session")
def association_template(server: Any, suffix: str) -> str:
    name = f"association_template_{suffix}"
    server.create_database(name, "template0")
    make_tables(server.dsn(name))
    return name


@pytest.fixture
def association_url(association_template: str, server: Any, suffix: str) -> Iterator[str]:
    name = f"association_{suffix}_{next(numbers)}"
    server.create_database(name, association_template)
    yield server.dsn(name)
    drop(server, name)


@pytest.fixture
async def staff(association_url: str, tmp_path: Path) -> AsyncIterator[SqlStaff]:
    made = SqlStaff(association_url, tmp_path)
    yield made
    await made.close()
