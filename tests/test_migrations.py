import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

import backoffice_sync.models  # noqa: F401 - its tables are part of the portal's database
import portal.alarms.models  # noqa: F401 - the web never asks for it
from portal import migrations
from portal.app import build  # noqa: F401 - knows every table of the portal
from portal.database import Base
from tests.conftest import drop, fresh, settings_for


@pytest.fixture
def empty(server, suffix):
    name = f"migrations_{suffix}"
    fresh(server, name, "template0")
    yield settings_for(server, name)
    drop(server, name)


def tables(settings) -> set[str]:
    with psycopg.connect(settings.database_url) as connection:
        return {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def test_migrations_go_up_match_the_models_go_down_and_up_again(empty, server) -> None:
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as turn:
        turn.execute("SELECT pg_advisory_lock(1)")
        migrations.migrate(empty)
        engine = create_engine(empty.database_url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"include_object": ours})
            assert compare_metadata(context, Base.metadata) == []
            assert migrations.current(connection) == migrations.newest()
        engine.dispose()
        for _ in range(14):
            migrations.migrate(empty, "-1")
        assert tables(empty) == {"alembic_version"}
        migrations.migrate(empty)
        migrations.migrate(empty)
        assert "member" in tables(empty)


def ours(_object: object, name: str, sort: str, *_: object) -> bool:
    """The job queue's tables are its library's; tables and an index serve the journal's functions alone."""
    return not (sort == "table" and name.startswith("procrastinate")) and name not in {
        "ix_journal_chain",
        "journal_head",
        "journal_start",
    }


def test_every_table_with_a_member_has_a_wall(owner) -> None:
    walled = {name for (name,) in owner.execute("SELECT relname FROM pg_class WHERE relrowsecurity")}
    personal = {table.name for table in Base.metadata.tables.values() if "member_id" in table.columns}
    opened_by_secret = {"web_session", "sign_in_request"}
    assert personal - walled == opened_by_secret, "a session or a link is opened by its secret, before anybody is known"


@pytest.mark.parametrize("role", ["portal_web", "portal_worker", "portal_sync"])
def test_our_roles_are_plain(owner, role) -> None:
    query = "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = %s"
    assert owner.execute(query, [role]).fetchone() == (False, False, False, False)
