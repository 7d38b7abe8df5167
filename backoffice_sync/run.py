"""The sync as a service: pushes as soon as something is recorded, pulls in between, outlives every failure."""

import asyncio
import contextlib
import logging
import signal

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from backoffice_sync.bounces import deliver_bounces
from backoffice_sync.directory import Directory, DirectoryUnreachable
from backoffice_sync.pull import pull
from backoffice_sync.push import push
from backoffice_sync.receipts import deliver_receipts
from portal.changes import CHANNEL
from portal.database import Database

log = logging.getLogger("backoffice_sync")

LOOK_SECONDS = 1.0
RECOVER_SECONDS = 5.0


async def run(portal: Database, directory: Directory, *, pull_seconds: float) -> None:
    """Until SIGINT or SIGTERM; the work in hand is finished first."""
    stop, hint = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    listener = asyncio.create_task(_listen(portal, hint))
    next_pull = 0.0
    while not stop.is_set():
        try:
            if loop.time() >= next_pull:
                await pull(portal, directory)
                next_pull = loop.time() + pull_seconds
            await push(portal, directory)
            await deliver_receipts(portal, directory)
            await deliver_bounces(portal, directory)
        except (DirectoryUnreachable, SQLAlchemyError, psycopg.Error) as error:
            log.warning("%s; trying again in %s s", type(error).__name__, RECOVER_SECONDS)
            next_pull = loop.time() + RECOVER_SECONDS
        await _first(stop, hint, seconds=LOOK_SECONDS)
        hint.clear()
    listener.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await listener


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
