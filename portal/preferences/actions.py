"""Changing how a member has tax receipts."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, jobs, journal
from portal.preferences import queries
from portal.preferences.rules import Wish
from portal.receipts.models import ReceiptWish
from portal.web.donor import Donor
from portal.web.forms import Outdated, fingerprint

GROUP = "receipt_wish"


async def save_wish(db: AsyncSession, donor: Donor, wish: Wish, *, seen: str) -> bool:
    """Let this hold from now on, pass it on and confirm it by mail; False when it holds already.

    Raises:
        Outdated: the wish is no longer the one that the donor saw.
    """
    await changes.lock(db, donor.id)
    former = await queries.wish(db, donor)
    if wish == former:
        return False
    old, new = former.as_group(), wish.as_group()
    if fingerprint(old) != seen:
        raise Outdated
    mine = update(ReceiptWish).where(ReceiptWish.member_id == donor.id)
    await db.execute(mine.values(**new, held=True))
    actor = f"member:{donor.id}"
    await journal.write(db, "receipt.wish.changed", actor=actor, member_id=donor.id, old=old, new=new)
    change_id = await changes.record(db, donor.id, GROUP, old=old, new=new, actor=actor)
    await jobs.defer(db, "preferences.confirm_wish", change_id=str(change_id))
    return True
