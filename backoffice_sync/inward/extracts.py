"""Carrying out what the portal ordered: all that the central base has on somebody, for the answer that they get.

Rows are stored some hundreds at a time, so that nobody's forty years fill the memory. An order that was cut short
begins anew.
"""

import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from backoffice_sync.directory import Directory, DirectoryUnreachable, MemberGone
from backoffice_sync.duty import alone, duty
from portal.database import Database
from portal.extracts.models import ExtractOrder, ExtractRow
from portal.i18n import N_
from portal.members.models import Member

log = logging.getLogger("backoffice_sync.inward.extracts")

AT_ONCE = 200
GONE = N_("Our central records no longer have this member.")
CANNOT = N_("Our central records cannot be asked for all that they have on somebody: look there by hand.")
FAILED = N_("Our central records could not be read: look there by hand, or ask again.")
WAITING = (
    select(ExtractOrder.id, Member.central_id)
    .join(Member, Member.id == ExtractOrder.member_id)
    .where(ExtractOrder.done_at.is_(None))
    .order_by(ExtractOrder.ordered_at)
)


async def carry_out(portal: Database, directory: Directory) -> int:
    """Gives how many orders were carried out, the oldest first.

    Raises:
        DirectoryUnreachable: the rest waits.
    """
    done = 0
    if waiting := await _waiting(portal):
        async with alone(portal, "extracts") as mine, duty(portal, "extracts"):
            for order in waiting if mine else ():
                await _carry_out(portal, directory, order.id, order.central_id)
                done += 1
    return done


async def _waiting(portal: Database) -> Sequence[Any]:
    async with portal.begin() as db:
        return (await db.execute(WAITING)).all()


async def _carry_out(portal: Database, directory: Directory, order_id: UUID, member: str) -> None:
    problem = CANNOT
    if directory.capabilities.tells_everything:
        try:
            await _store(portal, directory, order_id, member)
            problem = ""
        except MemberGone:
            problem = GONE
        except DirectoryUnreachable:
            raise
        except Exception:
            log.exception("an extract could not be made")
            problem = FAILED
    async with portal.begin() as db:
        mine = update(ExtractOrder).where(ExtractOrder.id == order_id)
        await db.execute(mine.values(done_at=func.now(), problem=problem))


async def _store(portal: Database, directory: Directory, order_id: UUID, member: str) -> None:
    async with portal.begin() as db:
        await db.execute(delete(ExtractRow).where(ExtractRow.order_id == order_id))
    rows: list[dict[str, Any]] = []
    position = 0
    async for record_set, record in directory.everything_of(member):
        rows.append({"order_id": order_id, "position": position, "record_set": record_set, "record": record})
        position += 1
        if len(rows) == AT_ONCE:
            await _write(portal, rows)
            rows = []
    await _write(portal, rows)


async def _write(portal: Database, rows: list[dict[str, Any]]) -> None:
    if rows:
        async with portal.begin() as db:
            await db.execute(insert(ExtractRow), rows)
