"""A process of the sync that can be killed between any two of its awaits, and whose line to the base can fail.

Killed is killed: from then on it neither writes nor hears anything, its connections break, and PostgreSQL finds out.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import URL

from backoffice_sync.connectors.memory import MemoryDirectory
from backoffice_sync.directory import DirectoryUnreachable
from portal.database import Database

Act = Callable[[], Awaitable[None]]
MOMENTS = ("before", "after")
"""Of an await: nothing was done yet, or all was and nobody knows."""


class Killed(BaseException):
    """As by kill -9: no handler of errors may see it."""


class Fuse:
    """Counts the moments before and after each await of a process, and burns through at one of them."""

    def __init__(self) -> None:
        self.left: int | None = None
        self.is_burnt = False
        self.connections: set[psycopg.AsyncConnection[Any]] = set()

    def tick(self) -> None:
        if self.left is not None and not self.is_burnt:
            self.left -= 1
            self.is_burnt = self.left < 0
        if self.is_burnt:
            raise Killed


BURNING: ContextVar[Fuse | None] = ContextVar("BURNING", default=None)
plain_wait = psycopg.AsyncConnection.wait


async def counted_wait(self: Any, *args: Any, **kwargs: Any) -> Any:
    """In place of psycopg's: each exchange with the portal's database is an await that counts."""
    fuse = BURNING.get()
    if fuse is None:
        return await plain_wait(self, *args, **kwargs)
    fuse.connections.add(self)
    fuse.tick()
    answer = await plain_wait(self, *args, **kwargs)
    fuse.tick()
    return answer


class Line:
    """The central base as one process reaches it: calls are counted, may fail, and may be interrupted by others."""

    def __init__(self, base: MemoryDirectory, fuse: Fuse, written: Callable[..., None]) -> None:
        self._base, self._fuse, self._written = base, fuse, written
        self.fails: tuple[int, str] | None = None
        """At which call, and at which moment of it, the line breaks once."""
        self.interrupted: tuple[int, str, Act] | None = None
        """At which call, and at which moment of it, somebody does something."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._base, name)
        return self._counted(name, found) if asyncio.iscoroutinefunction(found) else found

    def _counted(self, name: str, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def through(*args: Any, **kwargs: Any) -> Any:
            breaks, act = self._due()
            await self._moment("before", breaks, act)
            before = len(self._base.writes)
            try:
                answer = await call(*args, **kwargs)
            finally:
                if name == "write":
                    self._written(args[1], was_written=len(self._base.writes) > before)
            await self._moment("after", breaks, act)
            return answer

        return through

    def _due(self) -> tuple[str, tuple[str, Act] | None]:
        breaks, act = "", None
        if self.fails is not None:
            at, moment = self.fails
            self.fails = (at - 1, moment) if at else None
            breaks = "" if at else moment
        if self.interrupted is not None:
            at, moment, what = self.interrupted
            self.interrupted = (at - 1, moment, what) if at else None
            act = None if at else (moment, what)
        return breaks, act

    async def _moment(self, moment: str, breaks: str, act: tuple[str, Act] | None) -> None:
        self._fuse.tick()
        if act is not None and act[0] == moment:
            token = BURNING.set(None)  # it is not this process that acts
            await act[1]()
            BURNING.reset(token)
        if breaks == moment:
            raise DirectoryUnreachable


class Process:
    """The sync, started anew."""

    def __init__(self, url: URL, base: MemoryDirectory, written: Callable[..., None]) -> None:
        self.portal, self.fuse = Database(url, pool_size=2), Fuse()
        self.base = base.connected_anew()
        self.line = Line(self.base, self.fuse, written)

    async def do(self, work: Callable[[Any, Any], Awaitable[Any]]) -> Any:
        """What the work gave; None when the line broke or the process was killed."""
        token = BURNING.set(self.fuse)
        try:
            return await work(self.portal, self.line)
        except (DirectoryUnreachable, Killed):
            return None
        finally:
            BURNING.reset(token)

    async def bury(self, witness: Database) -> None:
        """Break its connections and wait until PostgreSQL has noticed, which frees its locks."""
        backends = [one.pgconn.backend_pid for one in self.fuse.connections if not one.closed]
        for connection in self.fuse.connections:
            connection.pgconn.finish()
        await self.portal.engine.dispose(close=False)
        alive = text("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(:backends)")
        while backends:
            async with witness.begin() as db:
                if not await db.scalar(alive, {"backends": backends}):
                    return
            await asyncio.sleep(0.001)

    async def end(self, witness: Database) -> None:
        if self.fuse.is_burnt:
            await self.bury(witness)
        else:
            await self.portal.close()
