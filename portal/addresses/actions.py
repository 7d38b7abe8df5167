"""Changing where letters go: the main address, and those beside it."""

from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, journal
from portal.addresses.queries import Mine, mine, stay_of
from portal.addresses.rules.stays import Stay
from portal.items import Item, in_order
from portal.profile import store
from portal.profile.models import PostalAddress
from portal.profile.queries import address_group, address_value
from portal.profile.rules import Address
from portal.web.donor import Donor
from portal.web.forms import Outdated, fingerprint

KINDS = {"address": "profile.address.changed", "other_addresses": "profile.addresses.changed"}


async def save_main(db: AsyncSession, donor: Donor, address: Address, *, seen: str) -> bool:
    """Make this the main address and send it on its way to the central base; False when it is the same already.

    Raises:
        Outdated: the address is no longer the one that the donor saw.
    """
    await changes.lock(db, donor.id)
    main = (await mine(db, donor)).main
    old = address_group(main)
    if old == address.as_group():
        return False
    if fingerprint(old) != seen:
        raise Outdated
    await _put_main(db, donor, main, address.as_group())
    return True


async def save_other(db: AsyncSession, donor: Donor, key: str | None, stay: Stay) -> bool:
    """Let the address with this key be this, or add it; False when that changes nothing.

    Raises:
        Outdated: there is no longer an address with this key.
    """
    await changes.lock(db, donor.id)
    held = await mine(db, donor)
    return await _put_others(db, donor, held, without=key and _found(held, key), added=stay)


async def remove(db: AsyncSession, donor: Donor, key: str) -> None:
    """Forget an address beside the main one.

    Raises:
        Outdated: there is no longer an address with this key.
    """
    await changes.lock(db, donor.id)
    held = await mine(db, donor)
    await _put_others(db, donor, held, without=_found(held, key), added=None)


async def make_main(db: AsyncSession, donor: Donor, key: str) -> None:
    """Let the main address be this one; the one before goes among the others.

    Raises:
        Outdated: there is no longer an address with this key.
    """
    await changes.lock(db, donor.id)
    held = await mine(db, donor)
    new = address_value(held.others[_found(held, key)]).as_group()
    await _put_others(db, donor, held, without=key, added=stay_of(held.main) if held.main else None)
    await _put_main(db, donor, held.main, new)


def _found(held: Mine, key: str) -> str:
    if key not in held.others:
        raise Outdated
    return key


async def _put_main(db: AsyncSession, donor: Donor, former: PostalAddress | None, new: Item) -> None:
    """What mends an address from which a letter came back is noted as such: the row itself forgets it."""
    old = address_group(former)
    if old == new:
        return
    returned = {"returned_on": former.returned_on.isoformat()} if former and former.returned_on else {}
    await store.put_address(db, donor.id, new)
    await _note(db, donor, "address", old, new, **returned)


async def _put_others(db: AsyncSession, donor: Donor, held: Mine, *, without: str | None, added: Stay | None) -> bool:
    stays = {key: stay_of(row).as_item() for key, row in held.others.items()}
    kept = [item for key, item in stays.items() if key != without]
    old = {"items": in_order(stays.values())}
    new = {"items": in_order([*kept, added.as_item()] if added else kept)}
    if old == new:
        return False
    await store.put_other_addresses(db, donor.id, new)
    await _note(db, donor, "other_addresses", old, new)
    return True


async def _note(db: AsyncSession, donor: Donor, group: str, old: Item | None, new: Item, **more: str) -> None:
    actor = f"member:{donor.id}"
    await journal.write(db, KINDS[group], actor=actor, member_id=donor.id, old=old, new=new, **more)
    await changes.record(db, donor.id, group, old=old, new=new, actor=actor)
