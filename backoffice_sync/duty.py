"""The sync's duties: each leaves a note of its success or of its trouble, for status, metrics and alarms."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from backoffice_sync.directory import CertificateRefused, CredentialsRefused, DirectoryUnreachable, SchemaChanged
from portal import changes
from portal.database import Database

LOCK_CLASS = 7_106


@asynccontextmanager
async def duty(portal: Database, name: str) -> AsyncIterator[dict[str, object]]:
    """Notes that the duty was done, with the figures put into what it gives; or what kept it from being done."""
    figures: dict[str, object] = {}
    try:
        yield figures
    except Exception as error:
        with contextlib.suppress(SQLAlchemyError, psycopg.Error):  # the trouble may be that very database
            async with portal.begin() as db:
                await changes.stumble(db, name, in_words(error))
        raise
    async with portal.begin() as db:
        await changes.beat(db, name, **figures)


def in_words(error: Exception) -> str:
    """What is in the way, for administrators; never a value, for which reason most messages are left out."""
    match error:
        case CredentialsRefused():
            return "the central base does not let us in"
        case CertificateRefused():
            return "the central base has no good certificate: it has ended, or is not trusted here"
        case SchemaChanged():
            return f"the central base is not made as it was: {error}"
        case DirectoryUnreachable():
            return f"the central base is not reached ({type(error.__cause__ or error).__name__})"
        case _:
            return type(error).__name__


@asynccontextmanager
async def alone(portal: Database, name: str, *, wait: bool = False) -> AsyncIterator[bool]:
    """Whether this is the one process that has the lock of this name until the block ends; it goes with its holder."""
    key = {"class": LOCK_CLASS, "name": name}
    async with portal.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        lock = (
            "pg_advisory_lock(:class, hashtext(:name)) IS NOT NULL"
            if wait
            else "pg_try_advisory_lock(:class, hashtext(:name))"
        )
        mine = await connection.scalar(text(f"SELECT {lock}"), key)
        try:
            yield bool(mine)
        finally:
            if mine:
                await connection.execute(text("SELECT pg_advisory_unlock(:class, hashtext(:name))"), key)
