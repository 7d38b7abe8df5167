"""A portal and a real central base with a few people whom both know, and the sync's processes between them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from backoffice_sync.inward.pull import pull
from portal import changes
from portal.database import Database
from portal.web.donor import Donor
from tests.backoffice_sync.kill.people import Person, Type, differences
from tests.backoffice_sync.kill.workers import Workers
from tests.backoffice_sync.sides import Here

OPEN = "SELECT count(*) FROM recorded_change WHERE status IN ('saved', 'sent')"
LEFT = """
    SELECT c.status, c.field_group, m.central_id FROM recorded_change c JOIN member m ON m.id = c.member_id
    WHERE status <> 'confirmed'"""
CONFLICTS = (
    "SELECT theirs->>'town' AS town, field_group, central_id FROM sync_conflict JOIN member m ON m.id = member_id"
)
FREE = "UPDATE recorded_change SET not_before = now() WHERE status IN ('saved', 'sent')"


@dataclass
class Scene:
    portal: Database
    """As its owner: what donors do, and what really is there."""
    sync: Database
    directory: Any
    type_town: Type
    workers: Workers
    people: list[Person] = field(default_factory=list)

    async def begin(self, made: list[tuple[str, str]]) -> None:
        """Load everything, and let changes be passed on."""
        assert self.workers.do("pull") == 0, self.workers.log.read_text()
        async with self.portal.begin() as db:
            await db.execute(text("UPDATE sync_cursor SET pushes = true"))
            await changes.beat(db, "reconcile")  # so that it does not mend what the push is to be blamed for
            for central_id, address_id in made:
                found = await db.execute(text("SELECT id FROM member WHERE central_id = :key"), {"key": central_id})
                self.people.append(Person(Here(self.portal), central_id, address_id))
                self.people[-1].here.donor = Donor(found.scalar_one())

    async def asked(self, query: str) -> list[Any]:
        async with self.portal.begin() as db:
            return list(await db.execute(text(query)))

    async def is_through(self) -> bool:
        [[waiting]] = await self.asked(OPEN)
        return not waiting

    async def retry(self) -> None:
        """Whoever had to wait for a base that was away need not any longer."""
        async with self.portal.begin() as db:
            await db.execute(text(FREE))

    async def reconnect(self) -> None:
        """After a restart of a database our own lines to it are dead."""
        for database in (self.portal, self.sync):
            await database.engine.dispose()
        await self.directory.close()

    async def drained(self, seconds: float = 60) -> None:
        """Wait until nothing is on its way."""
        await self.retry()
        await until(self.is_through, seconds, "changes are still on their way")

    async def check(self) -> tuple[int, int]:
        """Nothing lost, doubled or different; gives how many conflicts there were and how many went to people."""
        await pull(self.sync, self.directory)
        assert await differences(self.people, self.directory) == []
        for person in self.people:
            there = [await self.directory.read(person.central_id, name) for name in ("address", "phones")]
            person.check(there[0], there[1]["items"])
        typed = {(person.central_id, town) for person in self.people for _, town in person.towns}
        conflicts = await self.asked(CONFLICTS)
        assert {(found.central_id, found.town) for found in conflicts} <= typed, "a conflict with nobody"
        left = await self.asked(LEFT)
        assert {(found.field_group, found.central_id) for found in left} <= {("address", key) for key, _ in typed}
        return len(conflicts), len(left)


async def until(is_true: Callable[[], Awaitable[bool]], seconds: float, otherwise: str) -> None:
    last = time.monotonic() + seconds
    while not await is_true():
        assert time.monotonic() < last, otherwise
        await asyncio.sleep(0.05)
