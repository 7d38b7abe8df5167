"""The worker process, and one-off work of the command line."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import procrastinate
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from portal.database import Database, role_url
from portal.jobs import Workshop, queue
from portal.mail import Postman
from portal.pdf import Printer
from portal.settings import Settings
from portal.web.templating import environment

T = TypeVar("T")


async def run(settings: Settings, *, until_idle: bool = False) -> None:
    """Carry out jobs until told to stop (or, `until_idle`, until none is left), with the worker's own rights."""
    url = role_url(settings.database_url, settings.secret_key, "portal_worker")
    shop = Workshop(
        settings, Database(url, pool_size=4, check_first=True), Postman(settings, environment(settings)), Printer()
    )
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connector = procrastinate.PsycopgConnector(conninfo=dsn, min_size=1, max_size=4)
    try:
        with queue.replace_connector(connector):
            async with queue.open_async():
                await queue.run_worker_async(
                    concurrency=4,
                    wait=not until_idle,
                    listen_notify=not until_idle,
                    fetch_job_polling_interval=1.0,
                    install_signal_handlers=not until_idle,
                    delete_jobs="successful",
                    additional_context={"workshop": shop},
                )
    finally:
        shop.printer.close()
        await shop.database.close()


async def as_owner(settings: Settings, act: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """One transaction with the owner's rights, for commands."""
    database = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"), pool_size=1)
    try:
        async with database.begin() as db:
            return await act(db)
    finally:
        await database.close()
