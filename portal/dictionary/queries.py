"""What the dictionary says, and of what it names a member has something."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ColumnExpressionArgument,
    bindparam,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from portal.consents.models import ContactChoice
from portal.dictionary.models import DictionaryEntry
from portal.documents.models import Document
from portal.gifts.models import Gift
from portal.links.models import MemberLink
from portal.mandates.models import Mandate
from portal.memos.models import Memo
from portal.profile.models import EmailAddress, Phone, PostalAddress
from portal.receipts.models import Receipt, ReceiptWish
from portal.requests.models import MemberRequest
from portal.web.donor import Donor

member: BindParameter[UUID] = bindparam("member")
ENTRIES = select(DictionaryEntry).order_by(DictionaryEntry.position)


def _some(owner: InstrumentedAttribute[object], *which: ColumnExpressionArgument[bool]) -> ColumnElement[bool]:
    return select(owner).where(owner == member, *which).exists()


mail = EmailAddress
always = literal(value=True)
"""Of these there is no member without."""
HELD = {
    "identity": always,
    "record": always,
    "language": always,
    "address": _some(PostalAddress.member_id, PostalAddress.is_main),
    "other_addresses": _some(PostalAddress.member_id, ~PostalAddress.is_main),
    "returned_post": _some(PostalAddress.member_id, PostalAddress.returned_on.is_not(None)),
    "email": _some(mail.member_id, mail.is_main),
    "other_emails": _some(mail.member_id, ~mail.is_main),
    "email_state": _some(
        mail.member_id,
        or_(mail.bounced_on.is_not(None), mail.soft_bounced_on.is_not(None), mail.complained_on.is_not(None)),
    ),
    "phones": _some(Phone.member_id),
    "objections": _some(ContactChoice.member_id, func.cardinality(ContactChoice.objections) > 0),
    "consents": _some(ContactChoice.member_id, func.cardinality(ContactChoice.consents) > 0),
    "contact_rhythm": _some(ContactChoice.member_id),
    "details_check": _some(ContactChoice.member_id, ContactChoice.checked_on.is_not(None)),
    "receipt_wish": _some(ReceiptWish.member_id),
    "memo": _some(Memo.member_id),
    "gift": _some(Gift.member_id),
    "campaign": false(),
    "mandate": _some(Mandate.member_id),
    "receipt": _some(Receipt.member_id),
    "request": _some(MemberRequest.member_id),
    "document": _some(Document.member_id, Document.for_member),
    "link": _some(MemberLink.member_id),
}
"""By name in the dictionary: does this member have something of it?"""
KEPT = select(*(condition.label(name) for name, condition in HELD.items()))


async def entries(db: AsyncSession) -> Sequence[DictionaryEntry]:
    """In the order of the dictionary; none before the sync has run for the first time."""
    return (await db.scalars(ENTRIES)).all()


async def kept(db: AsyncSession, donor: Donor) -> set[str]:
    """Names in the dictionary of which this member has something."""
    row = (await db.execute(KEPT, {"member": donor.id})).mappings().one()
    return {str(name) for name, there in row.items() if there}
