"""The sync as a service: pushes as soon as something is recorded, pulls in between, outlives every failure."""

import asyncio
import contextlib
import logging
import signal

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from backoffice_sync.breaker import Breaker
from backoffice_sync.compare import reconcile
from backoffice_sync.directory import Directory, DirectoryUnreachable
from backoffice_sync.duty import duty, in_words
from backoffice_sync.inward.extracts import carry_out
from backoffice_sync.inward.files import fetch_files
from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.bounces import deliver_bounces
from backoffice_sync.outward.push import may_push, pass_on
from backoffice_sync.outward.receipts import deliver_receipts
from backoffice_sync.outward.requests import deliver_requests
from backoffice_sync.watch import dictionary
from portal import changes
from portal.changes import CHANNEL
from portal.database import Database

log = logging.getLogger("backoffice_sync")

LOOK_SECONDS = 1.0
RECOVER_SECONDS = 5.0
GRACE_SECONDS = 10.0
"""For the work in hand when we are asked to stop; what is cut off then is taken up by whoever comes next."""


async def run(portal: Database, directory: Directory, beside: Directory, *, pull_seconds: float) -> None:
    """Until SIGINT or SIGTERM."""
    service = Service(portal, directory, beside, pull_seconds)
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, service.stop.set)
    listener = asyncio.create_task(_listen(portal, service.hint))
    work = asyncio.create_task(service.work())
    stopped = asyncio.create_task(service.stop.wait())
    await asyncio.wait((work, stopped), return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait((work,), timeout=GRACE_SECONDS)
    for task in (work, listener, stopped):
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work


class Service:
    """One worker; any number of them share the work. What takes long goes by a line of its own, `beside`."""

    def __init__(self, portal: Database, directory: Directory, beside: Directory, pull_seconds: float) -> None:
        self.portal, self.directory, self.beside, self.pull_seconds = portal, directory, beside, pull_seconds
        self.stop, self.hint = asyncio.Event(), asyncio.Event()
        self.breaker = Breaker()
        self.next_pull = 0.0
        self.published = False
        self.at_length: asyncio.Task[None] | None = None

    async def work(self) -> None:
        try:
            await self._rounds()
        finally:
            if self.at_length is not None:
                self.at_length.cancel()
                await asyncio.gather(self.at_length, return_exceptions=True)

    async def _rounds(self) -> None:
        while not self.stop.is_set():
            busy = False
            if not self.breaker.seconds_left:
                try:
                    busy = await self._round()
                except DirectoryUnreachable as error:
                    await self._pause(error)
                except (SQLAlchemyError, psycopg.Error) as error:
                    log.warning("%s; trying again in %s s", type(error).__name__, RECOVER_SECONDS)
                    await _first(self.stop, seconds=RECOVER_SECONDS)
                except Exception as error:
                    log.exception("a round was not finished")
                    await self._pause(error)
            if not busy:
                await _first(self.stop, self.hint, seconds=LOOK_SECONDS)
            self.hint.clear()

    async def _round(self) -> bool:
        """Whether there may be more to do at once."""
        now = asyncio.get_running_loop().time
        if not self.published:
            await dictionary.publish(self.portal, self.directory)
            self.published = True
        if now() >= self.next_pull:
            self.next_pull = now() + self.pull_seconds
            await pull(self.portal, self.directory)
            self.breaker.succeeded()
            self._begin_beside()
        done = 0
        if await may_push(self.portal, self.directory):
            async with duty(self.portal, "push"):
                done = await pass_on(self.portal, self.directory, stopping=self.stop.is_set)
            done += await deliver_requests(self.portal, self.directory)
            done += await deliver_receipts(self.portal, self.directory)
            await deliver_bounces(self.portal, self.directory)
        if done:
            self.breaker.succeeded()
        return done > 0

    def _begin_beside(self) -> None:
        if self.at_length is None or self.at_length.done():
            self.at_length = asyncio.create_task(self._beside())

    async def _beside(self) -> None:
        """Beside the rounds, for it may take minutes; whatever keeps it from its end keeps no change waiting."""
        await self._fetch()
        await self._compare()

    async def _fetch(self) -> None:
        try:
            await carry_out(self.portal, self.beside)
            await fetch_files(self.portal, self.beside)
        except DirectoryUnreachable as error:
            log.warning("%s; extracts and files are fetched later", in_words(error))
        except Exception:
            log.exception("extracts and files were not fetched")

    async def _compare(self) -> None:
        try:
            if not await reconcile.is_due(self.portal, self.beside):
                return
            if (await reconcile.reconcile(self.portal, self.beside)).compared:
                await dictionary.measure(self.portal)
        except DirectoryUnreachable as error:
            log.warning("%s; both sides are compared later", in_words(error))
        except Exception:
            log.exception("both sides were not compared")

    async def _pause(self, error: Exception) -> None:
        """After several failures in a row the central base is left alone for a while, which status tells."""
        self.breaker.failed()
        self.next_pull = min(self.next_pull, asyncio.get_running_loop().time() + RECOVER_SECONDS)
        log.warning("%s; changes wait", in_words(error))
        if pause := self.breaker.seconds_left:
            with contextlib.suppress(SQLAlchemyError, psycopg.Error):
                async with self.portal.begin() as db:
                    await changes.stumble(db, "push", f"{in_words(error)}; asked again in {pause:.0f} s")


async def _listen(portal: Database, hint: asyncio.Event) -> None:
    """NOTIFY is a hint that saves up to a second; the loop looks by itself when it is lost."""
    dsn = portal.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                async for _ in connection.notifies():
                    hint.set()
        except psycopg.OperationalError:
            await asyncio.sleep(RECOVER_SECONDS)


async def _first(*events: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
