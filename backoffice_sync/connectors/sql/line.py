"""The way to the base: one connection in one thread of its own, for the drivers differ and few know asyncio."""

import asyncio
import os
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from backoffice_sync.connectors.complaint import complaint
from backoffice_sync.directory import CredentialsRefused, DirectoryUnreachable, SchemaChanged
from portal.settings import SettingsError

T = TypeVar("T")
DRIVERS = {"mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
"""Where SQLAlchemy's own choice is one that must be compiled."""
MYSQL: dict[str, Any] = {"connect_timeout": 10, "read_timeout": 60, "write_timeout": 60}
PATIENCE: dict[str, dict[str, Any]] = {
    "postgresql": {
        "connect_timeout": 10, "keepalives_idle": 30, "tcp_user_timeout": 30_000, "options": "-c statement_timeout=60s",
    },
    "mysql": MYSQL,
    "mariadb": MYSQL,
}  # fmt: skip
"""A base that hangs is noticed within a minute."""
ANSWER_SECONDS = 90.0
"""Longer than a base lets a statement take: one that is silent for so long never answers."""
NOT_US = ("28", "42501")
NOT_US_NUMBERS = {1044, 1045, 1142, 1143, 1698}
OTHER_SHAPE = ("42P01", "42703")
OTHER_SHAPE_NUMBERS = {1054, 1146}
OWN_REFUSAL = 1644
"""MySQL's number for what a trigger of the base's own refuses."""


class Refused(DirectoryUnreachable):
    """The base does not take these values: by its rules, or because they do not fit; it says which field or rule."""


class Line:
    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._thread = ThreadPoolExecutor(1, "central-base")
        self._driver: Any = None
        self._asked_at = 0.0
        event.listen(self._engine, "connect", self._connected)
        event.listen(self._engine, "before_cursor_execute", self._asked)

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do it in one transaction, which holds if it ends well.

        Raises:
            Refused, SchemaChanged, CredentialsRefused, DirectoryUnreachable: without the values, for they are private.
        """
        self._asked()
        doing = asyncio.wrap_future(self._thread.submit(self._do, work))
        try:
            while not doing.done():
                left = self._asked_at + ANSWER_SECONDS - time.monotonic()
                if left <= 0:
                    raise DirectoryUnreachable("it does not answer")
                await asyncio.wait((doing,), timeout=left)
            return doing.result()
        finally:
            if not doing.done():
                doing.add_done_callback(lambda ended: ended.exception())  # nobody else will look at it
                self._hang_up()

    def _connected(self, driver: Any, _: object) -> None:
        self._driver = driver

    def _asked(self, *_: object) -> None:
        self._asked_at = time.monotonic()

    def _hang_up(self) -> None:
        """Who waits in the thread hears it, and is done; drivers without a socket of their own look at the clock."""
        broken = suppress(AttributeError, OSError, psycopg.Error)
        with broken, socket.socket(fileno=os.dup(self._driver.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)

    def _do(self, work: Callable[[Connection], T]) -> T:
        try:
            with self._engine.begin() as connection:
                return work(connection)
        except DBAPIError as error:
            raise _trouble(error) from None
        except SQLAlchemyError as error:
            raise DirectoryUnreachable(type(error).__name__) from None

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()


def _engine(text: str) -> Engine:
    try:
        url = make_url(text)
        backend = url.get_backend_name()
        named = url.set(drivername=DRIVERS.get(url.drivername, url.drivername))
        engine = create_engine(
            named, pool_size=1, pool_pre_ping=True, hide_parameters=True, connect_args=PATIENCE.get(backend, {})
        )
    except ModuleNotFoundError as error:
        raise SettingsError(f"CENTRAL_URL: the driver {error.name} is not installed") from error
    except ArgumentError as error:
        raise SettingsError(f"CENTRAL_URL: {error}") from error
    if backend == "sqlite":  # its driver would begin a transaction only with the first write
        event.listen(engine, "connect", lambda driver, _: setattr(driver, "isolation_level", None))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _trouble(error: DBAPIError) -> Exception:
    """What an error means: by its SQLSTATE, by MySQL's number, or else by its kind."""
    raw: Any = error.orig
    state, number = str(getattr(raw, "sqlstate", None) or ""), next(iter(getattr(raw, "args", ())), None)
    kind = type(raw).__name__
    if state.startswith(NOT_US) or number in NOT_US_NUMBERS or "authentication failed" in str(raw):
        return CredentialsRefused(kind)
    if state in OTHER_SHAPE or number in OTHER_SHAPE_NUMBERS or str(raw).startswith("no such"):
        return SchemaChanged(kind)
    if state == "P0001" or number == OWN_REFUSAL or type(error).__name__ in {"IntegrityError", "DataError"}:
        return Refused(complaint(raw))
    return DirectoryUnreachable(kind)
