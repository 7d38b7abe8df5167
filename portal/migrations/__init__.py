"""Bringing a portal database up to date, and knowing whether it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from portal.database import ROLES, role_password
from portal.settings import Settings

LOCK_TIMEOUT = "2s"


def config(connection: Connection) -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made


def migrate(settings: Settings, revision: str = "head") -> None:
    """Create our plain database roles and run the missing migrations, all in one transaction."""
    engine = create_engine(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        create_roles(connection, settings.secret_key)
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        if revision == "head" or not revision.startswith("-"):
            command.upgrade(config(connection), revision)
        else:
            command.downgrade(config(connection), revision)
    engine.dispose()


def create_roles(connection: Connection, secret_key: str) -> None:
    """Our roles, made where they are missing; their passwords follow the secret key at each run."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('portal roles'))"))
    known = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    for role in ROLES:
        verb = "ALTER" if role in known else "CREATE"
        password = role_password(secret_key, role)  # hexadecimal: safe to quote
        connection.execute(text(f"{verb} ROLE {role} LOGIN PASSWORD '{password}'"))
    connection.execute(text("ALTER ROLE portal_web SET idle_in_transaction_session_timeout = '30s'"))
    unbound = connection.scalars(text("SELECT rolname FROM pg_roles WHERE rolsuper OR rolbypassrls"))
    for role in set(unbound) & set(ROLES):
        raise RuntimeError(f"role {role} is not bound by row-level security: take SUPERUSER and BYPASSRLS from it")


def newest() -> str:
    """The revision that this code expects."""
    found = ScriptDirectory(str(Path(__file__).parent)).get_current_head()
    assert found, "there is at least one migration"  # noqa: S101
    return found


def current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
