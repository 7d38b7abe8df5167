"""What the profile pages read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n
from portal.consents.models import ContactChoice
from portal.items import item
from portal.members.models import Member
from portal.profile.models import EmailAddress, Phone, PostalAddress
from portal.profile.rules import FIELDS, Address
from portal.web.donor import Donor


@dataclass(frozen=True)
class Profile:
    member: Member
    addresses: Sequence[PostalAddress]
    emails: Sequence[EmailAddress]
    phones: Sequence[Phone]

    @property
    def address(self) -> PostalAddress | None:
        return next((address for address in self.addresses if address.is_main), None)


def address_value(row: PostalAddress | None) -> Address:
    return Address(**{name: getattr(row, name) for name in FIELDS}) if row else Address()


def address_group(row: PostalAddress | None) -> dict[str, Any] | None:
    """What the sync compares: None when there is no address, which is not the same as an empty one."""
    return address_value(row).as_group() if row else None


async def member_of(db: AsyncSession, donor: Donor) -> Member:
    return (await db.scalars(select(Member).where(Member.id == donor.id))).one()


async def news_goes_to(db: AsyncSession, member_id: UUID) -> tuple[str, str] | None:
    """Main e-mail address and language; None when mails to it come back, or nobody can sign in to read the news."""
    query = (
        select(EmailAddress.address, Member.language)
        .join(Member, Member.id == EmailAddress.member_id)
        .where(Member.id == member_id, Member.deceased_on.is_(None), ~Member.closed)
        .where(EmailAddress.is_main, EmailAddress.bounced_on.is_(None))
        .limit(1)
    )
    row = (await db.execute(query)).first()
    return (row.address, i18n.choose(row.language)) if row else None


async def main_address(db: AsyncSession, donor: Donor) -> PostalAddress | None:
    query = select(PostalAddress).where(PostalAddress.member_id == donor.id, PostalAddress.is_main).limit(1)
    return (await db.scalars(query)).one_or_none()


async def profile(db: AsyncSession, donor: Donor) -> Profile:
    addresses = select(PostalAddress).where(PostalAddress.member_id == donor.id)
    emails = select(EmailAddress).where(EmailAddress.member_id == donor.id).order_by(EmailAddress.is_main.desc())
    phones = select(Phone).where(Phone.member_id == donor.id).order_by(Phone.kind, Phone.number)
    return Profile(
        await member_of(db, donor),
        (await db.scalars(addresses)).all(),
        (await db.scalars(emails)).all(),
        (await db.scalars(phones)).all(),
    )


async def details_check(db: AsyncSession, donor: Donor) -> dict[str, Any] | None:
    """What the sync compares: the day on which the donor last said that all is right."""
    query = select(ContactChoice).where(ContactChoice.member_id == donor.id)
    row = (await db.scalars(query.execution_options(populate_existing=True))).one_or_none()
    return item(row, ("checked_on",)) if row else None
