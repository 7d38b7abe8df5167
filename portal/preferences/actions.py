"""Changing how a member has tax receipts, and in which language we speak to them."""

from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, jobs, journal
from portal.preferences import queries, store
from portal.preferences.rules import Wish
from portal.profile.store import put_member
from portal.web.donor import Donor
from portal.web.forms import Outdated, fingerprint

GROUP = "receipt_wish"
LANGUAGE = "language"


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
    await store.put_wish(db, donor.id, new)
    actor = f"member:{donor.id}"
    await journal.write(db, "receipt.wish.changed", actor=actor, member_id=donor.id, old=old, new=new)
    change_id = await changes.record(db, donor.id, GROUP, old=old, new=new, actor=actor)
    await jobs.defer(db, "preferences.confirm_wish", change_id=str(change_id))
    return True


async def save_language(db: AsyncSession, donor: Donor, code: str) -> bool:
    """Let mails be in this language from now on; False when they are already. It depends on nothing seen before."""
    await changes.lock(db, donor.id)
    former = await queries.language(db, donor, locked=True)
    if code == former:
        return False
    old, new = {LANGUAGE: former}, {LANGUAGE: code}
    await put_member(db, donor.id, new)
    actor = f"member:{donor.id}"
    await journal.write(db, "profile.language.changed", actor=actor, member_id=donor.id, old=old, new=new)
    await changes.record(db, donor.id, LANGUAGE, old=old, new=new, actor=actor)
    return True
