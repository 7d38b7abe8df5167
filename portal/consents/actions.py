"""Letting hold what a member chose on the page."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, journal
from portal.consents import queries, store
from portal.consents.rules import Choice
from portal.web.donor import Donor
from portal.web.forms import Outdated, fingerprint

SOURCE = "portal"


async def save(db: AsyncSession, donor: Donor, wanted: Choice, *, shown: Mapping[str, str], seen: str) -> bool:
    """Let this hold from now on, prove it and pass it on; False when it holds already.

    Raises:
        Outdated: the choice is no longer the one that the donor saw.
    """
    await changes.lock(db, donor.id)
    standing = await queries.standing(db, donor.id, locked=True)
    if standing is None or fingerprint(standing.choice.value) != seen:
        raise Outdated
    former, actor = standing.choice, f"member:{donor.id}"
    if wanted == former:
        return False
    choose = partial(store.choose, db, donor.id, shown=shown, source=SOURCE, actor=actor)
    await choose("objections", list(wanted.objections))
    await choose("consents", list(wanted.consents))
    if (old := former.rhythm) != (new := wanted.rhythm):
        await store.put_rhythm(db, donor.id, new)
        await journal.write(db, "contact.rhythm.changed", actor=actor, member_id=donor.id, old=old, new=new)
        await changes.record(db, donor.id, "contact_rhythm", old=old, new=new, actor=actor)
    return True
