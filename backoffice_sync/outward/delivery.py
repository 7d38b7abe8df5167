"""Passing on what some members changed: read, decide, write, read back; of each member one group at a time.

No transaction is open while the central base is asked. Whatever we are about to
write is stored as `sent` first: after a crash or a lost answer the next worker
recognises its own write. Our own notes are made for all these members together.
"""

import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice_sync.directory import (
    Applied,
    CertificateRefused,
    Conflict,
    CredentialsRefused,
    Directory,
    DirectoryUnreachable,
    MemberGone,
    SchemaChanged,
    Value,
)
from backoffice_sync.mapping import held_by
from backoffice_sync.outward import notes, parking
from backoffice_sync.outward.attempt import GONE, Attempt
from backoffice_sync.outward.jobs import Job, Key, open_jobs
from backoffice_sync.outward.merge import Decision, decide
from portal.database import Database

log = logging.getLogger("backoffice_sync.outward.delivery")

MOST_ROUNDS = 3
LOOK_SECONDS = 1.0
"""How long is read before something is written: from a slow central base fewer members are taken at once."""

FRESH_SECONDS = 60.0
"""Whoever looked longer ago looks again before it writes: it stood still, and others may have gone on without it."""

TO_BE_MENDED = (CertificateRefused, CredentialsRefused, SchemaChanged)
"""It is not about this member: nobody's turn is over."""

Step = Callable[[Attempt], Awaitable[None]]


async def deliver(
    portal: Database, directory: Directory, locks: AsyncConnection, members: Sequence[UUID]
) -> "Delivery":
    """Pass on what is open of members whose locks we hold; read by the connection that holds them, for both end."""
    delivery = Delivery(portal, directory)
    while delivery.unreached is None and (jobs := _first_of_each(await open_jobs(locks, members), delivery.ended)):
        await delivery.carry_out(jobs)
    return delivery


@dataclass
class Delivery:
    """What becomes of some members' changes."""

    portal: Database
    directory: Directory
    ended: set[Key] = field(default_factory=set)
    troubled: set[UUID] = field(default_factory=set)
    """Members of whom something must be tried again, or was left to people."""
    unreached: DirectoryUnreachable | None = None
    """Why the rest is left for another time."""
    outcomes: Counter[str] = field(default_factory=Counter)
    rounds: Counter[Key] = field(default_factory=Counter)
    begun: float = 0.0
    """When what is compared began to be read."""

    async def carry_out(self, jobs: Iterable[Job]) -> None:
        """Whoever is not reached any more in the middle of it is not asked again; what arrived is recognised later."""
        reads = self.directory.capabilities.reads
        attempts = [Attempt(job) for job in jobs]
        own = [one for one in attempts if one.job.group.name not in reads]
        asked = [one for one in attempts if one.job.group.name in reads]
        self.begun = time.monotonic()
        looked = await self._each(asked, self._look, until=self.begun + LOOK_SECONDS)
        if self.unreached is None:
            await notes.before_writing(self.portal, looked)
        tried = await self._each(looked, self._write)
        final = [one for one in tried if not isinstance(one.outcome, Conflict)]
        await self._finish(own, final)
        for one in tried:
            if isinstance(one.outcome, Conflict):
                await self._again(one)

    async def _each(self, attempts: Sequence[Attempt], step: Step, until: float | None = None) -> list[Attempt]:
        """Those of which it went well, up to the first for which the central base was not reached."""
        well = []
        for one in attempts:
            if self.unreached is not None or (until is not None and time.monotonic() > until):
                break
            try:
                await step(one)
            except DirectoryUnreachable as error:
                self.unreached = error
                if not isinstance(error, TO_BE_MENDED):
                    await self._put_off(one)
            except Exception:
                # Whatever is wrong with one change must not keep the others from arriving.
                log.exception("a change could not be passed on")
                await self._fail(one)
            else:
                well.append(one)
        return well

    async def _look(self, one: Attempt) -> None:
        job = one.job
        try:
            one.theirs = one.kept = await self.directory.read(job.central_id, job.group.name)
        except MemberGone:
            one.outcome = GONE
            return
        one.wanted = job.wanted(one.theirs)
        one.decision = decide(base=job.base, sent=job.sent, ours=one.wanted, theirs=one.theirs, rule=job.group.rule)
        if one.decision in {Decision.AGREED, Decision.GIVE_WAY}:
            one.outcome = Applied()
            self.outcomes["agreed"] += one.decision is Decision.AGREED

    async def _write(self, one: Attempt) -> None:
        if one.outcome is not None:
            return
        if time.monotonic() > self.begun + FRESH_SECONDS:
            one.outcome = Conflict()
            return
        job = one.job
        try:
            one.outcome = await self.directory.write(
                job.central_id, job.group.name, one.wanted, expected=one.theirs, change_id=str(job.change_id)
            )
        except DirectoryUnreachable:
            self.outcomes["unknown"] += 1
            raise
        self.outcomes[type(one.outcome).__name__.lower()] += 1

    async def _read_back(self, one: Attempt) -> None:
        job = one.job
        rows = await self.directory.rows_of(job.group.entity, job.central_id)
        if one.outcome is not GONE and one.decision is not Decision.AGREED:
            one.kept = held_by(job.group, rows) if rows else await self._kept(one)
        if rows or one.outcome is not GONE:  # of a member who is gone nothing being there says nothing
            one.rows = rows

    async def _kept(self, one: Attempt) -> Value | None:
        """Nothing is there: the member holds nothing, or is gone."""
        try:
            return await self.directory.read(one.job.central_id, one.job.group.name)
        except MemberGone:
            one.outcome = GONE
            return one.kept

    async def _finish(self, own: list[Attempt], final: list[Attempt]) -> None:
        """Read back and close; anew when a pull came between, for it passed over what is under way."""
        cursor = await notes.cursor_of(self.portal, self.directory.name)
        known = await self._each(final, self._read_back)
        try:
            await self._close([*own, *known], cursor)
        except notes.Overtaken:
            await self._finish(*([one for one in some if one.job.key not in self.ended] for some in (own, known)))

    async def _close(self, attempts: Sequence[Attempt], cursor: notes.Cursor) -> None:
        """All at once; when one of them cannot be stored here, each for itself."""
        try:
            await notes.close(self.portal, attempts, self.directory.capabilities, cursor)
        except (notes.Overtaken, psycopg.OperationalError, OperationalError):
            raise
        except Exception:
            if len(attempts) > 1:
                for one in attempts:
                    await self._close([one], cursor)
                return
            log.exception("what became of a change could not be noted")
            await self._fail(attempts[0])
        else:
            self.ended.update(one.job.key for one in attempts)

    async def _again(self, one: Attempt) -> None:
        self.rounds[one.job.key] += 1
        if self.rounds[one.job.key] >= MOST_ROUNDS:
            await self._put_off(one)

    async def _put_off(self, one: Attempt) -> None:
        self._leave(one)
        await parking.wait(self.portal, one.job.member_id)

    async def _fail(self, one: Attempt) -> None:
        self._leave(one)
        await parking.fail(self.portal, self.directory, one.job)

    def _leave(self, one: Attempt) -> None:
        self.ended.add(one.job.key)
        self.troubled.add(one.job.member_id)


def _first_of_each(jobs: Iterable[Job], ended: set[Key]) -> list[Job]:
    """What is written for one group of a member may change what another one holds there."""
    first: dict[UUID, Job] = {}
    for job in jobs:
        if job.key not in ended:
            first.setdefault(job.member_id, job)
    return list(first.values())
