"""One member on both sides, the sync between them, and an observer who sees everything in its true order."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.engine import URL

from backoffice_sync.connectors.memory import MemoryDirectory, Quirks
from backoffice_sync.inward.pull import pull
from backoffice_sync.mapping import GROUPS
from backoffice_sync.outward.push import push
from portal.database import Database
from portal.members.models import Member
from portal.web.donor import Donor
from tests.backoffice_sync.bases import Twin
from tests.backoffice_sync.sides import STREETS, Here, There
from tests.backoffice_sync.simulation.process import BURNING, Process

SINGLE = ("address", "email", "contact_rhythm", "memo")
"""Groups with one value, of which the observer notes each that they ever held."""
LISTS = ("phones", "other_addresses", "objections", "consents")
"""Of these it notes who added and who took away what. An e-mail address is also added by another's becoming the main
one, and taken away by replacing the main one."""
MADE = """
    SELECT id, seq, field_group, old, new FROM recorded_change WHERE member_id = :member AND seq > :seq ORDER BY seq"""


def named(element: Any) -> str:
    """An element of a list, whatever the order of its fields."""
    return json.dumps(element, sort_keys=True)


@dataclass(frozen=True)
class Edit:
    """What the donor wanted."""

    at: int
    change_id: UUID
    seq: int
    group: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Held:
    """What a group came to hold in the central base, and who wrote it."""

    at: int
    who: str
    value: Any


class World:
    now: "World"
    """The one that is being tried out; the mutants look at its clocks."""

    def __init__(self, portal: Database, sync_url: URL, quirks: Quirks, key: int, *, is_plain: bool) -> None:
        World.now = self
        self.portal, self.sync_url, self.key, self.quirks = portal, sync_url, key, quirks
        self.is_plain = is_plain
        self.at = 0
        self.twin = Twin()
        self.base = self.twin.directory = MemoryDirectory(quirks, lambda: float(self.at))
        self.here, self.there = Here(portal), There(self.twin, key)
        self.edits: list[Edit] = []
        self.held: dict[str, list[Held]] = defaultdict(list)
        self.said: dict[tuple[str, str], list[tuple[str, bool]]] = defaultdict(list)
        """By group and element, who added it (True) or took it away, in order."""
        self.dated: dict[str, float] = dict.fromkeys(GROUPS, 0.0)
        """When a group was last saved there, changed or not."""
        self.idle_writes: list[str] = []
        """Groups that were written though they held that already."""
        self._before: dict[str, Any] = {}
        self._slow: list[AbstractContextManager[None]] = []
        self.process = self._started()

    def _started(self) -> Process:
        return Process(self.sync_url, self.base, self._written)

    async def begin(self) -> None:
        self.twin.add("member", self.key, number=f"W{self.key}", kind="person", last_name="Marche")
        self.twin.add("address", f"a{self.key}", member=self.key, **STREETS[0].as_group())
        self._look("staff")
        async with self.portal.begin() as db:
            await db.execute(text("TRUNCATE sync_cursor, sync_load"))
        await self.process.do(pull)
        async with self.portal.begin() as db:
            found = await db.scalars(select(Member.id).where(Member.central_id == str(self.key)))
            self.here.donor = Donor(found.one())

    async def act(self, who: str, what: str, which: int) -> None:
        self.at += 1
        if who == "here":
            await getattr(self.here, what)(which)
            await self._note_edits()
        else:
            await getattr(self.there, what)(which)
            self._look("staff")

    def save_as_it_is(self, entity: str) -> None:
        """Staff press the button without having changed anything."""
        self.at += 1
        for row in list(self.base.tables[entity].values()):
            self.base.put(entity, row)
        if self.quirks.noop_is_news:
            self.dated |= {group.name: float(self.at) for group in GROUPS.values() if group.entity == entity}

    def begin_slowly(self, number: str) -> None:
        """Staff add a phone in a transaction that is long."""
        self.at += 1
        row = {"central_id": f"slow-{self.at}", "member": str(self.key), "number": number, "kind": "mobile"}
        self._slow.append(self.base.slowly("phone", tuple(row.values())))
        self._slow[-1].__enter__()

    def end_slowly(self) -> None:
        while self._slow:
            self.at += 1
            self._slow.pop().__exit__(None, None, None)
        self._look("staff")

    async def sync(self, work: Callable[[Any, Any], Awaitable[Any]]) -> Any:
        """Let the process work; if that kills it, another is started."""
        given = await self.process.do(work)
        process, line = self.process, self.process.line
        process.fuse.left, line.fails, line.interrupted = None, None, None
        if process.fuse.is_burnt:
            await self.start_anew()
        async with self.portal.begin() as db:
            await db.execute(text("UPDATE recorded_change SET not_before = now()"))
        return given

    async def start_anew(self) -> None:
        await self.process.end(self.portal)
        self.process = self._started()

    async def push_amid(self, trouble: str) -> None:
        """The line is bad for as long as the push takes."""
        base = self.process.base
        setattr(base, trouble, True)
        await self.push()
        setattr(base, trouble, False)

    async def push_while(self, who: str, what: str, which: int) -> None:
        """Somebody acts while a write is under way in the central base itself."""

        async def meanwhile() -> None:
            self.process.base.meanwhile = nothing
            token = BURNING.set(None)
            await self.act(who, what, which)
            BURNING.reset(token)

        nothing, self.process.base.meanwhile = self.process.base.meanwhile, meanwhile
        await self.push()
        self.process.base.meanwhile = nothing

    async def two_at_once(self) -> None:
        other = self._started()
        await asyncio.gather(self.process.do(push), other.do(push))
        await other.end(self.portal)

    async def pull(self) -> Any:
        return await self.sync(pull)

    async def push(self) -> Any:
        return await self.sync(push)

    async def _note_edits(self) -> None:
        last = max((edit.seq for edit in self.edits), default=0)
        for change_id, seq, group, old, new in await self.asked(MADE, seq=last):
            self.edits.append(Edit(self.at, change_id, seq, group, old, new))
            if group in LISTS:
                self._note("here", group, old, new)

    def _written(self, group: str, *, was_written: bool) -> None:
        """The sync has, or has not, written something."""
        self.at += 1
        before = dict(self._before)
        self._look("sync")
        if was_written and before[group] == self._before[group]:
            self.idle_writes.append(group)

    def _look(self, who: str) -> None:
        """What has changed in the central base since the last look, and who did it."""
        for name in GROUPS:
            value, before = self.base.group(str(self.key), name), self._before.get(name)
            if value != before and name in LISTS and who == "staff" and before is not None:
                self._note("there", name, before, value)
            if value != before or not self.held[name]:
                self.dated[name] = float(self.at)
                self.held[name].append(Held(self.at, who, value))
            self._before[name] = value

    def _note(self, who: str, name: str, before: Any, after: Any) -> None:
        [part] = GROUPS[name].fields
        for held, other, added in ((after, before, True), (before, after, False)):
            for element in held[part]:
                if element not in other[part]:
                    self.said[name, named(element)].append((who, added))

    async def asked(self, query: str, **values: Any) -> list[Any]:
        async with self.portal.begin() as db:
            return list(await db.execute(text(query), {"member": self.here.donor.id} | values))
