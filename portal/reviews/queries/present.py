"""What our records hold now of any field group of a member, as the sync compares it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal import items
from portal.addresses import queries as addresses
from portal.addresses.rules.stays import ITEM
from portal.changes import SyncHeartbeat
from portal.consents import queries as consents
from portal.corrections.queries import identity_of
from portal.emails import queries as emails
from portal.emails.rules import main_of, main_value, others_value
from portal.members.models import Member
from portal.phones import queries as phones
from portal.phones.rules import value as phones_value
from portal.preferences import queries as preferences
from portal.profile.queries import address_group, details_check, main_address
from portal.web.donor import Donor

Value = dict[str, Any]
PULLED = select(SyncHeartbeat.at).where(SyncHeartbeat.duty == "pull")


async def present(db: AsyncSession, member: Member, group: str) -> Value | None:
    """None where it holds nothing, or for a message of ours, which has its own page."""
    if group == "identity":
        return identity_of(member)
    if group == "language":
        return {"language": member.language}
    return await READ[group](db, Donor(member.id)) if group in READ else None


async def mirrored_at(db: AsyncSession) -> datetime | None:
    """When it was last compared with the central base."""
    return await db.scalar(PULLED)


async def _address(db: AsyncSession, donor: Donor) -> Value | None:
    return address_group(await main_address(db, donor))


async def _other_addresses(db: AsyncSession, donor: Donor) -> Value:
    return items.group((await addresses.mine(db, donor)).others.values(), ITEM)


async def _phones(db: AsyncSession, donor: Donor) -> Value:
    return phones_value((await phones.phones(db, donor)).listed)


async def _email(db: AsyncSession, donor: Donor) -> Value | None:
    main = main_of(await emails.emails(db, donor))
    return main_value(main.address, main.confirmed_on) if main else None


async def _other_emails(db: AsyncSession, donor: Donor) -> Value:
    return others_value(await emails.emails(db, donor))


async def _objections(db: AsyncSession, donor: Donor) -> Value | None:
    standing = await consents.standing(db, donor.id)
    return {"objections": standing.choice.codes["objections"]} if standing else None


async def _consents(db: AsyncSession, donor: Donor) -> Value | None:
    standing = await consents.standing(db, donor.id)
    return {"consents": standing.choice.codes["consents"]} if standing else None


async def _rhythm(db: AsyncSession, donor: Donor) -> Value | None:
    standing = await consents.standing(db, donor.id)
    return standing.choice.rhythm if standing else None


async def _wish(db: AsyncSession, donor: Donor) -> Value | None:
    wish, _ = await preferences.wish_and_language(db, donor)
    return dict(wish.as_group()) if wish else None


READ: dict[str, Callable[[AsyncSession, Donor], Awaitable[Value | None]]] = {
    "address": _address,
    "other_addresses": _other_addresses,
    "phones": _phones,
    "email": _email,
    "other_emails": _other_emails,
    "objections": _objections,
    "consents": _consents,
    "contact_rhythm": _rhythm,
    "details_check": details_check,
    "receipt_wish": _wish,
}
