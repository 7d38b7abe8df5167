"""The port, answered from memory."""

import copy
import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta

from backoffice_sync.connectors.iban import guarded
from backoffice_sync.connectors.memory import receipts
from backoffice_sync.connectors.memory.base import Base
from backoffice_sync.connectors.memory.history import Follower
from backoffice_sync.connectors.memory.quirks import Quirks
from backoffice_sync.connectors.memory.trouble import Trouble
from backoffice_sync.directory import (
    Applied,
    Bounce,
    Catalogue,
    Checksums,
    Conflict,
    IssuedReceipt,
    MemberGone,
    News,
    Outcome,
    PersonalRecord,
    Rejected,
    Request,
    Row,
    Value,
)
from backoffice_sync.mapping import ENTITIES
from portal import clock


class MemoryDirectory(Base, Trouble):
    name = "memory"

    def __init__(self, quirks: Quirks | None = None, seconds: Callable[[], float] | None = None) -> None:
        Base.__init__(self, quirks or Quirks(), seconds)
        Trouble.__init__(self)
        self.capabilities = self.quirks.capabilities
        self.follower = Follower(self.history)

    def connected_anew(self) -> "MemoryDirectory":
        """The same base for another process, which remembers nothing."""
        other = copy.copy(self)
        other.follower = Follower(self.history)
        return other

    async def position(self) -> str:
        self._listen()
        return self.follower.position()

    async def news(self, since: str) -> News:
        self._listen()
        ids: dict[str, list[str]] = {}
        for entity, number in self.follower.since(since):
            ids.setdefault(entity, []).append(number)
        owners = set(ids.get("member", []))
        for entity in self.quirks.told_by_parent:
            if mine := [row[0] for row in self.tables[entity].values() if row[1] in owners]:
                ids[entity] = mine
        return News(ids, self.follower.position())

    async def count(self, entity: str) -> int:
        self._listen()
        return len(self.tables[entity])

    async def scan(self, entity: str, after: str = "") -> AsyncIterator[list[Row]]:
        self._listen()
        numbers = sorted(self.tables[entity])
        if rows := [self.tables[entity][number] for number in numbers if number > after]:
            yield rows
            self._cut()

    async def rows(self, entity: str, ids: Sequence[str]) -> list[Row]:
        self._listen()
        self._cut()
        return [self.tables[entity][number] for number in ids if number in self.tables[entity]]

    async def rows_of(self, entity: str, member: str) -> list[Row]:
        self._listen()
        self._cut()
        column = 0 if ENTITIES[entity].owner == "id" else 1
        return [row for row in self.tables[entity].values() if row[column] == member]

    async def read(self, member: str, group: str) -> Value | None:
        self._listen()
        return self.group(member, group) if group in self.capabilities.reads else None

    async def write(
        self, member: str, group: str, value: Value | None, *, expected: Value | None, change_id: str
    ) -> Outcome:
        self._ask()
        if group not in self.capabilities.writes:
            return Rejected("It has no place for this.")
        if self.quirks.locks:
            await self.meanwhile()
        if await self.read(member, group) != expected:
            return Conflict()
        if reason := self.refusal(value):
            return Rejected(reason)
        rows = self.rows_of_group(member, group)
        if not self.quirks.locks:
            await self.meanwhile()
        self.store(member, group, expected, value, rows)
        self._answer(change_id)
        return Applied()

    async def catalogue(self) -> Catalogue:
        self._listen()
        used = {f"{entity.name}.{name}": "any" for entity in ENTITIES.values() for name in entity.incoming}
        return Catalogue(used, {})

    async def now(self) -> datetime:
        self._listen()
        return clock.now() + timedelta(seconds=self.quirks.skew)

    async def checksums(self, entity: str) -> Checksums:
        raise NotImplementedError(entity)  # sums nothing itself

    async def submit(self, request: Request) -> str | Rejected:
        self._ask()
        if reason := self.refusal({"wish": request.wish}):
            return Rejected(reason)
        found = [row for row in self.named("request") if row["key"] == request.key and self.quirks.finds_requests]
        number = str(found[0]["central_id"] if found else f"request-{len(self.tables['request']) + 1}")
        if not found:
            told = {"central_id": number, "state": "received", "answer": "", "seen_on": None, "decided_on": None}
            self.put_named("request", vars(request) | told)
        self._answer(request.key)
        return number

    async def put_bounce(self, bounce: Bounce) -> None:
        self._ask()
        for row in self.named("email"):
            if row["address"].strip().lower() == bounce.mailbox:
                told = {name: value for name, value in vars(bounce).items() if name != "mailbox"}
                self.put_named("email", row | told)

    async def content(self, document: str) -> bytes | None:
        self._listen()
        self._cut()
        return self.files.get(document)

    async def everything_of(self, member: str) -> AsyncIterator[PersonalRecord]:
        self._listen()
        if member not in self.tables["member"]:
            raise MemberGone
        for entity in ENTITIES.values():
            owner = "central_id" if entity.owner == "id" else "member"
            for row in self.named(entity.name):
                if row.get(owner) == member:
                    yield entity.name, guarded(json.loads(json.dumps(row, default=str)))
        for record_set, record in self.beyond.get(member, []):
            self._cut()
            yield record_set, guarded(record)

    async def put_receipt(self, receipt: IssuedReceipt) -> str | Rejected:
        self._ask()
        if reason := self.refusal({"number": receipt.number}):
            return Rejected(reason)
        row = receipts.row_of(self, receipt)
        if isinstance(row, Rejected):
            return row
        if self.tables["receipt"].get(row[0]) != row:
            self.put("receipt", row)
        self._answer(f"{receipt.number} {receipt.state}")
        return str(row[0])
