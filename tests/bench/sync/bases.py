"""A central base with many invented members, made in SQL, and a portal that mirrors it."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from portal import embedded, migrations
from portal.database import Database, role_url
from portal.settings import Settings
from tests.bench.data import SYNC

SECRET = "a secret for the bench, long enough to be accepted"
ROWS = (
    """INSERT INTO campaign (id, code, name) SELECT n, 'C' || n, 'Campagne ' || n FROM generate_series(1, 100) AS n""",
    """INSERT INTO member (id, number, kind, civility, first_name, last_name)
       SELECT n, 'N' || n, 'person', 'Mme', 'Anne', 'Durand ' || n FROM generate_series(1, %(members)s) AS n""",
    """INSERT INTO address (id, member_id, is_main, house_number, street, postcode, town)
       SELECT n, n, true, (n %% 200)::text, 'rue des Lilas', lpad((n %% 95000)::text, 5, '0'), 'Lyon'
       FROM generate_series(1, %(members)s) AS n""",
    """INSERT INTO email (id, member_id, address, is_main)
       SELECT n, n, 'm' || n || '@example.org', true FROM generate_series(1, %(members)s) AS n""",
    """INSERT INTO gift (id, member_id, campaign_id, given_on, amount, means, state)
       SELECT n, (n - 1) %% %(members)s + 1, n %% 100 + 1, date '2016-01-01' + (n %% 3650)::int, n %% 500 + 1,
              'cheque', 'received'
       FROM generate_series(1, %(members)s::bigint * %(gifts)s) AS n""",
)


@dataclass(frozen=True)
class Bases:
    """Where both are."""

    server: embedded.Server
    name: str

    @property
    def central_url(self) -> str:
        return self.server.dsn(f"{self.name}_central")

    @property
    def settings(self) -> Settings:
        return Settings(
            database_url=self.server.dsn(f"{self.name}_portal"), secret_key=SECRET, base_url="http://localhost:1"
        )

    @property
    def environment(self) -> dict[str, str]:
        """Of the sync's processes."""
        return os.environ | {
            "DATABASE_URL": self.settings.database_url,
            "SECRET_KEY": SECRET,
            "CENTRAL_URL": self.central_url,
        }

    def owner(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.settings.database_url, autocommit=True)

    def central(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.central_url, autocommit=True)

    def sync(self, act: Callable[[Database, PostgresDirectory], Awaitable[Any]]) -> Any:
        """Do something as the sync's role."""
        return asyncio.run(self._sync(act))

    async def _sync(self, act: Callable[[Database, PostgresDirectory], Awaitable[Any]]) -> Any:
        portal = Database(role_url(self.settings.database_url, SECRET, "portal_sync"))
        directory = PostgresDirectory(self.central_url)
        try:
            return await act(portal, directory)
        finally:
            await directory.close()
            await portal.close()


def make(server: embedded.Server, name: str, *, members: int, gifts: int) -> Bases:
    """Fresh ones: a central base with so many members, each with so many gifts, and an empty portal."""
    bases = Bases(server, name)
    for kind in ("central", "portal"):
        server.create_database(f"{name}_{kind}", template="template1")
    with bases.central() as central:
        central.execute((SYNC / "connectors" / "postgresql" / "schema.sql").read_bytes())
        central.execute("SET session_replication_role = replica")  # no history of how it was filled
        for statement in ROWS:
            central.execute(statement.encode(), {"members": members, "gifts": gifts})
        for table in ("member", "address", "email", "gift"):
            central.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))".encode())
        central.execute("VACUUM ANALYZE")
    migrations.migrate(bases.settings)
    return bases


def drop(bases: Bases) -> None:
    with psycopg.connect(bases.server.dsn("postgres"), autocommit=True) as connection:
        for kind in ("central", "portal"):
            connection.execute(f"DROP DATABASE IF EXISTS {bases.name}_{kind} WITH (FORCE)".encode())
