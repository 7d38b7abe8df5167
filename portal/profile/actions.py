"""Changing what the member holds the pen of."""

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, journal
from portal.profile.models import PostalAddress
from portal.profile.queries import address_group, main_address
from portal.profile.rules import Address
from portal.web.donor import Donor
from portal.web.forms import Outdated, fingerprint

ADDRESS = "address"


async def save_address(db: AsyncSession, donor: Donor, address: Address, *, seen: str) -> bool:
    """Make this the main address and send it on its way to the central base; False when it is the same already.

    Raises:
        Outdated: the address is no longer the one that the donor saw.
    """
    await changes.lock(db, donor.id)
    row = await main_address(db, donor)
    old = address_group(row)
    new = address.as_group()
    if old == new:
        return False
    if fingerprint(old) != seen:
        raise Outdated
    values = new | {"held": True, "returned_on": None, "returned_reason": ""}
    if row:
        await db.execute(update(PostalAddress).where(PostalAddress.id == row.id).values(**values))
    else:
        await db.execute(insert(PostalAddress).values(member_id=donor.id, is_main=True, **values))
    actor = f"member:{donor.id}"
    await journal.write(db, "profile.address.changed", actor=actor, member_id=donor.id, old=old, new=new)
    await changes.record(db, donor.id, ADDRESS, old=old, new=new, actor=actor)
    return True
