"""A member's own data requests, and what stands on the desk."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock
from portal.exports import queries as exports
from portal.exports.models import DataExport
from portal.i18n import fold
from portal.members.models import Member
from portal.members.rules import full_name
from portal.privacy.models import DataCase
from portal.privacy.rules import legal_clock
from portal.privacy.rules.legal_clock import Clock
from portal.profile.models import EmailAddress, Phone, PostalAddress
from portal.requests.models import MemberRequest
from portal.search import queries as search
from portal.web.donor import Donor

MOST_OF_ONE, MOST_OPEN = 50, 500
BOTH = select(DataCase, MemberRequest).join(MemberRequest, MemberRequest.id == DataCase.request_id)
MINE = (
    BOTH.where(DataCase.member_id == bindparam("member", type_=Uuid()))
    .order_by(DataCase.closed_on.is_not(None), DataCase.received_on.desc(), DataCase.request_id)
    .limit(MOST_OF_ONE)
)
ALL = BOTH.add_columns(Member).join(Member, Member.id == DataCase.member_id)
NEWEST_FIRST = DataCase.received_on.desc(), DataCase.request_id


@dataclass(frozen=True)
class Standing:
    """A case beside its request, as it stands today."""

    case: DataCase
    asked: MemberRequest
    clock: Clock
    due_on: date
    left: int
    member: Member | None = None

    @property
    def tone(self) -> str:
        return legal_clock.tone(self.left)

    @property
    def is_late(self) -> bool:
        return self.case.answered_on is None and self.left < 0

    @property
    def who(self) -> str:
        return full_name(self.member) or self.member.number if self.member else ""

    @property
    def is_extended(self) -> bool:
        return legal_clock.is_extended(self.clock, clock.today())

    @property
    def first_month_ends(self) -> date:
        return legal_clock.first_month_ends(self.clock, clock.today())


def is_restricted(member: Any) -> ColumnElement[bool]:
    """Data of this member is kept and not used (art. 18): nothing is said to them but what they need or asked for."""
    return exists().where(
        DataCase.member_id == member, DataCase.restricted_on.is_not(None), DataCase.lifted_on.is_(None)
    )


def clock_of(case: DataCase) -> Clock:
    sent = case.notice_sent_at
    return Clock(case.received_on, case.paused_on, case.resumed_on, clock.paris(sent).date() if sent else None)


def standing(row: Sequence[Any]) -> Standing:
    """Of an answered case the day on which it was due is the one that held when it was answered."""
    case, asked, *member = row
    of, day = clock_of(case), case.answered_on or clock.today()
    return Standing(case, asked, of, legal_clock.due_on(of, day), legal_clock.days_left(of, day), *member)


async def mine(db: AsyncSession, donor: Donor) -> list[Standing]:
    """What waits first, then the newest."""
    return [standing(row) for row in await db.execute(MINE, {"member": donor.id})]


async def downloads(db: AsyncSession, donor: Donor) -> dict[UUID, UUID]:
    """By request, the answer that can be downloaded now."""
    theirs = select(DataExport.request_id, DataExport.id).where(DataExport.member_id == donor.id, *exports.OPEN)
    return {row.request_id: row.id for row in await db.execute(theirs)}


async def own(db: AsyncSession, donor: Donor, request_id: UUID) -> Standing | None:
    theirs = BOTH.where(DataCase.member_id == donor.id, DataCase.request_id == request_id)
    row = (await db.execute(theirs)).one_or_none()
    return standing(row) if row else None


async def one(db: AsyncSession, request_id: UUID, *, alone: bool = False) -> Standing | None:
    """As it stands; `alone`, nobody else can take a step in it until this transaction ends."""
    query = ALL.where(DataCase.request_id == request_id)
    if alone:
        query = query.with_for_update(of=DataCase).execution_options(populate_existing=True)
    row = (await db.execute(query)).one_or_none()
    return standing(row) if row else None


async def open_ones(db: AsyncSession) -> list[Standing]:
    """What must be answered, by the days that are left, then what was answered and is not known to have arrived."""
    query = ALL.where(DataCase.closed_on.is_(None)).order_by(DataCase.received_on, DataCase.request_id)
    found = [standing(row) for row in await db.execute(query.limit(MOST_OPEN))]
    return sorted(found, key=lambda one: (one.case.answered_on is not None, one.left))


async def count_open(db: AsyncSession) -> int:
    """Those that must still be answered."""
    waiting = select(func.count()).select_from(DataCase).where(DataCase.answered_on.is_(None))
    return await db.scalar(waiting) or 0


async def count_closed(db: AsyncSession) -> int:
    closed = select(func.count()).select_from(DataCase).where(DataCase.closed_on.is_not(None))
    return await db.scalar(closed) or 0


async def closed(db: AsyncSession, *, offset: int, limit: int) -> list[Standing]:
    query = ALL.where(DataCase.closed_on.is_not(None)).order_by(DataCase.closed_on.desc(), DataCase.request_id)
    return [standing(row) for row in await db.execute(query.offset(offset).limit(limit))]


async def everything(db: AsyncSession) -> list[Standing]:
    """The register."""
    return [standing(row) for row in await db.execute(ALL.order_by(*NEWEST_FIRST))]


@dataclass(frozen=True)
class Card:
    """A member beside others of the same name, with what tells them apart."""

    member: Member
    name: str
    address: str
    emails: list[str]
    phones: list[str]
    postcode: str
    numbered: bool = False
    """There are too many of that name to compare the rest of what they have."""

    @property
    def marks(self) -> list[str]:
        if self.numbered:
            return [self.member.number]
        return [self.member.number, self.postcode, *self.emails, *self.phones]


async def cards(db: AsyncSession, member_ids: Collection[UUID]) -> list[Card]:
    """In the order of their numbers."""
    query = select(Member, PostalAddress).outerjoin(
        PostalAddress, (PostalAddress.member_id == Member.id) & PostalAddress.is_main
    )
    rows = (await db.execute(query.where(Member.id.in_(member_ids)).order_by(Member.number))).all()
    emails = await _texts(db, select(EmailAddress.member_id, EmailAddress.address), EmailAddress.member_id, member_ids)
    phones = await _texts(db, select(Phone.member_id, Phone.number), Phone.member_id, member_ids)
    return [_card(*row, emails, phones) for row in rows]


async def mail_address(db: AsyncSession, member_id: UUID) -> str | None:
    """The main one, unless mails to it come back."""
    works = EmailAddress.is_main, EmailAddress.bounced_on.is_(None)
    query = select(EmailAddress.address).where(EmailAddress.member_id == member_id, *works)
    return await db.scalar(query.limit(1))


async def namesakes(db: AsyncSession, member: Member) -> tuple[list[UUID], bool]:
    """Other members of the same name, however it is capitalised and accented; and whether there may be more of them."""
    name = full_name(member)
    found, more = await search.find(db, name) if name else ([], False)
    return [row.id for row, _ in found if row.id != member.id and fold(full_name(row)) == fold(name)], more


async def _texts(db: AsyncSession, query: Any, column: Any, member_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for member_id, text in await db.execute(query.where(column.in_(member_ids)).order_by(query.selected_columns[1])):
        found[member_id].append(text)
    return found


def _card(
    member: Member, place: PostalAddress | None, emails: dict[UUID, list[str]], phones: dict[UUID, list[str]]
) -> Card:
    parts = (place.house_number, place.street, place.postcode, place.town) if place else ()
    return Card(
        member,
        full_name(member) or member.number,
        " ".join(filter(None, parts)),
        emails[member.id],
        phones[member.id],
        place.postcode if place else "",
    )
