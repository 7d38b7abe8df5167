"""Accounts of people who work for the association."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import crypto, i18n, journal
from portal.settings import Settings
from portal.staff.models import StaffAccount
from portal.web.proof import INVITATION, SignInRequest
from portal.web.session import WebSession

INVITATION_LIFE = timedelta(days=1)


async def create_account(db: AsyncSession, *, email: str, name: str, role: str, actor: str) -> UUID:
    """Create an account, or give an existing address this name and role; visits with another role end."""
    row = insert(StaffAccount).values(email=email.lower(), name=name, role=role)
    row = row.on_conflict_do_update(
        index_elements=[StaffAccount.email], set_={"name": name, "role": role, "ended_at": None}
    )
    account_id = (await db.execute(row.returning(StaffAccount.id))).scalar_one()
    await db.execute(delete(WebSession).where(WebSession.staff_id == account_id))
    await journal.write(db, "staff.account.created", actor=actor, account=str(account_id), role=role)
    return account_id


async def invite(db: AsyncSession, settings: Settings, email: str) -> str:
    """A link, for a day and once, with which somebody comes half in and sets up their passkey or provider."""
    await _void_invitations(db, email)
    token = crypto.new_token()
    wish = insert(SignInRequest).values(
        email=email.lower(),
        purpose=INVITATION,
        language=i18n.DEFAULT,
        token_hash=crypto.digest(token),
        expires_at=func.now() + INVITATION_LIFE,
    )
    await db.execute(wish)
    return f"{settings.base_url}/sign-in/link/{token}"


async def end_visits_of_member(db: AsyncSession, member_id: UUID, *, actor: str) -> None:
    """Whoever is signed in as this member is signed out at once."""
    await db.execute(delete(WebSession).where(WebSession.member_id == member_id))
    await journal.write(db, "session.all_ended", actor=actor, member_id=member_id)


async def end_all_visits(db: AsyncSession, *, actor: str) -> None:
    """Everybody is signed out at once: donors and staff."""
    await db.execute(delete(WebSession))
    await journal.write(db, "session.all_ended", actor=actor)


async def end_account(db: AsyncSession, *, email: str, actor: str) -> bool:
    """Take access away at once, sessions included; False when nobody has this address."""
    row = update(StaffAccount).where(StaffAccount.email == email.lower(), StaffAccount.ended_at.is_(None))
    account_id = await db.scalar(row.values(ended_at=func.now()).returning(StaffAccount.id))
    if account_id is None:
        return False
    await _void_invitations(db, email)
    await db.execute(delete(WebSession).where(WebSession.staff_id == account_id))
    await journal.write(db, "staff.account.ended", actor=actor, account=str(account_id))
    return True


async def _void_invitations(db: AsyncSession, email: str) -> None:
    open_ones = SignInRequest.email == email.lower(), SignInRequest.purpose == INVITATION
    await db.execute(update(SignInRequest).where(*open_ones).values(used_at=func.now()))
