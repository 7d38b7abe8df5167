"""Saying that all details are still right."""

from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, clock, journal
from portal.profile import queries, store
from portal.web.donor import Donor

GROUP = "details_check"


async def confirm_details(db: AsyncSession, donor: Donor) -> bool:
    """Note that the member said so today; False when they have said it today already."""
    await changes.lock(db, donor.id)
    old = await queries.details_check(db, donor)
    new = {"checked_on": clock.today().isoformat()}
    if old is None or old == new:
        return False
    await store.put_check(db, donor.id, new)
    actor = f"member:{donor.id}"
    await journal.write(db, "profile.checked", actor=actor, member_id=donor.id)
    await changes.record(db, donor.id, GROUP, old=old, new=new, actor=actor)
    return True
