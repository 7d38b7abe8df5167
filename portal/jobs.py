"""Background work: procrastinate's queue in our own database.

A job is deferred on the request's own connection, so it exists exactly if the
change that asked for it was committed. Tasks live in `<feature>/tasks.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import procrastinate
from procrastinate import JobContext
from sqlalchemy.ext.asyncio import AsyncSession

from portal.database import Database
from portal.mail import Postman
from portal.pdf import Printer
from portal.settings import Settings

queue = procrastinate.App(
    connector=procrastinate.PsycopgConnector(),
    import_paths=[
        "portal.signin.tasks",
        "portal.signin_help.tasks",
        "portal.security.tasks",
        "portal.oidc.tasks",
        "portal.activation.tasks",
        "portal.emails.tasks",
        "portal.receipts.tasks",
        "portal.campaign.tasks",
        "portal.preferences.tasks",
        "portal.corrections.tasks",
        "portal.requests.tasks",
        "portal.documents.tasks",
        "portal.extracts.tasks",
        "portal.privacy.tasks",
        "portal.reviews.tasks",
        "portal.duplicates.tasks",
        "portal.bounces.tasks",
        "portal.alarms.tasks",
        "portal.exports.tasks",
        "portal.erasure.tasks",
        "portal.retention.tasks",
        "portal.messages.tasks",
        "portal.housekeeping",
    ],
)


@dataclass(frozen=True)
class Workshop:
    """What a running task may use."""

    settings: Settings
    database: Database
    postman: Postman
    printer: Printer


def workshop(context: JobContext) -> Workshop:
    found: Workshop = context.additional_context["workshop"]
    return found


async def defer_many(db: AsyncSession, task: str, arguments: Sequence[dict[str, Any]]) -> None:
    """Queue a task many times, in the transaction of `db`."""
    connection = await (await db.connection()).get_raw_connection()
    await queue.configure_task(task, connection=connection.driver_connection).batch_defer_async(*arguments)


async def defer(db: AsyncSession, task: str, *, once: str | None = None, **arguments: Any) -> None:
    """Queue a task in the transaction of `db`.

    `once` names the work: while a job of that name waits, another is not added.
    """
    try:
        async with db.begin_nested():
            # asked for inside: only then the session sets the savepoint to which a refused job is rolled back
            connection = await (await db.connection()).get_raw_connection()
            deferrer = queue.configure_task(task, queueing_lock=once, connection=connection.driver_connection)
            await deferrer.defer_async(**arguments)
    except procrastinate.exceptions.AlreadyEnqueued:
        return
