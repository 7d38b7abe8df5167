"""What changed in the mapped tables since a position.

Stamps tell when a row was saved, or when its transaction began; either way what a slow one wrote comes to light with
a stamp that others have long passed. We therefore look back by an overlap beyond the newest stamp that was seen, and
leave out what was told already. Stamps are compared only with each other, never with our clock: so it matters neither
how far off they are nor how coarse. Since two saves within a second may bear the same one, what is remembered of a
row is all that we read of it.

Each column of stamps has a position of its own, for no two tables need have the same clock. In a base that notes its
changes, the notes are the rows that are looked at.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import RowMapping, and_, func, or_, select

from backoffice_sync.connectors.sql.plan import Plan
from backoffice_sync.connectors.sql.rows import Base
from backoffice_sync.connectors.sql.stamps import Stamps
from backoffice_sync.connectors.sql.tables import now
from backoffice_sync.connectors.sql.values import word
from backoffice_sync.connectors.sql.watches import Watch, watches
from backoffice_sync.directory import HistoryLost, News

PAGE = 5_000
AHEAD = timedelta(days=1)
"""A stamp further ahead than this is a mistake: taken for a position it would hide all that follows."""


Told = set[tuple[str, int]]


class Follower:
    """Remembers what it told at its last position, and only for who comes back with that very position."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._watches = watches(plan)
        self._last = ""
        self._told: Told = set()

    def position(self, base: Base) -> str:
        """What was saved shortly before is no longer news: it is there for who reads everything now."""
        seen: dict[str, Any] = {}
        told: Told = set()
        for watch in self._watches:
            stamps, newest = self._stamps(base, watch)
            seen[watch.name] = stamps.written(newest)
            if newest is not None:
                recent = _rows(base, watch, stamps.back(newest, self._plan.overlap))
                told |= {_entry(watch, row) for row in recent}
        return self._mark(seen, told)

    def since(self, base: Base, position: str) -> News:
        before = _seen(position)
        known = self._told if position == self._last else set()
        ids: dict[str, set[str]] = {}
        seen: dict[str, Any] = {}
        told: Told = set()
        for watch in self._watches:
            stamps, newest = self._stamps(base, watch)
            last = stamps.read(before.get(watch.name))
            if watch.names and newest is not None and last is not None and newest < last:
                raise HistoryLost
            reached = max((stamp for stamp in (last, newest) if stamp is not None), default=None)
            seen[watch.name] = stamps.written(reached)
            horizon = None if last is None else stamps.back(last, self._plan.overlap)
            for row in _rows(base, watch, horizon):
                told.add(entry := _entry(watch, row))
                for entity in () if entry in known else watch.about(row):
                    ids.setdefault(entity, set()).add(word(row[watch.number]))
        return News({entity: sorted(found) for entity, found in ids.items()}, self._mark(seen, told))

    def _stamps(self, base: Base, watch: Watch) -> tuple[Stamps, Any]:
        """And the newest that can be right."""
        stamps = Stamps(base.tables[watch.table].c[watch.stamp], self._plan.zone)
        latest = stamps.at(now(base.connection, self._plan.zone) + AHEAD)
        return stamps, base.connection.scalar(select(func.max(stamps.column)).where(stamps.column <= latest))

    def _mark(self, seen: dict[str, Any], told: Told) -> str:
        """A name of its own for each position: nobody else's can be taken for it."""
        self._last, self._told = json.dumps({"seen": seen, "mark": str(uuid4())}), told
        return self._last


def _seen(position: str) -> dict[str, Any]:
    try:
        return dict(json.loads(position)["seen"])
    except (ValueError, TypeError, KeyError) as error:
        raise HistoryLost from error


def _entry(watch: Watch, row: RowMapping) -> tuple[str, int]:
    return watch.name, hash(repr(tuple(row.values())))


def _rows(base: Base, watch: Watch, horizon: Any) -> Iterator[RowMapping]:
    """By stamp and number, a page after the other, whatever number of rows bears the same stamp."""
    columns = base.tables[watch.table].c
    stamp, order = columns[watch.stamp], columns[watch.order]
    wanted = dict.fromkeys([watch.number, *watch.told, watch.order, watch.stamp])
    since = stamp.is_not(None) if horizon is None else stamp >= horizon
    query = select(*(columns[name] for name in wanted)).where(since).order_by(stamp, order).limit(PAGE)
    page = base.connection.execute(query).mappings().all()
    while page:
        yield from page
        at, number = page[-1][watch.stamp], page[-1][watch.order]
        behind = or_(stamp > at, and_(stamp == at, order > number))
        following = query.where(stamp >= at, behind)
        page = base.connection.execute(following).mappings().all() if len(page) == PAGE else []
