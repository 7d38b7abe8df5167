"""Letting any field group that has no ledger of its own hold a value again: what was before, or what is tried anew."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.consents.store import put_rhythm
from portal.preferences.store import put_wish
from portal.profile import store as profile

PUT: dict[str, Callable[[AsyncSession, UUID, Any], Awaitable[None]]] = {
    "address": profile.put_address,
    "other_addresses": profile.put_other_addresses,
    "phones": profile.put_phones,
    "identity": profile.put_member,
    "language": profile.put_member,
    "contact_rhythm": put_rhythm,
    "details_check": profile.put_check,
    "receipt_wish": put_wish,
}


async def put(db: AsyncSession, member_id: UUID, group: str, value: dict[str, Any] | None) -> None:
    """Recording the change is the caller's part, under `changes.lock`.

    Raises:
        KeyError: for a group that is written in another way (choices, proved e-mail addresses, and staff's memo).
    """
    await PUT[group](db, member_id, value)
