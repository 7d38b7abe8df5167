"""Letting a field group of the data dictionary hold a value, marked as on its way to the central base.

Every change passes here, the donor's own, one taken back, one that staff accepted;
recording it (`changes.record`) is the caller's part, under `changes.lock`.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, items
from portal.consents.models import ContactChoice
from portal.members.models import Member
from portal.profile.models import EmailAddress, Phone, PostalAddress
from portal.profile.rules import HERE

Value = dict[str, Any]


async def put_address(db: AsyncSession, member_id: UUID, value: Value | None) -> None:
    """The main postal address; a letter that came back says nothing about the one that replaces it."""
    mine = PostalAddress.member_id == member_id, PostalAddress.is_main
    if value is None:
        await db.execute(delete(PostalAddress).where(*mine))
        return
    values = value | {"held": True, "returned_on": None, "returned_reason": ""}
    there = await db.execute(update(PostalAddress).where(*mine).values(**values).returning(PostalAddress.id))
    if there.first() is None:
        await db.execute(insert(PostalAddress).values(member_id=member_id, is_main=True, **values))


async def put_other_addresses(db: AsyncSession, member_id: UUID, value: Value) -> None:
    only = (PostalAddress.is_main.is_(False),)
    await items.put(db, PostalAddress, member_id, value["items"], only, is_main=False)


async def put_email(db: AsyncSession, member_id: UUID, value: Value | None) -> None:
    """The main e-mail address. One of the others that becomes it changes places with it, as in the central base.

    What is known of mails to the one before says nothing about this one.
    """
    mine = EmailAddress.member_id == member_id
    if value is None:
        await db.execute(delete(EmailAddress).where(mine, EmailAddress.is_main))
        return
    columns = EmailAddress.id, EmailAddress.is_main, EmailAddress.mailbox
    rows = (await db.execute(select(*columns).where(mine).order_by(EmailAddress.is_main.desc()))).all()
    former = next((row.id for row in rows if row.is_main), None)
    known = next((row.id for row in rows if row.mailbox == value["address"].strip().lower()), None)
    values = value | dict.fromkeys(("bounced_on", "soft_bounced_on", "complained_on")) | {"is_main": True, "held": True}
    if known is None:
        values |= {"origin": HERE, "recorded_on": clock.today()}
    elif former not in {None, known}:
        await db.execute(update(EmailAddress).where(EmailAddress.id == former).values(is_main=False, held=True))
    if known or former:
        await db.execute(update(EmailAddress).where(EmailAddress.id == (known or former)).values(**values))
    else:
        await db.execute(insert(EmailAddress).values(member_id=member_id, **values))


async def put_other_emails(db: AsyncSession, member_id: UUID, value: Value) -> None:
    """Only proved addresses are added here."""
    today = clock.today()
    extra = {"is_main": False, "origin": HERE, "recorded_on": today, "confirmed_on": today}
    await items.put(db, EmailAddress, member_id, value["items"], (EmailAddress.is_main.is_(False),), **extra)


async def put_phones(db: AsyncSession, member_id: UUID, value: Value) -> None:
    await items.put(db, Phone, member_id, value["items"])


async def put_member(db: AsyncSession, member_id: UUID, value: Value) -> None:
    """Name and registration, or the language."""
    await db.execute(update(Member).where(Member.id == member_id).values(**value, held=True))


async def put_check(db: AsyncSession, member_id: UUID, value: Value) -> None:
    """When the member last said that all their details are right."""
    said_on = value["checked_on"] and date.fromisoformat(value["checked_on"])
    mine = update(ContactChoice).where(ContactChoice.member_id == member_id)
    await db.execute(mine.values(checked_on=said_on, held=True))
