"""Who may sign in with a mailbox, and which wish to sign in is waiting."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.members.models import Member
from portal.profile.models import EmailAddress
from portal.signin.models import SignInRequest
from portal.staff.models import StaffAccount


@dataclass(frozen=True)
class Identity:
    """Somebody whom the reader of a mailbox may be here: a member, or a person of the staff."""

    id: UUID
    name: str
    number: str
    is_staff: bool = False


@dataclass(frozen=True)
class Waiting:
    id: UUID
    email: str
    used_at: datetime | None
    expired: bool
    tries: int


async def identities(db: AsyncSession, mailbox: str, *, with_staff: bool) -> list[Identity]:
    name = case(
        (Member.kind == "company", Member.company_name),
        else_=func.concat_ws(" ", Member.first_name, Member.last_name),
    )
    members = (
        select(Member.id, name, Member.number)
        .where(
            Member.id.in_(select(EmailAddress.member_id).where(EmailAddress.mailbox == mailbox)),
            Member.closed.is_(False),
            Member.deceased_on.is_(None),
        )
        .order_by(Member.number)
    )
    found = [Identity(*row) for row in await db.execute(members)]
    if with_staff:
        staff = select(StaffAccount.id, StaffAccount.name).where(
            StaffAccount.email == mailbox, StaffAccount.ended_at.is_(None)
        )
        found += [Identity(row.id, row.name, "", is_staff=True) for row in await db.execute(staff)]
    return found


async def waiting(db: AsyncSession, session_id: UUID | None) -> Waiting | None:
    """The newest wish to sign in of this browser; a browser without a session has none."""
    if session_id is None:
        return None
    return await _one(db, SignInRequest.session_id == session_id)


async def by_token(db: AsyncSession, token_hash: bytes) -> tuple[Waiting, UUID | None] | None:
    """The wish that a link belongs to, and the browser that asked for it."""
    found = await _one(db, SignInRequest.token_hash == token_hash)
    if found is None:
        return None
    asking = await db.scalar(select(SignInRequest.session_id).where(SignInRequest.id == found.id))
    return found, asking


async def _one(db: AsyncSession, condition: object) -> Waiting | None:
    rows = await db.execute(
        select(
            SignInRequest.id,
            SignInRequest.email,
            SignInRequest.used_at,
            func.coalesce(SignInRequest.expires_at < func.now(), False),
            SignInRequest.tries,
        )
        .where(condition)  # type: ignore[arg-type]
        .order_by(SignInRequest.asked_at.desc())
        .limit(1)
    )
    row = rows.first()
    return Waiting(*row) if row else None
