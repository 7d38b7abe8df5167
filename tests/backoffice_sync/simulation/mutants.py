"""Ways to be wrong, each of which somebody once shipped: the simulation must find every one of them.

Each replaces a piece of the real merge or worker; dates are those that the base shows, as its clock and its habits
make them.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import delete, update

from backoffice_sync.connectors.memory import MemoryDirectory
from backoffice_sync.directory import Value
from backoffice_sync.mapping import GROUPS, Group
from backoffice_sync.outward import delivery, jobs, merge, notes
from backoffice_sync.outward.attempt import Attempt
from backoffice_sync.outward.merge import Decision
from portal.changes import FieldInMotion, RecordedChange, Status
from portal.database import Database
from tests.backoffice_sync.simulation.world import World

MonkeyPatch = pytest.MonkeyPatch
Mutant = Callable[[MonkeyPatch], None]


def newest_record_wins(patch: MonkeyPatch) -> None:
    """Whoever saved the member last, in whatever field, wins in every field."""
    _newest_wins(patch, lambda world, _: max(world.dated.values()))


def newest_field_wins(patch: MonkeyPatch) -> None:
    """Whoever saved the field last wins, by the dates on both sides."""
    _newest_wins(patch, lambda world, group: world.dated[group])


def _newest_wins(patch: MonkeyPatch, dated: Callable[[World, str], float]) -> None:
    def merged(group: Group, *, ours: Value | None, theirs: Value | None, **_: Any) -> Value | None:
        world = World.now
        edited = max((edit.at for edit in world.edits if edit.group == group.name), default=0)
        return ours if edited >= dated(world, group.name) + world.quirks.skew else theirs

    def decide(*, ours: Value | None, theirs: Value | None, **_: Any) -> Decision:
        return Decision.AGREED if ours == theirs else Decision.WRITE

    patch.setattr(jobs, "merged", merged)
    patch.setattr(delivery, "decide", decide)


def nothing_noted_before_it_is_sent(patch: MonkeyPatch) -> None:
    """An answer that was lost leaves no trace of what was tried."""
    patch.setattr(notes, "_compared", lambda one: {"new_base": one.job.base, "new_sent": None})


def done_before_it_is_written(patch: MonkeyPatch) -> None:
    """The change is closed first: a crash between the two, and it never arrives."""
    noted = notes.before_writing

    async def closed(portal: Database, attempts: Sequence[Attempt]) -> None:
        await noted(portal, attempts)
        async with portal.begin() as db:
            for job in (one.job for one in attempts if one.outcome is None):
                mine = RecordedChange.member_id == job.member_id, RecordedChange.group == job.group.name
                await db.execute(update(RecordedChange).where(*mine).values(status=Status.CONFIRMED))
                moving = FieldInMotion.member_id == job.member_id, FieldInMotion.group == job.group.name
                await db.execute(delete(FieldInMotion).where(*moving))

    patch.setattr(notes, "before_writing", closed)


def no_note_of_a_conflict(patch: MonkeyPatch) -> None:
    """What was typed there is replaced, and nobody is told."""
    patch.setattr(Decision, "is_conflict", property(lambda _: False))


def no_normal_form(patch: MonkeyPatch) -> None:
    """A list is compared in the order in which it happens to come."""
    read = MemoryDirectory.read

    async def unordered(self: MemoryDirectory, member: str, group: str) -> Value | None:
        value = await read(self, member, group)
        return {"items": value["items"][::-1]} if value and GROUPS[group].items else value

    patch.setattr(MemoryDirectory, "read", unordered)


def written_though_it_is_there(patch: MonkeyPatch) -> None:
    """A cost, not an error: every retry writes again, and every write wakes whoever listens there."""
    plain = merge.decide

    def decide(**values: Any) -> Decision:
        decision = plain(**values)
        return Decision.WRITE if decision is Decision.AGREED else decision

    patch.setattr(delivery, "decide", decide)


FOUND_AS: dict[Mutant, str] = {
    newest_record_wins: "lost|overruled|differs",
    newest_field_wins: "lost|overruled|differs",
    nothing_noted_before_it_is_sent: "nobody typed that|without a cause|not the last word",
    done_before_it_is_written: "lost|differs|said confirmed",
    no_note_of_a_conflict: "lost|overruled in silence",
    no_normal_form: "without a cause|never through|written again|not the last word|differs",
    written_though_it_is_there: "written again",
}
"""What the observer says of each."""
