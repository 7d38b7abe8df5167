"""Refused requests leave a line in the journal: which route, and why; nothing of what they carried."""

import time
from collections import deque
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

AT_MOST, A_MINUTE = 120, 60.0
lately: deque[float] = deque(maxlen=AT_MOST)
"""When this process last noted one: a flood does not even cost it a connection."""

TELLING = {
    HTTPStatus.BAD_REQUEST: "form",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "size",
}


def mark(scope: Scope, why: str) -> None:
    """Have this request noted when it is over; the first reason is the nearest to what happened."""
    scope["state"].setdefault("refused", why)


async def note(database: Database, settings: Settings, scope: Scope, why: str) -> None:
    if len(lately) == AT_MOST and time.monotonic() - lately[0] < A_MINUTE:
        return
    lately.append(time.monotonic())
    client = scope.get("client")
    network = throttle.network(client[0] if client else "")
    async with database.begin() as db:
        for limit, subject in ((PER_NETWORK, network), (EVERYBODY, "")):
            if not await throttle.allow(db, settings, limit, subject):
                return
        route = str(scope.get("path_template") or "")
        await journal.write(db, "request.refused", actor="visitor", why=why, route=route)
