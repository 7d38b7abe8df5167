"""Carrying a selection out, set-based, and the ones that are kept."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.gifts.models import Campaign, Gift
from portal.mandates.models import Mandate
from portal.members.models import Member
from portal.members.queries import SIGNS_IN
from portal.profile.models import PostalAddress
from portal.receipts.models import ReceiptWish
from portal.selections.models import SavedSelection
from portal.selections.rules import Selection
from portal.staff.models import StaffAccount


def conditions(wanted: Selection) -> list[ColumnElement[bool]]:
    """What must hold of a row of `member`."""
    found: list[ColumnElement[bool]] = list(SIGNS_IN)
    found += _gifts(wanted)
    if wanted.mandate:
        active = select(Mandate.id).where(Mandate.member_id == Member.id, Mandate.state == "active").exists()
        found.append(active if wanted.mandate == "active" else ~active)
    if wanted.receipts:
        none = ReceiptWish.receipt_rhythm == "none"
        how = none if wanted.receipts == "none" else (ReceiptWish.receipt_by == wanted.receipts) & ~none
        found.append(select(ReceiptWish.id).where(ReceiptWish.member_id == Member.id, how).exists())
    if wanted.postcode:
        begins = PostalAddress.postcode.startswith(wanted.postcode, autoescape=True)
        lives = select(PostalAddress.id).where(PostalAddress.member_id == Member.id, PostalAddress.is_main, begins)
        found.append(lives.exists())
    if wanted.language:
        found.append(Member.language == wanted.language)
    if wanted.kind:
        found.append(Member.kind == wanted.kind)
    return found


def _gifts(wanted: Selection) -> list[ColumnElement[bool]]:
    theirs = select(Gift.id).where(Gift.member_id == Member.id, Gift.state == "received")
    found: list[ColumnElement[bool]] = []
    if wanted.last_gift_from:
        found.append(theirs.where(Gift.given_on >= wanted.last_gift_from).exists())
    if wanted.last_gift_until:
        found += [theirs.exists(), ~theirs.where(Gift.given_on > wanted.last_gift_until).exists()]
    if wanted.campaign:
        found.append(theirs.where(Gift.campaign_id == UUID(wanted.campaign)).exists())
    return found


async def count(db: AsyncSession, wanted: Selection) -> int:
    return await db.scalar(select(func.count()).select_from(Member).where(*conditions(wanted))) or 0


async def saved(db: AsyncSession) -> Sequence[Row]:  # type: ignore[type-arg]
    """By name, with who kept them."""
    kept = select(SavedSelection.id, SavedSelection.name, SavedSelection.saved_at, StaffAccount.name.label("author"))
    joined = kept.join(StaffAccount, StaffAccount.id == SavedSelection.author_id)
    return (await db.execute(joined.order_by(SavedSelection.name))).all()


async def one(db: AsyncSession, selection_id: UUID) -> SavedSelection | None:
    return await db.get(SavedSelection, selection_id)


async def campaigns(db: AsyncSession) -> list[tuple[str, str]]:
    """Numbers and names."""
    rows = await db.execute(select(Campaign.id, Campaign.name).order_by(Campaign.name))
    return [(str(number), name) for number, name in rows]
