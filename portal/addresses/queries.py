"""What the address pages read."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.addresses.rules.stays import ITEM, Stay, stay
from portal.items import item
from portal.profile.models import PostalAddress
from portal.web.donor import Donor
from portal.web.forms import fingerprint


@dataclass(frozen=True)
class Mine:
    """All of a donor's addresses."""

    main: PostalAddress | None
    others: dict[str, PostalAddress]
    """By their key: what each says. The sync gives an address a row of its own anew, and its page is to stay."""


async def mine(db: AsyncSession, donor: Donor) -> Mine:
    """As they are at this moment, also for a transaction that has read them before."""
    query = (
        select(PostalAddress)
        .where(PostalAddress.member_id == donor.id)
        .order_by(PostalAddress.town, PostalAddress.street, PostalAddress.id)
        .execution_options(populate_existing=True)
    )
    rows = (await db.scalars(query)).all()
    main = next((row for row in rows if row.is_main), None)
    others = {fingerprint([donor.id, stay_of(row).as_item()]): row for row in rows if not row.is_main}
    return Mine(main, others)


def stay_of(row: PostalAddress) -> Stay:
    return stay(item(row, ITEM))
