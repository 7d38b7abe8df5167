"""The portal's PostgreSQL: engine, base class of the tables, one transaction per request.

Application code never commits. In the web, `provide_db` commits after the page
is rendered and before it leaves, so a failed commit never shows "saved"; a
handler that raises rolls back. In tasks and commands, `Database.begin` does so.
"""

import hashlib
import hmac
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, ClassVar

from litestar.types import Scope
from sqlalchemy import DateTime, MetaData, Text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
ROLES = ("portal_web", "portal_worker", "portal_sync")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True), str: Text}


def role_password(secret_key: str, role: str) -> str:
    """Password of a plain database role, set by `portal migrate` and known to whoever holds the secret key."""
    return hmac.new(secret_key.encode(), f"database role {role}".encode(), hashlib.sha256).hexdigest()


def role_url(database_url: str, secret_key: str, role: str) -> URL:
    """Address of the same database for one of our plain roles, which row-level security binds."""
    url = make_url(database_url).set(drivername="postgresql+psycopg")
    return url.set(username=role, password=role_password(secret_key, role))


class Database:
    """One pool of connections under one role.

    `check_first` costs a round trip each time and spares tasks a connection that
    died with a restarted server; the web answers "one moment" instead, once.
    """

    def __init__(self, url: URL, *, pool_size: int = 10, check_first: bool = False) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url, pool_size=pool_size, max_overflow=5, pool_pre_ping=check_first, hide_parameters=True
        )
        self.session = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=True)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """One transaction: commits at the end of the block, rolls back when it raises."""
        async with self.session.begin() as db:
            yield db

    async def close(self) -> None:
        await self.engine.dispose()


async def provide_db(scope: Scope) -> AsyncGenerator[AsyncSession, None]:
    """The request's transaction. Whoever asks for it commits by returning and rolls back by raising.

    The session middleware opened it and closes it in every case, because a
    generator dependency is not cleaned up when a sibling raises first.
    """
    db: AsyncSession = scope["state"]["db"]
    yield db
    await db.commit()


async def release(db: AsyncSession) -> None:
    """Commit what was done so far and give the connection back: before a call that leaves the house.

    Row-level security forgets who is there; whoever goes on reading must `reveal` it again.
    """
    await db.commit()
