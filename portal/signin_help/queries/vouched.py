"""Addresses that staff vouched for."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock
from portal.members.models import Member
from portal.members.queries import SIGNS_IN
from portal.profile.models import EmailAddress
from portal.signin_help.models import VouchedEmail
from portal.signin_help.rules import FROZEN, LIFE, frozen_until

OVER: ColumnElement[bool] = or_(
    VouchedEmail.confirmed_at.is_(None) & (VouchedEmail.vouched_at < func.now() - 2 * LIFE),
    VouchedEmail.confirmed_at < func.now() - FROZEN,
)
"""What is kept no longer: never confirmed, and nothing is frozen for it."""


@dataclass(frozen=True)
class Vouched:
    """What staff vouched for lately, and until when no account number is changed after it was confirmed."""

    row: VouchedEmail

    @property
    def frozen_until(self) -> date | None:
        confirmed = self.row.confirmed_at
        return frozen_until(clock.paris(confirmed).date()) if confirmed else None

    @property
    def waits(self) -> bool:
        return self.row.confirmed_at is None and clock.now() < self.row.vouched_at + LIFE


async def vouched(db: AsyncSession, member_id: UUID) -> Vouched | None:
    """The newest."""
    query = select(VouchedEmail).where(VouchedEmail.member_id == member_id).order_by(VouchedEmail.vouched_at.desc())
    row = (await db.scalars(query.limit(1))).one_or_none()
    return Vouched(row) if row else None


async def frozen(db: AsyncSession, member_id: UUID) -> Vouched | None:
    """The newest address that was confirmed, while no account number is changed for it."""
    recent = VouchedEmail.member_id == member_id, VouchedEmail.confirmed_at > func.now() - FROZEN
    query = select(VouchedEmail).where(*recent).order_by(VouchedEmail.confirmed_at.desc())
    row = (await db.scalars(query.limit(1))).one_or_none()
    return Vouched(row) if row else None


async def held_by_link(db: AsyncSession, token_hash: bytes, *, locked: bool = False) -> VouchedEmail | None:
    """What the holder of a link may confirm; row-level security shows it to whoever has revealed that they hold it.

    One at a time confirms it (`locked`): of guesses sent at the same moment each sees the tries of the ones before.
    """
    query = select(VouchedEmail).where(VouchedEmail.token_hash == token_hash)
    query = query.with_for_update() if locked else query
    return (await db.scalars(query.execution_options(populate_existing=True))).one_or_none()


async def others_have(db: AsyncSession, row: VouchedEmail) -> bool:
    """Does somebody else sign in with the address?"""
    held = EmailAddress.mailbox == row.address, EmailAddress.member_id != row.member_id
    query = select(EmailAddress.id).join(Member, Member.id == EmailAddress.member_id).where(*held, *SIGNS_IN)
    return await db.scalar(query.limit(1)) is not None
