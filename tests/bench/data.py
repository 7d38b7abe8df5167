"""The data to measure on: 10,000 invented members, drawn into a central base and pulled into a portal; kept in var."""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg

from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.demo.fill import fill
from backoffice_sync.inward.pull import pull
from portal import ROOT, clock, crypto, embedded, migrations
from portal.database import Database, role_url
from portal.settings import Settings

HOME = ROOT / "var" / "bench"
SYNC = ROOT / "backoffice_sync"
MEMBERS = 10_000
ROWS = 30

# The member whose lists are measured: a full first page, and a home page with something in every card.
CHOOSE = """
SELECT m.id FROM member m JOIN gift g ON g.member_id = m.id
 WHERE NOT m.closed AND m.kind = 'person'
   AND EXISTS (SELECT FROM mandate WHERE member_id = m.id AND state = 'active' AND next_debit_on >= current_date)
   AND EXISTS (SELECT FROM receipt WHERE member_id = m.id AND state = 'issued')
 GROUP BY m.id HAVING count(*) >= %s ORDER BY count(*), m.number LIMIT 1
"""


@dataclass(frozen=True)
class Bench:
    """What the servers under measurement are started with, and who visits them."""

    settings: Settings
    member: UUID
    cookie: str


def prepare(server: embedded.Server, port: int) -> Bench:
    settings = Settings(
        database_url=server.dsn("portal"),
        secret_key="a secret for the bench, long enough to be accepted",
        base_url=f"http://localhost:{port}",
    )
    mark = HOME / "filled"
    if not mark.exists() or mark.read_text() != _makings():
        print(f"Filling the databases with {MEMBERS:,} members (once) …")
        mark.unlink(missing_ok=True)
        _fill(server, settings)
        mark.write_text(_makings())
    with psycopg.connect(settings.database_url, autocommit=True) as owner:
        row = owner.execute(CHOOSE, [ROWS]).fetchone()
        assert row is not None, f"nobody has {ROWS} gifts"
        return Bench(settings, row[0], _sign_in(owner, row[0]))


def _fill(server: embedded.Server, settings: Settings) -> None:
    for name in ("central", "portal"):
        server.create_database(name, template="template1")
    with psycopg.connect(server.dsn("central")) as central:
        central.execute((SYNC / "connectors" / "postgresql" / "schema.sql").read_bytes())
        fill(central, members=MEMBERS, today=clock.today())
    migrations.migrate(settings)
    asyncio.run(_pull(settings, server.dsn("central")))
    with psycopg.connect(settings.database_url, autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE")


async def _pull(settings: Settings, central_url: str) -> None:
    portal = Database(role_url(settings.database_url, settings.secret_key, "portal_sync"))
    central = PostgresDirectory(central_url)
    await pull(portal, central)
    await central.close()
    await portal.close()


def _sign_in(owner: psycopg.Connection, member: UUID) -> str:
    secret = crypto.new_token()
    session = owner.execute(
        "INSERT INTO web_session (secret_hash, member_id, user_agent) VALUES (%s, %s, 'bench') RETURNING id",
        [crypto.digest(secret), member],
    ).fetchone()
    assert session is not None
    return f"session={session[0]}.{secret}"


def _makings() -> str:
    """Changes when the databases would be filled differently: with the tables or the invented people."""
    folders = (Path(migrations.__file__).parent / "versions", SYNC / "connectors" / "postgresql", SYNC / "demo")
    files = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in {".py", ".sql"})
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
