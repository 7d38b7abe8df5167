"""The wish for tax receipts, where they would go, and the language."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.members.models import Member
from portal.preferences.rules import Wish
from portal.profile.models import EmailAddress, PostalAddress
from portal.receipts.models import ReceiptWish
from portal.web.donor import Donor


@dataclass(frozen=True)
class Standing:
    """What holds at present; `held` says that it is still on its way to the central base."""

    wish: Wish
    held: bool
    member: Member
    address: PostalAddress | None
    email: EmailAddress | None

    @property
    def takes_mail(self) -> bool:
        return self.email is not None and self.email.bounced_on is None


async def standing(db: AsyncSession, donor: Donor) -> Standing | None:
    """Nothing while the first load of the central base has not brought the wish yet."""
    query = (
        select(
            ReceiptWish.receipt_rhythm, ReceiptWish.receipt_by, ReceiptWish.held, Member, PostalAddress, EmailAddress
        )
        .join(Member, Member.id == ReceiptWish.member_id)
        .outerjoin(PostalAddress, (PostalAddress.member_id == Member.id) & PostalAddress.is_main)
        .outerjoin(EmailAddress, (EmailAddress.member_id == Member.id) & EmailAddress.is_main)
        .where(ReceiptWish.member_id == donor.id)
        .limit(1)
    )
    row = (await db.execute(query)).first()
    if row is None:
        return None
    wish = Wish(row.receipt_rhythm, row.receipt_by)
    return Standing(wish, row.held, row.Member, row.PostalAddress, row.EmailAddress)


async def wish(db: AsyncSession, donor: Donor) -> Wish:
    query = select(ReceiptWish.receipt_rhythm, ReceiptWish.receipt_by).where(ReceiptWish.member_id == donor.id)
    return Wish(*(await db.execute(query)).one())


async def language(db: AsyncSession, donor: Donor, *, locked: bool = False) -> str:
    """Of the member's mails and pages; `locked` for who is about to write it."""
    query = select(Member.language).where(Member.id == donor.id)
    return (await db.execute(query.with_for_update() if locked else query)).scalar_one()


async def wish_and_language(db: AsyncSession, donor: Donor) -> tuple[Wish | None, str]:
    """No wish while the first load of the central base has not brought it yet."""
    query = (
        select(ReceiptWish.receipt_rhythm, ReceiptWish.receipt_by, Member.language)
        .select_from(Member)
        .outerjoin(ReceiptWish, ReceiptWish.member_id == Member.id)
        .where(Member.id == donor.id)
    )
    row = (await db.execute(query)).one()
    known = row.receipt_rhythm is not None
    return Wish(row.receipt_rhythm, row.receipt_by) if known else None, row.language
