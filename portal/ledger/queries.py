"""The ledger of one member: its entries, the texts that were read, and the state that follows from it."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from portal.consents.models import ChoiceText, ConsentEntry
from portal.consents.rules import Codes
from portal.items import in_order

MOST_PRINTED = 1_000
"""Entries on a proof; laying them out takes a quarter of a minute."""

entry, shown = ConsentEntry.__table__, ChoiceText.__table__
mine = entry.c.member_id == bindparam("member")

ENTRIES = (
    select(
        entry.c.id, entry.c.at, entry.c.purpose, entry.c.channel, entry.c.act, entry.c.source, entry.c.actor,
        entry.c.text_id, shown.c.body,
    )
    .outerjoin(shown, shown.c.id == entry.c.text_id)
    .where(mine)
    .order_by(entry.c.id.desc())
)  # fmt: skip
PAGE = ENTRIES.offset(bindparam("offset")).limit(bindparam("limit"))
COUNT = select(func.count()).where(mine)
TEXTS = (
    select(shown.c.id, shown.c.language, shown.c.body, shown.c.first_shown_at)
    .where(shown.c.id.in_(select(entry.c.text_id).where(mine)))
    .order_by(shown.c.first_shown_at, shown.c.id)
)
LATEST = (
    select(entry.c.purpose, entry.c.channel, entry.c.act)
    .ext(distinct_on(entry.c.purpose, entry.c.channel))
    .where(mine)
    .order_by(entry.c.purpose, entry.c.channel, entry.c.id.desc())
)

Entries = Sequence[Row]  # type: ignore[type-arg]


async def derived(db: AsyncSession, member_id: UUID) -> Codes:
    """Objections and consents as they follow from the ledger alone: what was said last of each holds."""
    rows = (await db.execute(LATEST, {"member": member_id})).all()
    found = {"objections": "objected", "consents": "consented"}
    return {
        group: in_order(f"{row.purpose}/{row.channel}" for row in rows if row.act == act)
        for group, act in found.items()
    }


async def count(db: AsyncSession, member_id: UUID) -> int:
    return (await db.execute(COUNT, {"member": member_id})).scalar_one()


async def entries(db: AsyncSession, member_id: UUID, *, offset: int, limit: int) -> Entries:
    """A page of the member's own acts, each with the text that was read, newest first."""
    return (await db.execute(PAGE, {"member": member_id, "offset": offset, "limit": limit})).all()


async def newest(db: AsyncSession, member_id: UUID) -> Entries:
    """Those that are printed: all of them, unless somebody filled the ledger on purpose."""
    return (await db.execute(ENTRIES.limit(MOST_PRINTED), {"member": member_id})).all()


async def texts(db: AsyncSession, member_id: UUID) -> Entries:
    """Every wording that the member's acts refer to."""
    return (await db.execute(TEXTS, {"member": member_id})).all()
