"""A member's phone numbers, and the country in which they dial."""

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.phones.rules import HOME_COUNTRY, Phone, Phones
from portal.profile import models
from portal.web.donor import Donor

phone, address = models.Phone.__table__, models.PostalAddress.__table__
PHONES = (
    select(phone.c.number, phone.c.kind, phone.c.held)
    .where(phone.c.member_id == bindparam("member"))
    .order_by(phone.c.kind, phone.c.number)
)
COUNTRY = select(address.c.country).where(address.c.member_id == bindparam("member"), address.c.is_main).limit(1)


async def phones(db: AsyncSession, donor: Donor) -> Phones:
    mine = {"member": donor.id}
    listed = [Phone(**row) for row in (await db.execute(PHONES, mine)).mappings()]
    return Phones(listed, await db.scalar(COUNTRY, mine) or HOME_COUNTRY)
