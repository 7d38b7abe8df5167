"""A member's e-mail addresses, the main one first."""

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.emails.rules import Email
from portal.profile.models import EmailAddress
from portal.web.donor import Donor

email = EmailAddress.__table__
EMAILS = (
    select(
        email.c.address, email.c.mailbox, email.c.is_main, email.c.origin, email.c.recorded_on, email.c.confirmed_on,
        email.c.bounced_on, email.c.soft_bounced_on, email.c.complained_on, email.c.held,
    )
    .where(email.c.member_id == bindparam("member"))
    .order_by(email.c.is_main.desc(), email.c.address)
)  # fmt: skip


async def emails(db: AsyncSession, donor: Donor) -> list[Email]:
    return [Email(**row) for row in (await db.execute(EMAILS, {"member": donor.id})).mappings()]
