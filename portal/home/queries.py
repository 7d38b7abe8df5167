"""What the home page shows, in three statements.

They are built once, here, and get their values when they are carried out; they read plain columns of the tables.
"""

from sqlalchemy import Row, bindparam, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Date, Uuid

from portal import clock
from portal.changes import OPEN, RecordedChange
from portal.gifts.models import Gift
from portal.mandates.models import Mandate
from portal.members.models import Member
from portal.memos.queries import shown_to
from portal.profile.models import EmailAddress, PostalAddress
from portal.receipts.models import Receipt, ReceiptWish
from portal.web.donor import Donor

MEMBER = bindparam("member", type_=Uuid())
TODAY = bindparam("today", type_=Date())

member = Member.__table__.c
address = PostalAddress.__table__.c
email = EmailAddress.__table__.c
change = RecordedChange.__table__.c
gift = Gift.__table__.c
mandate = Mandate.__table__.c
receipt = Receipt.__table__.c
wish = ReceiptWish.__table__.c

main_email = (
    select(email.address, email.confirmed_on, email.bounced_on)
    .where(email.member_id == MEMBER, email.is_main)
    .limit(1)
    .subquery()
)
main_address = select(address.returned_on).where(address.member_id == MEMBER, address.is_main).limit(1)
changes_under_way = select(func.count()).where(
    change.member_id == MEMBER,
    change.actor == bindparam("actor"),
    change.status.in_(OPEN),
)
receipts_by_post = select(wish.id).where(
    wish.member_id == MEMBER,
    wish.receipt_by == "post",
    wish.receipt_rhythm != "none",
)
CARD = (
    select(
        shown_to(MEMBER, TODAY).scalar_subquery().label("memo"),
        main_address.scalar_subquery().label("returned_on"),
        changes_under_way.scalar_subquery().label("under_way"),
        receipts_by_post.exists().label("receipts_by_post"),
        main_email.c.address.label("email"),
        main_email.c.confirmed_on,
        main_email.c.bounced_on,
        member.first_name,
        member.kind,
    )
    .select_from(Member.__table__)
    .outerjoin(main_email, true())
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


async def card(db: AsyncSession, donor: Donor) -> Row:  # type: ignore[type-arg]
    """The memo that is shown today, and what awaits the donor."""
    values = {"member": donor.id, "today": clock.today(), "actor": f"member:{donor.id}"}
    return (await db.execute(CARD, values)).one()


async def giving(db: AsyncSession, donor: Donor) -> Row | None:  # type: ignore[type-arg]
    """The last gift that arrived, and this year's sum in its currency."""
    return (await db.execute(GIVING, {"member": donor.id, "today": clock.today()})).first()


async def papers(db: AsyncSession, donor: Donor) -> Row:  # type: ignore[type-arg]
    """The next debit and the newest receipt."""
    return (await db.execute(PAPERS, {"member": donor.id, "today": clock.today()})).one()
