"""What the home page shows, in three statements."""

from sqlalchemy import Row, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock
from portal.changes import RecordedChange, Status
from portal.gifts.models import Gift
from portal.mandates.models import Mandate
from portal.members.models import Member
from portal.memos.queries import shown_to
from portal.profile.models import EmailAddress, PostalAddress
from portal.receipts.models import Receipt
from portal.web.donor import Donor


async def card(db: AsyncSession, donor: Donor) -> Row:  # type: ignore[type-arg]
    """The memo that is shown today, and what awaits the donor."""
    address = select(PostalAddress.returned_on).where(PostalAddress.member_id == donor.id, PostalAddress.is_main)
    email = (
        select(EmailAddress.address, EmailAddress.confirmed_on, EmailAddress.bounced_on)
        .where(EmailAddress.member_id == donor.id, EmailAddress.is_main)
        .limit(1)
        .subquery()
    )
    under_way = select(func.count()).where(
        RecordedChange.member_id == donor.id,
        RecordedChange.actor == f"member:{donor.id}",
        RecordedChange.status.in_([Status.SAVED, Status.SENT, Status.REVIEW]),
    )
    query = (
        select(
            shown_to(donor.id).scalar_subquery().label("memo"),
            address.limit(1).scalar_subquery().label("returned_on"),
            under_way.scalar_subquery().label("under_way"),
            email.c.address.label("email"),
            email.c.confirmed_on,
            email.c.bounced_on,
            Member.first_name,
            Member.kind,
        )
        .select_from(Member)
        .outerjoin(email, true())
        .where(Member.id == donor.id)
    )
    return (await db.execute(query)).one()


async def giving(db: AsyncSession, donor: Donor) -> Row | None:  # type: ignore[type-arg]
    """The last gift that arrived, and this year's sum in its currency."""
    this_year = func.date_trunc("year", literal(clock.today()))
    mine = (Gift.member_id == donor.id, Gift.state == "received")
    year_total = (
        select(func.coalesce(func.sum(Gift.amount), 0)).where(*mine, Gift.given_on >= this_year).scalar_subquery()
    )
    query = (
        select(Gift.given_on, Gift.amount, Gift.currency, Gift.means, year_total.label("year_total"))
        .where(*mine)
        .order_by(Gift.given_on.desc())
        .limit(1)
    )
    return (await db.execute(query)).first()


async def papers(db: AsyncSession, donor: Donor) -> Row:  # type: ignore[type-arg]
    """The next debit and the newest receipt."""
    debit = (
        select(
            Mandate.next_debit_on,
            Mandate.amount.label("debit_amount"),
            Mandate.currency.label("debit_currency"),
        )
        .where(Mandate.member_id == donor.id, Mandate.state == "active", Mandate.next_debit_on >= clock.today())
        .order_by(Mandate.next_debit_on)
        .limit(1)
        .subquery()
    )
    receipt = (
        select(Receipt.id.label("receipt_id"), Receipt.fiscal_year, Receipt.amount, Receipt.currency)
        .where(Receipt.member_id == donor.id, Receipt.state == "issued")
        .order_by(Receipt.fiscal_year.desc(), Receipt.issued_on.desc(), Receipt.number.desc())
        .limit(1)
        .subquery()
    )
    anchor = select(literal(1).label("one")).subquery()
    query = select(debit, receipt).select_from(anchor).outerjoin(debit, true()).outerjoin(receipt, true())
    return (await db.execute(query)).one()
