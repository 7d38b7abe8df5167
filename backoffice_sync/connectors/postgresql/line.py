"""The line to a PostgreSQL: one connection, opened anew after it was lost, and every failure under a name."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from psycopg import AsyncConnection, AsyncCursor, InterfaceError, OperationalError, errors

from backoffice_sync.directory import CertificateRefused, CredentialsRefused, DirectoryUnreachable, SchemaChanged

LINE: dict[str, Any] = {"connect_timeout": 10, "keepalives_idle": 30, "tcp_user_timeout": 30_000}
"""A line that went dead is noticed within half a minute."""
ANSWER_SECONDS = 90.0
"""Longer than the server lets a statement take: whoever is silent for so long never answers, and a worker waits."""
SESSION = "SET statement_timeout = '60s'; SET datestyle = ISO"
ENTRY = re.compile("password|authenti|pg_hba|role |rôle|mot de passe", re.IGNORECASE)
"""A refusal at the door has no code, only words, in the server's language."""
NOT_THERE = (
    errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction, errors.UndefinedObject,
    errors.InvalidSchemaName, errors.DatatypeMismatch, errors.WrongObjectType,
)  # fmt: skip


class Line:
    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: AsyncConnection | None = None

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    @asynccontextmanager
    async def cursor(self, *, whole: bool = True, seconds: float | None = None) -> AsyncIterator[AsyncCursor[Any]]:
        """One transaction; or, for what only reads, one for each statement: that saves two round trips.

        After so many seconds (`ANSWER_SECONDS`) it counts as not reached.

        Raises:
            CertificateRefused, CredentialsRefused, SchemaChanged, DirectoryUnreachable: it did not come to its end.
        """
        try:
            async with asyncio.timeout(seconds or ANSWER_SECONDS):
                connection = await self._connected()
                async with connection.transaction() if whole else nullcontext(), connection.cursor() as cursor:
                    yield cursor
        except (OperationalError, InterfaceError, errors.ReadOnlySqlTransaction, TimeoutError) as error:
            await self.close()
            raise DirectoryUnreachable from error
        except errors.InsufficientPrivilege as error:
            raise CredentialsRefused(error.diag.message_primary) from error
        except NOT_THERE as error:
            raise SchemaChanged(error.diag.message_primary) from error

    async def _connected(self) -> AsyncConnection:
        if self._connection is None or self._connection.closed:
            try:
                self._connection = await AsyncConnection.connect(self._url, autocommit=True, **LINE)
            except OperationalError as error:
                if "certificate" in str(error):
                    raise CertificateRefused from error
                if ENTRY.search(str(error)):
                    raise CredentialsRefused("user or password") from error
                raise
            await self._connection.execute(SESSION)
        return self._connection
