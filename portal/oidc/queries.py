"""Who is known under a provider's name for them."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.oidc.models import DonorIdentity
from portal.staff.models import StaffAccount


async def staff_known_as(db: AsyncSession, issuer: str, subject: str) -> StaffAccount | None:
    known = StaffAccount.issuer == issuer, StaffAccount.subject == subject
    return (await db.scalars(select(StaffAccount).where(*known))).one_or_none()


async def staff_of_address(db: AsyncSession, email: str) -> StaffAccount | None:
    return (await db.scalars(select(StaffAccount).where(StaffAccount.email == email))).one_or_none()


async def staff_account(db: AsyncSession, account_id: UUID) -> StaffAccount | None:
    return await db.get(StaffAccount, account_id)


def proof_of(issuer: str, subject: str) -> bytes:
    """What row-level security asks for before it shows to whom an identity belongs."""
    return hashlib.sha256(f"{issuer} {subject}".encode()).digest()


async def identities_of(db: AsyncSession, member_id: UUID) -> Sequence[DonorIdentity]:
    return (await db.scalars(select(DonorIdentity).where(DonorIdentity.member_id == member_id))).all()


async def member_known_as(db: AsyncSession, issuer: str, subject: str) -> UUID | None:
    identity = DonorIdentity.issuer == issuer, DonorIdentity.subject == subject
    found: UUID | None = await db.scalar(select(DonorIdentity.member_id).where(*identity))
    return found
