"""Accounts of people who work for the association."""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.staff.models import StaffAccount


async def create_account(db: AsyncSession, *, email: str, name: str, role: str, actor: str) -> UUID:
    """Create an account, or give an existing address this name and role."""
    row = insert(StaffAccount).values(email=email.lower(), name=name, role=role)
    row = row.on_conflict_do_update(
        index_elements=[StaffAccount.email], set_={"name": name, "role": role, "ended_at": None}
    )
    account_id = (await db.execute(row.returning(StaffAccount.id))).scalar_one()
    await journal.write(db, "staff.account.created", actor=actor, account=str(account_id), role=role)
    return account_id


async def end_account(db: AsyncSession, *, email: str, actor: str) -> bool:
    """Take access away at once, sessions included; False when nobody has this address."""
    row = update(StaffAccount).where(StaffAccount.email == email.lower(), StaffAccount.ended_at.is_(None))
    account_id = await db.scalar(row.values(ended_at=func.now()).returning(StaffAccount.id))
    if account_id is None:
        return False
    await journal.write(db, "staff.account.ended", actor=actor, account=str(account_id))
    return True
