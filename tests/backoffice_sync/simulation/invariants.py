"""What must be true once both sides have come to rest, whatever went wrong before."""

from itertools import pairwise
from typing import Any

from backoffice_sync.compare.reconcile import reconcile
from backoffice_sync.mapping import ENTITIES, GROUPS
from tests.backoffice_sync.simulation.world import LISTS, SINGLE, Edit, World, named

MOST_ROUNDS = 8
CHANGES = "SELECT id, seq, field_group, status, status_at, new FROM recorded_change WHERE member_id = :member"
CONFLICTS = "SELECT field_group, base, theirs, ours, rule FROM sync_conflict WHERE member_id = :member"
UNDER_WAY = """
    SELECT 1 FROM recorded_change WHERE member_id = :member AND status IN ('saved', 'sent')"""
LEFT_OVER = """
    SELECT 'in motion' FROM field_in_motion WHERE member_id = :member AND field_group <> ALL(:parked)
    UNION ALL SELECT 'address held' FROM postal_address WHERE member_id = :member AND held
    UNION ALL SELECT 'e-mail held' FROM email_address WHERE member_id = :member AND held
    UNION ALL SELECT 'phone held' FROM phone WHERE member_id = :member AND held
    UNION ALL SELECT 'memo held' FROM memo WHERE member_id = :member AND held
    UNION ALL SELECT 'choice held' FROM contact_choice WHERE member_id = :member AND held
        AND NOT :parked && ARRAY['objections', 'consents']"""
LEDGER = """
    SELECT DISTINCT ON (purpose, channel) purpose || '/' || channel, act FROM consent_entry WHERE member_id = :member
    ORDER BY purpose, channel, id DESC"""
WITH_PEOPLE = {"review", "refused"}


async def settle(world: World) -> None:
    """Everybody stops typing, the line holds: let the sync go on until it has nothing left to do."""
    world.end_slowly()
    for _ in range(MOST_ROUNDS):
        world.at += 300  # whatever a connector looks back for is over
        await world.push()
        await world.pull()
        if not await world.asked(UNDER_WAY):
            break
    await world.pull()
    if world.base.capabilities.tells_deletions < frozenset(ENTITIES):
        for _ in range(2):  # absence is believed the second time only
            await world.sync(reconcile)


async def check(world: World) -> None:
    await settle(world)
    changes, conflicts = await world.asked(CHANGES), await world.asked(CONFLICTS)
    assert not await world.asked(UNDER_WAY), "it is never through"
    with_people = {change.id for change in changes if change.status in WITH_PEOPLE}
    parked = {change.field_group for change in changes if change.id in with_people}
    await _agree(world, parked)
    _nothing_lost(world, with_people, conflicts)
    _nothing_overruled_in_silence(world, conflicts)
    _no_false_conflict(world, conflicts)
    _confirmed_is_true(world, changes)
    _lists_follow_who_spoke(world, parked)
    _nothing_parked_without_cause(world, with_people)
    assert not (world.idle_writes and world.quirks.locks), "written again what was there"
    await _no_echo(world)


async def _agree(world: World, parked: set[str]) -> None:
    for name, group in GROUPS.items():
        if not (group.keeps_ours and name in parked):
            assert await world.here.read(name) == await world.there.read(name), f"{name} differs"
    assert not await world.asked(LEFT_OVER, parked=sorted(parked)), "left over"
    if not parked & {"objections", "consents"}:
        proved = {code for code, act in await world.asked(LEDGER) if act in {"objected", "consented"}}
        held = {code for name in ("objections", "consents") for code in (await world.here.read(name))[name]}
        assert proved == held, "not as the ledger says"


def _nothing_lost(world: World, with_people: set[Any], conflicts: list[Any]) -> None:
    """A donor's edit came to hold there, or a later one took its place, or people have it before them."""
    for edit in world.edits:
        if edit.group not in SINGLE or edit.change_id in with_people or _has_later(world, edit):
            continue
        held = world.held[edit.group]
        gave_way = any(found.field_group == edit.group and found.ours == edit.new for found in conflicts)
        assert gave_way or _came_to_hold(world, edit) or _takes_back(world, edit), f"lost: {edit}"
        if not gave_way and not _takes_back(world, edit) and not any(h.at > edit.at and h.who == "staff" for h in held):
            assert held[-1].value == edit.new, f"lost in the end: {edit}"


def _nothing_overruled_in_silence(world: World, conflicts: list[Any]) -> None:
    """Whatever staff typed and we replaced had been before the donor's eyes, or is in a note for people."""
    if not world.quirks.locks:
        return  # between its reading and its writing nobody can know
    for name in SINGLE:
        held = world.held[name]
        for before, after in pairwise(held):
            if before.who == "staff" and after.who == "sync" and before is not held[0]:
                mine = [edit for edit in world.edits if edit.group == name and edit.at <= after.at]
                was_seen = any(edit.old == before.value for edit in mine)
                noted = any(found.field_group == name and found.theirs == before.value for found in conflicts)
                assert was_seen or noted, f"overruled in silence: {before}"


def _no_false_conflict(world: World, conflicts: list[Any]) -> None:
    for found in conflicts:
        typed = [h.value for h in world.held[found.field_group] if h.who == "staff"]
        assert found.theirs in typed, f"nobody typed that: {found}"


def _confirmed_is_true(world: World, changes: list[Any]) -> None:
    """The page said "received by the association": it was."""
    newest: dict[Any, Any] = {}
    for change in sorted(changes, key=lambda change: change.seq):
        if change.status == "confirmed" and change.field_group in SINGLE:
            newest[change.field_group, change.status_at] = change
    for change in newest.values():
        [edit] = [edit for edit in world.edits if edit.change_id == change.id]
        assert _came_to_hold(world, edit) or _takes_back(world, edit), f"said confirmed, but it never was: {edit}"


def _lists_follow_who_spoke(world: World, parked: set[str]) -> None:
    """Where one side alone spoke of an element, or all agreed, the last word holds."""
    for (name, element), acts in world.said.items():
        agreed = len({who for who, _ in acts}) == 1 or len({added for _, added in acts}) == 1
        if name in LISTS and name not in parked and agreed:
            value = world.held[name][-1].value
            [part] = GROUPS[name].fields
            assert (element in map(named, value[part])) == acts[-1][1], f"not the last word: {name} {element} {acts}"


def _nothing_parked_without_cause(world: World, with_people: set[Any]) -> None:
    for edit in world.edits:
        if edit.change_id in with_people:
            typed = any(h.who == "staff" and h is not world.held[edit.group][0] for h in world.held[edit.group])
            assert typed or not world.is_plain, f"left to people without a cause: {edit}"


async def _no_echo(world: World) -> None:
    written, history = len(world.base.writes), len(world.base.history.entries)
    for _ in range(2):
        await world.push()
        rows = await world.pull()
        assert not any(rows.values()), f"the same once more: {rows}"
    assert written == len(world.base.writes), "an endless echo"
    assert history == len(world.base.history.entries), "an endless echo"


def _has_later(world: World, edit: Edit) -> bool:
    return any(other.group == edit.group and other.seq > edit.seq for other in world.edits)


def _came_to_hold(world: World, edit: Edit) -> bool:
    """It was written after it was made, or it was there already when it was passed on."""
    held = world.held[edit.group]
    earlier = [h for h in held if h.at <= edit.at]
    later = [h for h in held if h.at > edit.at]
    return any(h.value == edit.new for h in [*earlier[-1:], *later])


def _takes_back(world: World, edit: Edit) -> bool:
    """It ended where it began: there was nothing to pass on."""
    return any(other.group == edit.group and other.old == edit.new and other.seq < edit.seq for other in world.edits)
