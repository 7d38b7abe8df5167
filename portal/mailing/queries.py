"""All members, one at a time from a cursor of the server's: for a mailing, however many they are."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, literal, null, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from portal.consents.models import ContactChoice
from portal.mailing.rules import Record
from portal.members.models import Member
from portal.privacy.queries import is_restricted
from portal.profile.models import EmailAddress, Phone, PostalAddress

BATCH = 1_000
NEVER = null().cast(Date)


def _reached(model: Any, at: Any, *where: Any, failed_on: Any = NEVER, complained_on: Any = NEVER) -> Select[Any]:
    """The one address that a mailing would use."""
    return (
        select(at.label("reached_at"), failed_on.label("failed_on"), complained_on.label("complained_on"))
        .where(model.member_id == Member.id, *where)
        .order_by(model.id)
        .limit(1)
    )


EMAIL = {"failed_on": EmailAddress.bounced_on, "complained_on": EmailAddress.complained_on}
REACHED = {
    "post": _reached(PostalAddress, literal(""), PostalAddress.is_main, failed_on=PostalAddress.returned_on),
    "email": _reached(EmailAddress, EmailAddress.address, EmailAddress.is_main, **EMAIL),
    "phone": _reached(Phone, literal("")),
    "sms": _reached(Phone, literal(""), Phone.kind == "mobile"),
}


def _records(reached: Select[Any]) -> Select[Any]:
    one = reached.lateral()
    return (
        select(
            Member.number, Member.deceased_on, Member.closed, Member.suspension_code,
            or_(Member.stop_promo, is_restricted(Member.id)).label("stop_promo"),
            ContactChoice.objections, ContactChoice.paused_until, ContactChoice.post_rhythm,
            one.c.reached_at, one.c.failed_on, one.c.complained_on,
        )
        .outerjoin(ContactChoice, ContactChoice.member_id == Member.id)
        .outerjoin(one, true())
        .order_by(Member.number)
        .execution_options(yield_per=BATCH)
    )  # fmt: skip


RECORDS = {channel: _records(reached) for channel, reached in REACHED.items()}


async def records(db: AsyncSession, channel: str) -> AsyncIterator[Record]:
    """Closed members too: the mailing tool may still have them."""
    async for row in await db.stream(RECORDS[channel]):
        yield Record(*row)


async def ids(db: AsyncSession, numbers: Sequence[str]) -> dict[str, UUID]:
    """The members of these numbers, without those who are gone."""
    query = select(Member.number, Member.id).where(Member.number.in_(numbers), Member.closed.is_(False))
    return {row.number: row.id for row in await db.execute(query)}
