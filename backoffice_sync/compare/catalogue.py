"""How the central base is made, field by field: noted once, and compared at each start before anything is moved."""

import asyncio
import logging

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backoffice_sync.directory import Catalogue, CredentialsRefused, Directory, DirectoryUnreachable, SchemaChanged
from backoffice_sync.duty import duty
from backoffice_sync.models import SyncField
from portal.database import Database

log = logging.getLogger("backoffice_sync.compare.catalogue")

RECOVER_SECONDS = 5.0


class FieldsChanged(SchemaChanged):
    """Fields that we use are not as an administrator last agreed to; one line for each."""


async def check(portal: Database, directory: Directory) -> list[str]:
    """Gives the fields that are new there and not used: they are told, and never move.

    The first time whatever is there is agreed to; so is later what we did not use before.

    Raises:
        FieldsChanged: a field that we use was changed, or is gone.
    """
    async with duty(portal, "catalogue") as figures:
        found = await directory.catalogue()
        async with portal.begin() as db:
            agreed = await _agreed(db, directory.name)
            if changed := differences(agreed, found):
                raise FieldsChanged("\n".join(changed))
            await _note(db, directory.name, found.used, used=True)
            if not agreed:
                await _note(db, directory.name, found.others, used=False)
        new = sorted(found.others.keys() - agreed.keys()) if agreed else []
        if new:
            log.warning("new in the central base, not used: %s", ", ".join(new))
        figures.update(fields=len(found.used), new=new)
    return new


async def check_when_reached(portal: Database, directory: Directory) -> None:
    """For a service: it outlives a base that is down when it starts, but not one that somebody must look at first."""
    while True:
        try:
            await check(portal, directory)
        except (CredentialsRefused, SchemaChanged):
            raise
        except DirectoryUnreachable:
            log.warning("central base not reached; trying again in %s s", RECOVER_SECONDS)
            await asyncio.sleep(RECOVER_SECONDS)
        else:
            return


async def accept(portal: Database, directory: Directory) -> Catalogue:
    """From now on it is as it is today."""
    async with duty(portal, "catalogue") as figures:
        found = await directory.catalogue()
        async with portal.begin() as db:
            await db.execute(delete(SyncField).where(SyncField.system == directory.name))
            await _note(db, directory.name, found.used, used=True)
            await _note(db, directory.name, found.others, used=False)
        figures.update(fields=len(found.used), new=[])
    return found


def differences(agreed: dict[str, tuple[str, bool]], found: Catalogue) -> list[str]:
    """What is no longer as it was among the fields that were used and are."""
    there = found.others | found.used
    lines = []
    for name, (made, used) in sorted(agreed.items()):
        if used and name not in there:
            lines.append(f"{name}: was {made}; is gone")
        elif used and there[name] != made:
            lines.append(f"{name}: was {made}; is {there[name]}")
    return lines


async def _agreed(db: AsyncSession, system: str) -> dict[str, tuple[str, bool]]:
    query = select(SyncField.name, SyncField.made, SyncField.used).where(SyncField.system == system)
    return {name: (made, used) for name, made, used in await db.execute(query)}


async def _note(db: AsyncSession, system: str, fields: dict[str, str], *, used: bool) -> None:
    if not fields:
        return
    rows = [{"system": system, "name": name, "made": made, "used": used} for name, made in sorted(fields.items())]
    note = insert(SyncField).values(rows)
    as_is = {"made": note.excluded.made, "used": note.excluded.used}
    await db.execute(note.on_conflict_do_update(index_elements=[SyncField.system, SyncField.name], set_=as_is))
