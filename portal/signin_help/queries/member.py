"""One member who cannot come in: all their ways in, and who else has their addresses."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.members.models import Member
from portal.members.queries import SIGNS_IN
from portal.members.rules import full_name
from portal.profile.models import EmailAddress
from portal.signin_help.queries.lists import NAME, other_ways
from portal.signin_help.rules import Neighbour, is_alike
from portal.web.proof import SIGN_IN, SignInRequest

MEMBER = bindparam("member", type_=Uuid())
other = EmailAddress.__table__.alias("other")
NEIGHBOURS = (
    select(*NAME)
    .where(
        Member.id.in_(
            select(other.c.member_id)
            .join(EmailAddress, EmailAddress.mailbox == other.c.mailbox)
            .where(EmailAddress.member_id == MEMBER)
        ),
        Member.id != MEMBER,
        *SIGNS_IN,
    )
    .order_by(Member.number)
)
HOLDERS = (
    select(*NAME)
    .where(
        Member.id.in_(select(EmailAddress.member_id).where(EmailAddress.mailbox == bindparam("mailbox"))),
        Member.id != MEMBER,
        *SIGNS_IN,
    )
    .order_by(Member.number)
)
HAS_ANOTHER_WAY = select(MEMBER.in_(other_ways))
ASKED = (
    select(SignInRequest.email, SignInRequest.asked_at, SignInRequest.used_at, SignInRequest.expires_at)
    .where(
        or_(
            SignInRequest.email.in_(select(EmailAddress.mailbox).where(EmailAddress.member_id == MEMBER)),
            SignInRequest.member_id == MEMBER,
        ),
        SignInRequest.purpose == SIGN_IN,
    )
    .order_by(SignInRequest.asked_at.desc())
    .limit(10)
)

Line = Row[*tuple[Any, ...]]


async def neighbours(db: AsyncSession, member: Member) -> list[Neighbour]:
    """Other open records with one of the member's addresses."""
    return [_neighbour(row, member) for row in await db.execute(NEIGHBOURS, {"member": member.id})]


async def holders(db: AsyncSession, member: Member, mailbox: str) -> list[Neighbour]:
    """Other open records that have this address."""
    return [_neighbour(row, member) for row in await db.execute(HOLDERS, {"member": member.id, "mailbox": mailbox})]


def _neighbour(row: Line, member: Member) -> Neighbour:
    return Neighbour(row.id, row.number, full_name(row) or row.number, is_alike(row, member))


async def has_another_way(db: AsyncSession, member_id: UUID) -> bool:
    """A passkey, or a name at a provider; asked by staff."""
    return bool(await db.scalar(HAS_ANOTHER_WAY, {"member": member_id}))


async def asked(db: AsyncSession, member_id: UUID) -> Sequence[Line]:
    """The latest mails to sign in that were asked for at the member's addresses; they are forgotten after a day."""
    return (await db.execute(ASKED, {"member": member_id})).all()
