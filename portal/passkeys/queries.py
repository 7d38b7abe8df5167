"""The passkeys of whoever is signed in, and the one that somebody holds at the door."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.members import queries as members
from portal.passkeys.models import Passkey
from portal.staff.models import StaffAccount
from portal.web.visitor import Visitor


def owned_by(visitor: Visitor) -> ColumnElement[bool]:
    if visitor.member_id is not None:
        return Passkey.member_id == visitor.member_id
    return Passkey.staff_id == visitor.staff_id


async def mine(db: AsyncSession, visitor: Visitor) -> Sequence[Passkey]:
    return (await db.scalars(select(Passkey).where(owned_by(visitor)).order_by(Passkey.created_at))).all()


async def one_of_mine(db: AsyncSession, visitor: Visitor, passkey_id: UUID) -> Passkey | None:
    return (await db.scalars(select(Passkey).where(Passkey.id == passkey_id, owned_by(visitor)))).one_or_none()


async def held(db: AsyncSession, credential_id: bytes) -> Passkey | None:
    """The passkey of this number; row-level security shows it to whoever has revealed that they hold it."""
    found = select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()
    return (await db.scalars(found)).one_or_none()


async def may_come_in(db: AsyncSession, passkey: Passkey) -> bool:
    """Is a passkey alone enough for its owner? Not for staff whose access was ended, nor for closed members.

    And not for staff whom a provider vouches for: it alone knows whether they still are in their group.
    """
    if passkey.staff_id is not None:
        staff = select(StaffAccount.id).where(
            StaffAccount.id == passkey.staff_id, StaffAccount.ended_at.is_(None), StaffAccount.issuer.is_(None)
        )
        return await db.scalar(staff) is not None
    return await members.may_come_in(db, passkey.member_id)
