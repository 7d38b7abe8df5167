"""Changes that the central base took, and holds no longer: they are set in motion again, and sent once more."""

from collections import Counter
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import any_, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, insert
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.directory import Directory, MemberGone, Value
from backoffice_sync.mapping import ENTITIES, GROUPS, Entity, Group, Rule, in_normal_form
from portal import changes
from portal.changes import RecordedChange, Status
from portal.database import Database
from portal.items import item
from portal.members.models import Member
from portal.reviews.models import SyncConflict


async def send_again(
    portal: Database, directory: Directory, entity: Entity, members: Collection[str]
) -> dict[str, int]:
    """By member, how many groups of these rows hold there what they held before our last change, and are sent again.

    Not those of which the central base has the last word.
    """
    ours = {name for name in entity.groups if GROUPS[name].rule is not Rule.CENTRAL_WINS}
    able = directory.capabilities.reads & directory.capabilities.writes & ours
    resent: Counter[str] = Counter()
    for member, member_id, name in await _confirmed(portal, able, members):
        if await _send_again(portal, directory, GROUPS[name], member, member_id):
            resent[member] += 1
    return resent


async def _confirmed(portal: Database, groups: Collection[str], members: Collection[str]) -> list[Any]:
    """Of these members, by their number there, the groups that were ever confirmed."""
    query = (
        select(Member.central_id, Member.id, RecordedChange.group)
        .distinct()
        .join(RecordedChange, RecordedChange.member_id == Member.id)
        .where(
            Member.central_id == any_(literal(list(members), ARRAY(TEXT))),
            RecordedChange.group.in_(groups),
            RecordedChange.status == Status.CONFIRMED,
        )
    )
    async with portal.begin() as db:
        return list(await db.execute(query)) if groups and members else []


async def _send_again(portal: Database, directory: Directory, group: Group, member: str, member_id: UUID) -> bool:
    try:
        theirs = await directory.read(member, group.name)
    except MemberGone:
        return False
    of_group = RecordedChange.member_id == member_id, RecordedChange.group == group.name
    newest = select(RecordedChange).where(*of_group).order_by(RecordedChange.seq.desc()).limit(1)
    async with portal.begin() as db:
        await changes.lock(db, member_id)
        change = await db.scalar(newest)
        if change is None or change.status != Status.CONFIRMED or change.old != theirs:
            return False
        if change.new != theirs and change.new == await _ours(db, group, member_id):
            await changes.retry(db, member_id, group.name, change.id, old=change.old, new=change.new)
            await db.execute(update(ENTITIES[group.entity].table).where(*_rows(group, member_id)).values(held=True))
            await _note(db, change, theirs)
            return True
    return False


async def _note(db: AsyncSession, change: RecordedChange, theirs: Value | None) -> None:
    """It may be that people there took it back, in a base that does not tell: so they can see it."""
    told = {"base": change.new, "theirs": theirs, "ours": change.new, "rule": Rule.DONOR_WINS, "decision": "ours"}
    row = insert(SyncConflict).values(member_id=change.member_id, group=change.group, **told)
    await db.execute(row.on_conflict_do_nothing())


async def _ours(db: Any, group: Group, member_id: UUID) -> Value | None:
    table, names = ENTITIES[group.entity].table, group.items or group.fields
    found = await db.execute(select(*(table.c[name] for name in names)).where(*_rows(group, member_id)))
    rows = [tuple(item(row, names).values()) for row in found]
    if group.rule is Rule.EACH_ITEM and not group.items:  # codes in one row
        rows = [(code,) for (codes,) in rows for code in codes]
    return in_normal_form(group, rows)


def _rows(group: Group, member_id: UUID) -> list[Any]:
    entity = ENTITIES[group.entity]
    only = [entity.table.c[name] == value for name, value in group.only]
    return [entity.table.c[entity.owner] == member_id, *only]
