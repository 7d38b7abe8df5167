"""What the home page shows, in three statements.

They are built once, here, and get their values when they are carried out; they read plain columns of the tables.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Date, Uuid

from portal import clock
from portal.changes import OPEN, RecordedChange
from portal.consents.models import ContactChoice
from portal.documents.models import Document
from portal.gifts.models import Gift
from portal.gifts.rules import MEANS
from portal.links.models import MemberLink
from portal.mandates.models import Mandate
from portal.members.models import Member
from portal.memos.queries import shown_to
from portal.memos.rules import chosen, values, with_draft
from portal.phones.rules import HOME_COUNTRY, shown
from portal.privacy.queries import is_restricted
from portal.profile.models import EmailAddress, Phone, PostalAddress
from portal.profile.rules import FIELDS, RETURN_REASONS, Address, envelope
from portal.receipts.models import Receipt, ReceiptWish
from portal.web.donor import Donor

MEMBER = bindparam("member", type_=Uuid())
TODAY = bindparam("today", type_=Date())
A_YEAR_AGO = bindparam("a_year_ago", type_=Date())

A_YEAR = timedelta(days=365)
"""After which the donor is asked again whether their details are right."""

member = Member.__table__.c
address = PostalAddress.__table__.c
email = EmailAddress.__table__.c
phone = Phone.__table__.c
choice = ContactChoice.__table__.c
change = RecordedChange.__table__.c
gift = Gift.__table__.c
mandate = Mandate.__table__.c
receipt = Receipt.__table__.c
wish = ReceiptWish.__table__.c

main_email = (
    select(email.address, email.confirmed_on, email.bounced_on, email.soft_bounced_on, email.complained_on)
    .where(email.member_id == MEMBER, email.is_main)
    .limit(1)
    .subquery()
)
main_address = (
    select(*(address[name] for name in FIELDS)).where(address.member_id == MEMBER, address.is_main).limit(1).subquery()
)
returned = (
    select(
        *(address[name].label(f"returned_{name}") for name in FIELDS),
        address.is_main.label("returned_is_main"),
        address.returned_on,
        address.returned_reason,
    )
    .where(address.member_id == MEMBER, address.returned_on.is_not(None))
    .order_by(address.returned_on.desc())
    .limit(1)
    .subquery()
)
phones = select(func.array_agg(aggregate_order_by(phone.number, phone.kind, phone.number))).where(
    phone.member_id == MEMBER
)
changes_under_way = select(func.count()).where(
    change.member_id == MEMBER,
    change.actor == bindparam("actor"),
    change.status.in_(OPEN),
)
moved_lately = select(change.id).where(
    change.member_id == MEMBER,
    change.actor == bindparam("actor"),
    change.field_group == "address",
    change.recorded_at >= A_YEAR_AGO,
)
check_due = select(choice.id).where(
    choice.member_id == MEMBER,
    or_(choice.checked_on.is_(None), choice.checked_on < A_YEAR_AGO),
    ~moved_lately.exists(),
)
receipts_by_post = select(wish.id).where(
    wish.member_id == MEMBER,
    wish.receipt_by == "post",
    wish.receipt_rhythm != "none",
)
documents = select(Document.id).where(Document.member_id == MEMBER, Document.for_member)
links = select(MemberLink.id).where(MemberLink.member_id == MEMBER)
CARD = (
    select(
        case((is_restricted(MEMBER), func.jsonb_build_array()), else_=shown_to(MEMBER, TODAY)).label("notes"),
        changes_under_way.scalar_subquery().label("under_way"),
        receipts_by_post.exists().label("receipts_by_post"),
        main_email.c.address.label("email"),
        main_email.c.confirmed_on,
        main_email.c.bounced_on,
        main_email.c.soft_bounced_on,
        main_email.c.complained_on,
        phones.scalar_subquery().label("phones"),
        check_due.exists().label("check_due"),
        documents.exists().label("has_documents"),
        links.exists().label("has_links"),
        *main_address.c,
        *returned.c,
        *(member[name] for name in ("number", "kind", "civility", "first_name", "last_name", "company_name")),
    )
    .select_from(Member.__table__)
    .outerjoin(main_email, true())
    .outerjoin(main_address, true())
    .outerjoin(returned, true())
    .where(member.id == MEMBER)
)

arrived = (gift.member_id == MEMBER, gift.state == "received")
others = Gift.__table__.alias("others")
year_total = select(func.coalesce(func.sum(others.c.amount), 0)).where(
    others.c.member_id == MEMBER,
    others.c.state == "received",
    others.c.currency == gift.currency,
    others.c.given_on >= func.date_trunc("year", TODAY),
)
GIVING = (
    select(
        gift.given_on,
        gift.amount,
        gift.currency,
        gift.means,
        year_total.scalar_subquery().label("year_total"),
    )
    .where(*arrived)
    .order_by(gift.given_on.desc())
    .limit(1)
)

next_debit = (
    select(
        mandate.next_debit_on,
        mandate.amount.label("debit_amount"),
        mandate.currency.label("debit_currency"),
    )
    .where(mandate.member_id == MEMBER, mandate.state == "active", mandate.next_debit_on >= TODAY)
    .order_by(mandate.next_debit_on)
    .limit(1)
    .subquery()
)
newest_receipt = (
    select(receipt.id.label("receipt_id"), receipt.fiscal_year, receipt.amount, receipt.currency)
    .where(receipt.member_id == MEMBER, receipt.state == "issued")
    .order_by(receipt.fiscal_year.desc(), receipt.issued_on.desc(), receipt.number.desc())
    .limit(1)
    .subquery()
)
anchor = select(literal(1).label("one")).subquery()
PAPERS = (
    select(next_debit, newest_receipt)
    .select_from(anchor)
    .outerjoin(next_debit, true())
    .outerjoin(newest_receipt, true())
)


async def contents(db: AsyncSession, donor: Donor, draft: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """All that the home page shows, or would show with a memo that is not published yet."""
    main = await card(db, donor)
    gifts, files = await giving(db, donor), await papers(db, donor)
    address = address_of(main)
    numbers = main.phones if main.check_due and main.phones else ()
    rows = with_draft(main.notes, draft) if draft else main.notes
    return {
        "notes": chosen(rows, lambda: values(main, gifts, files)),
        "card": main,
        "address": envelope(address, addressee=""),
        "phones": [shown(number, address.country or HOME_COUNTRY) for number in numbers],
        "returned": envelope(address_of(main, "returned_"), addressee=""),
        "reasons": RETURN_REASONS,
        "giving": gifts,
        "papers": files,
        "means": MEANS,
    }


async def card(db: AsyncSession, donor: Donor) -> Row:  # type: ignore[type-arg]
    """The memo and messages of today, and what awaits the donor."""
    today = clock.today()
    asked = {"member": donor.id, "today": today, "a_year_ago": today - A_YEAR, "actor": f"member:{donor.id}"}
    return (await db.execute(CARD, asked)).one()


def address_of(card: Row, prefix: str = "") -> Address:  # type: ignore[type-arg]
    """The main address, or with `returned_` the one from which a letter came back; an empty one where there is none."""
    return Address(**{name: getattr(card, prefix + name) or "" for name in FIELDS})


async def giving(db: AsyncSession, donor: Donor) -> Row | None:  # type: ignore[type-arg]
    """The last gift that arrived, and this year's sum in its currency."""
    return (await db.execute(GIVING, {"member": donor.id, "today": clock.today()})).first()


async def papers(db: AsyncSession, donor: Donor) -> Row:  # type: ignore[type-arg]
    """The next debit and the newest receipt."""
    return (await db.execute(PAPERS, {"member": donor.id, "today": clock.today()})).one()
