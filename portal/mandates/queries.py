"""A donor's SEPA mandates."""

from collections.abc import Sequence

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.mandates.models import Mandate
from portal.web.donor import Donor


async def listed(db: AsyncSession, donor: Donor) -> Sequence[Mandate]:
    """Active ones first, then the newest."""
    active_first = case((Mandate.state == "active", 0), else_=1)
    query = select(Mandate).where(Mandate.member_id == donor.id).order_by(active_first, Mandate.signed_on.desc())
    return (await db.scalars(query)).all()
