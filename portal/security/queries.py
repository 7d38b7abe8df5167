"""The visits, and what happened, of whoever is signed in."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.journal import JournalEntry
from portal.profile.models import EmailAddress
from portal.settings import Settings
from portal.staff.models import StaffAccount
from portal.web.session import WebSession
from portal.web.visitor import Visitor

MOST_EVENTS = 30


def owned_by(visitor: Visitor) -> ColumnElement[bool]:
    if visitor.member_id is not None:
        return WebSession.member_id == visitor.member_id
    return WebSession.staff_id == visitor.staff_id


async def visits(db: AsyncSession, settings: Settings, visitor: Visitor) -> Sequence[Row]:  # type: ignore[type-arg]
    """Those that are alive, the latest first."""
    idle = settings.session_idle_minutes if visitor.member_id else settings.staff_idle_minutes
    alive = WebSession.seen_at > func.now() - func.make_interval(0, 0, 0, 0, 0, idle)
    columns = (
        WebSession.id, WebSession.user_agent, WebSession.place, WebSession.network, WebSession.created_at,
        WebSession.seen_at, WebSession.method,
    )  # fmt: skip
    query = select(*columns).where(owned_by(visitor), alive).order_by(WebSession.seen_at.desc())
    return (await db.execute(query)).all()


async def events(db: AsyncSession, visitor: Visitor, kinds: Sequence[str]) -> Sequence[JournalEntry]:
    """The newest first; staff have the ones that they caused themselves."""
    if visitor.member_id is not None:
        mine = JournalEntry.member_id == visitor.member_id
    else:
        mine = JournalEntry.member_id.is_(None) & (JournalEntry.actor == visitor.actor)
    query = select(JournalEntry).where(mine, JournalEntry.kind.in_(kinds))
    return (await db.scalars(query.order_by(JournalEntry.id.desc()).limit(MOST_EVENTS))).all()


async def mailbox(db: AsyncSession, visitor: Visitor) -> str | None:
    """Where a code can be sent: the address with which they came in, else the main one; of those still on record."""
    if visitor.member_id is None:
        return visitor.mailbox
    known = EmailAddress.member_id == visitor.member_id, EmailAddress.bounced_on.is_(None)
    best = (EmailAddress.mailbox == (visitor.mailbox or "")).desc(), EmailAddress.is_main.desc()
    found: str | None = await db.scalar(select(EmailAddress.mailbox).where(*known).order_by(*best).limit(1))
    return found


async def mailboxes(db: AsyncSession, *, member_id: UUID | None, staff_id: UUID | None) -> list[str]:
    """Where a notice reaches the owner: every address that we know of them."""
    if member_id is None:
        return list(await db.scalars(select(StaffAccount.email).where(StaffAccount.id == staff_id)))
    addresses = select(EmailAddress.address).where(
        EmailAddress.member_id == member_id, EmailAddress.bounced_on.is_(None)
    )
    return list(await db.scalars(addresses))
