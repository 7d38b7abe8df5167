"""Differences between both sides: found in a page of rows, told apart, and mended."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.compare import lost
from backoffice_sync.directory import Directory, DirectoryUnreachable, HistoryLost, Row
from backoffice_sync.inward import absence, mirror
from backoffice_sync.inward.intake import take, without_erased
from backoffice_sync.inward.pull import moment, not_settled, position
from backoffice_sync.mapping import Entity
from backoffice_sync.models import SyncSetAside
from portal.database import Database
from portal.members.models import Member

log = logging.getLogger("backoffice_sync.compare.drift")


class NotLoadedError(DirectoryUnreachable):
    """The central base was not read to its end yet, so there is nothing to compare: later."""


@dataclass
class Drift:
    """What a sweep found: rows, and for `lost` field groups of members."""

    compared: int = 0
    missed: int = 0
    """Other here than there, or not here; mended."""
    lost: int = 0
    """Confirmed once, and there no more; sent again."""
    gone: int = 0
    """No longer there."""
    removed: int = 0
    """Missed by two sweeps, and therefore removed here."""
    under_way: int = 0
    """Different because a change is on its way, or is news that the next pull brings."""
    held_back: list[str] = field(default_factory=list)
    """Kinds of rows of which so many are gone that none was removed."""

    @property
    def is_none(self) -> bool:
        return not (self.missed or self.lost or self.gone or self.held_back)


async def mend(portal: Database, directory: Directory, entity: Entity, numbers: list[str], drift: Drift) -> list[str]:
    """Mend what differs; gives the numbers that are gone there.

    What is news since the last pull, looked for last of all, is no difference: the next pull brings it.
    """
    begun = await moment(portal)
    rows = {row[0]: row for row in await directory.rows(entity.name, numbers)}
    async with portal.begin() as db:
        since = await position(db, directory.name)
        known = await without_erased(db, entity, list(rows.values()))
        found = await mirror.differing(db, entity, known, directory.capabilities.reads)
        gone = {number: member for number, member in await _here(db, entity, numbers) if number not in rows}
        aside = set(await db.scalars(select(SyncSetAside.central_id).where(SyncSetAside.entity == entity.name)))
    if not found and not gone:
        return []
    if since is None:
        raise NotLoadedError
    coming = await _coming(directory, entity, since)
    drift.under_way += sum(moving or number in coming for number, _, moving in found) + len(gone.keys() & coming)
    differing = {
        number: _owner(entity, rows[number])
        for number, _, moving in found
        if not (moving or number in coming or number in aside)
    }
    gone = {number: member for number, member in gone.items() if number not in coming}
    resent = await lost.send_again(portal, directory, entity, {*differing.values(), *gone.values()})
    for member in resent:
        log.error("%s of member %s was confirmed, and is there no more; sent again", entity.name, member)
    missed = sorted(number for number, member in differing.items() if member not in resent)
    async with portal.begin() as db:
        unsettled = await not_settled(db, entity, [rows[number] for number in missed], directory.capabilities, begun)
        await take(db, entity, unsettled, directory.capabilities)
    for number in missed:
        log.error("%s %s was not as in the central base; mended", entity.name, number)
    drift.lost += sum(resent.values())
    drift.missed += len(missed)
    return sorted(number for number, member in gone.items() if member not in resent)


async def _coming(directory: Directory, entity: Entity, since: str) -> set[str]:
    try:
        return set((await directory.news(since)).ids.get(entity.name, ()))
    except HistoryLost as error:  # the next pull reads everything again
        raise NotLoadedError from error


async def _here(db: AsyncSession, entity: Entity, numbers: list[str]) -> Sequence[Row]:
    """Rows of ours that can go, each with the number of its member where donors change them."""
    table = entity.table
    member = func.coalesce(Member.central_id, "") if entity.groups else literal("")
    query = select(table.c.central_id, member).select_from(table)
    if entity.groups and entity.owner != "id":
        query = query.join(Member, Member.id == table.c[entity.owner])
    these = table.c.central_id == any_(literal(numbers, ARRAY(TEXT)))
    return [tuple(row) for row in await db.execute(query.where(these, *absence.present(entity)))]


def _owner(entity: Entity, row: Row) -> str:
    """The member's number there."""
    number: str = row[0 if entity.owner == "id" else 1]
    return number
