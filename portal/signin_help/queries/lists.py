"""Who cannot come in, of everybody: addresses without a record, shared ones, members whom no mail reaches."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Row, Uuid, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.members.models import Member
from portal.members.queries import SIGNS_IN
from portal.profile.models import EmailAddress
from portal.staff.models import StaffAccount
from portal.web.proof import SIGN_IN, SignInRequest

OFFSET: BindParameter[int] = bindparam("offset")
LIMIT: BindParameter[int] = bindparam("limit")
# The function tells who has a passkey or a provider's name, to staff alone.
other_ways = select(func.members_with_another_way_in(type_=Uuid).column_valued("id"))

has_the_address = (
    select(EmailAddress.id)
    .join(Member, Member.id == EmailAddress.member_id)
    .where(EmailAddress.mailbox == SignInRequest.email, *SIGNS_IN)
    .exists()
)
is_staff = select(StaffAccount.id).where(StaffAccount.email == SignInRequest.email).exists()
NO_RECORD = (
    select(
        SignInRequest.email.label("address"),
        func.count().label("times"),
        func.max(SignInRequest.asked_at).label("at"),
    )
    .where(SignInRequest.purpose == SIGN_IN, ~has_the_address, ~is_staff)
    .group_by(SignInRequest.email)
)
people = func.count(EmailAddress.member_id.distinct())
SHARED = (
    select(EmailAddress.mailbox.label("address"), people.label("times"))
    .join(Member, Member.id == EmailAddress.member_id)
    .where(*SIGNS_IN)
    .group_by(EmailAddress.mailbox)
    .having(people > 1)
)
arrives = EmailAddress.bounced_on.is_(None) & EmailAddress.complained_on.is_(None)
DEAD = (
    select(
        EmailAddress.member_id,
        func.min(EmailAddress.bounced_on).label("bounced_on"),
        func.min(EmailAddress.complained_on).label("complained_on"),
    )
    .join(Member, Member.id == EmailAddress.member_id)
    .where(*SIGNS_IN, EmailAddress.member_id.not_in(other_ways))
    .group_by(EmailAddress.member_id)
    .having(func.bool_and(~arrives))
)
LISTS = {"no-record": NO_RECORD, "shared": SHARED, "dead": DEAD}
COUNTS = select(
    *(select(func.count()).select_from(query.subquery()).scalar_subquery().label(name) for name, query in LISTS.items())
)

NAME = (
    Member.id, Member.number, Member.kind, Member.civility, Member.first_name, Member.last_name, Member.company_name,
)  # fmt: skip
no_record, dead = NO_RECORD.subquery().c, DEAD.subquery().c
shared_page = SHARED.order_by(EmailAddress.mailbox).offset(OFFSET).limit(LIMIT).subquery()
PAGES = {
    "no-record": select(*no_record).order_by(no_record.at.desc(), no_record.address).offset(OFFSET).limit(LIMIT),
    "shared": select(shared_page.c.address, *NAME)
    .join(EmailAddress, EmailAddress.mailbox == shared_page.c.address)
    .join(Member, Member.id == EmailAddress.member_id)
    .where(*SIGNS_IN)
    .distinct()
    .order_by(shared_page.c.address, Member.number),
    "dead": select(dead.bounced_on, dead.complained_on, *NAME)
    .join(Member, Member.id == dead.member_id)
    .order_by(Member.last_name, Member.company_name, Member.number)
    .offset(OFFSET)
    .limit(LIMIT),
}

Line = Row[*tuple[Any, ...]]


async def counts(db: AsyncSession) -> dict[str, int]:
    """How many each of the lists has, in one statement."""
    return dict((await db.execute(COUNTS)).mappings().one())


async def listed(db: AsyncSession, name: str, *, offset: int, limit: int) -> Sequence[Line]:
    """A page of a list: addresses without a record, members by the address they share, members whom no mail reaches."""
    return (await db.execute(PAGES[name], {"offset": offset, "limit": limit})).all()
