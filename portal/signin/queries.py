"""Who may sign in with a mailbox."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.members.models import Member
from portal.members.queries import SIGNS_IN
from portal.profile.models import EmailAddress
from portal.staff.models import StaffAccount


@dataclass(frozen=True)
class Identity:
    """Somebody whom the reader of a mailbox may be here: a member, or a person of the staff."""

    id: UUID
    name: str
    number: str
    is_staff: bool = False


async def identities(db: AsyncSession, mailbox: str, *, with_staff: bool) -> list[Identity]:
    name = case(
        (Member.kind == "company", Member.company_name),
        else_=func.concat_ws(" ", Member.first_name, Member.last_name),
    )
    members = (
        select(Member.id, name, Member.number)
        .where(
            Member.id.in_(select(EmailAddress.member_id).where(EmailAddress.mailbox == mailbox)),
            *SIGNS_IN,
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
