"""What changed in Tryton since a position.

A record's date is the moment at which its transaction began, so what a slow one writes comes to light with a date
that others have long passed. We therefore look back by an overlap beyond the newest date that was seen, and leave out
what was told already; only what a transaction longer than the overlap writes stays hidden until everything is read
again.

What is deleted is in the log of changes, except for notes, which leave no trace: their dates therefore never make a
position, or it would be ahead of everything when the newest one goes. Reading the log gives no number for a record
that is gone, but searching it does, digit by digit.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from backoffice_sync.connectors.tryton.client import EPOCH, Client, Record
from backoffice_sync.connectors.tryton.sources import SOURCES, WATCHES, Watch
from backoffice_sync.directory import HistoryLost

OVERLAP = timedelta(seconds=120)
LONGEST_NUMBER = 18
LOG, NOTES = "ir.model.log", "ir.note"

Told = frozenset[tuple[str, int, datetime]]


@dataclass(frozen=True)
class Found:
    """Numbers of parties that changed, numbers of deleted records by model, and the position up to here."""

    parties: set[int]
    deleted: dict[str, set[str]]
    position: str


class Follower:
    """Remembers what it told at its last position, and only for who comes back with that very position."""

    def __init__(self, client: Client, overlap: timedelta = OVERLAP) -> None:
        self._client = client
        self._overlap = overlap
        self._last = ""
        self._told: Told = frozenset()

    async def position(self) -> str:
        newest = [await self._newest(watch.model) for watch in WATCHES if not watch.via and watch.model != NOTES]
        return self._mark(max([*newest, await self._newest(LOG)]), frozenset())

    async def since(self, position: str) -> Found:
        seen = datetime.fromisoformat(position.partition(" ")[0])
        known = self._told if position == self._last else frozenset()
        horizon = seen - self._overlap if seen > EPOCH else seen
        told: set[tuple[str, int, datetime]] = set()
        parties: set[int] = set()
        for watch in WATCHES:
            async for record, stamp in self._changed(watch, horizon):
                told.add((watch.model + watch.via, record["id"], stamp))
                if (watch.model + watch.via, record["id"], stamp) not in known:
                    parties |= _parties(watch, record)
        deleted: dict[str, set[str]] = {}
        for model in {source.model for source in SOURCES.values()}:
            gone = {(LOG, one["id"], one["create_date"]) async for one in self._deletions(model, horizon)}
            told |= gone
            if fresh := gone - known:
                deleted[model] = await self._numbers(model, [number for _, number, _ in fresh])
        newest = max((stamp for model, _, stamp in told if model != NOTES), default=EPOCH)
        if newest < seen:
            raise HistoryLost
        return Found(parties, deleted, self._mark(newest, frozenset(told)))

    def _mark(self, newest: datetime, told: Told) -> str:
        """A name of its own for each position: nobody else's can be taken for it."""
        self._last, self._told = f"{newest.isoformat()} {uuid4()}", told
        return self._last

    async def _newest(self, model: str) -> datetime:
        stamps = [EPOCH]
        for name in ("create_date", "write_date"):
            order = [[name, "DESC NULLS LAST"]]
            found = await self._client.call(f"{model}.search_read", [], 0, 1, order, ["create_date", "write_date"])
            stamps += [_stamp(one) for one in found]
        return max(stamps)

    async def _changed(self, watch: Watch, horizon: datetime) -> AsyncIterator[tuple[Record, datetime]]:
        dates = [f"{watch.via}create_date", f"{watch.via}write_date"]
        domain = [["OR", *([name, ">=", horizon] for name in dates)]]
        async for page in self._client.every(watch.model, domain, [watch.owner, *dates]):
            for record in page:
                yield record, _stamp(record[watch.via] if watch.via else record)

    async def _deletions(self, model: str, horizon: datetime) -> AsyncIterator[Record]:
        domain = [["event", "=", "delete"], ["create_date", ">=", horizon], ["resource", "like", f"{model},%"]]
        async for page in self._client.every(LOG, domain, ["create_date"]):
            for record in page:
                yield record

    async def _numbers(self, model: str, entries: list[int]) -> set[str]:
        """The numbers of the deleted records, one digit of all of them at a time."""
        numbers = dict.fromkeys(entries, "")
        for place in range(LONGEST_NUMBER):
            before = dict(numbers)
            for digit in "0123456789":
                pattern = f"{model},{'_' * place}{digit}%"
                domain: list[Any] = [["id", "in", entries], ["resource", "like", pattern]]
                for entry in await self._client.call(f"{LOG}.search", domain, 0, None, None):
                    numbers[entry] += digit
            if numbers == before:
                break
        return set(numbers.values())


def _stamp(record: Record) -> datetime:
    newest: datetime = max(filter(None, (record["create_date"], record["write_date"])))
    return newest


def _parties(watch: Watch, record: Record) -> set[int]:
    """Whose record it is. A merge archives the addresses of the one and hands them to the other: both are told."""
    if watch.owner == "resource":
        model, _, number = (record["resource"] or "").partition(",")
        return {int(number)} if model == "party.party" else set()
    return {record[watch.owner]} if record[watch.owner] else set()
