"""Noting the days of a legacy enquiry."""

from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, journal
from portal.links import queries
from portal.links.models import LegacyEnquiry
from portal.links.rules import Enquiry
from portal.web.forms import Outdated, fingerprint


async def note_legacy(db: AsyncSession, member_id: UUID, wanted: Enquiry, *, actor: str, seen: str) -> bool:
    """Let these be the days; False when they are so already.

    Raises:
        Outdated: a colleague has noted others meanwhile.
    """
    await changes.lock(db, member_id)
    known = await queries.known_of(db, member_id)
    if known == wanted:
        return False
    if fingerprint(known.as_noted) != seen:
        raise Outdated
    values = vars(wanted) | {"updated_by": actor, "updated_at": func.now()}
    row = insert(LegacyEnquiry).values(member_id=member_id, **values)
    await db.execute(row.on_conflict_do_update(index_elements=[LegacyEnquiry.member_id], set_=values))
    noted = {"old": known.as_noted, "new": wanted.as_noted}
    await journal.write(db, "legacy.noted", actor=actor, member_id=member_id, **noted)
    return True
