"""The two bases that a command works on, as the settings name them; closed when it ends."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from backoffice_sync import settings as configuration
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.connectors.sql.connector import SqlDirectory
from backoffice_sync.connectors.tryton.connector import TrytonDirectory
from backoffice_sync.directory import Directory
from backoffice_sync.settings import SyncSettings
from portal.database import Database


async def with_portal(act: Callable[[Database], Awaitable[Any]]) -> Any:
    portal = Database(configuration.load().portal_url, pool_size=1, check_first=True)
    try:
        return await act(portal)
    finally:
        await portal.close()


async def with_both(act: Callable[[Database, Directory, SyncSettings], Awaitable[Any]]) -> Any:
    own = configuration.load()
    central, portal = central_of(own), Database(own.portal_url, pool_size=5, check_first=True)
    try:
        return await act(portal, central, own)
    finally:
        await central.close()
        await portal.close()


def central_of(own: SyncSettings) -> PostgresDirectory | TrytonDirectory | SqlDirectory:
    """A line of its own to the central base, for one thing at a time; to be closed by whoever asked for it."""
    if own.central_url.startswith("sql+"):
        return SqlDirectory(own.central_url, Path(own.mapping))
    return (TrytonDirectory if own.central_url.startswith("tryton+") else PostgresDirectory)(own.central_url)
