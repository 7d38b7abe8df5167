"""Refused requests leave a line in the journal: which route, and why; nothing of what they carried."""

from datetime import timedelta
from http import HTTPStatus

from litestar.types import Scope

from portal import journal
from portal.database import Database
from portal.settings import Settings
from portal.web import throttle
from portal.web.throttle import Limit

PER_NETWORK = Limit("refusals network", 30, timedelta(hours=1))
EVERYBODY = Limit("refusals all", 2000, timedelta(days=1))
"""So that a flood fills neither the journal nor the disk; what is over is only counted."""

TELLING = {
    HTTPStatus.BAD_REQUEST: "form",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "size",
}


def mark(scope: Scope, why: str) -> None:
    """Have this request noted when it is over."""
    scope["state"]["refused"] = why


async def note(database: Database, settings: Settings, scope: Scope, why: str) -> None:
    client = scope.get("client")
    network = throttle.network(client[0] if client else "")
    async with database.begin() as db:
        for limit, subject in ((PER_NETWORK, network), (EVERYBODY, "")):
            if not await throttle.allow(db, settings, limit, subject):
                return
        route = str(scope.get("path_template") or "")
        await journal.write(db, "request.refused", actor="visitor", why=why, route=route)
