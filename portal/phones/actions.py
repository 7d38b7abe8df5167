"""Changing a member's phone numbers. Whoever else changes the list at the same moment loses nothing by it."""

from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, journal
from portal.phones import queries, rules
from portal.phones.rules import Phone
from portal.profile import store
from portal.web.donor import Donor
from portal.web.forms import Outdated

GROUP = "phones"


async def replace(db: AsyncSession, donor: Donor, former: Phone | None, new: Phone | None) -> bool:
    """Put a number in the place of another, of nothing, or nothing in its place; False when that changes nothing.

    Raises:
        Outdated: the former one is no longer there.
    """
    await changes.lock(db, donor.id)
    listed = (await queries.phones(db, donor)).listed
    if former and new and former not in listed:
        raise Outdated
    old = rules.value(listed)
    after = rules.value([*(phone for phone in listed if phone != former), *([new] if new else [])])
    if old == after:
        return False
    await store.put_phones(db, donor.id, after)
    actor = f"member:{donor.id}"
    await journal.write(db, "profile.phones.changed", actor=actor, member_id=donor.id, old=old, new=after)
    await changes.record(db, donor.id, GROUP, old=old, new=after, actor=actor)
    return True
