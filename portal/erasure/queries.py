"""Who is erased, what stands in the way of erasing somebody, and what there is of them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, TableClause, any_, cast, column, func, literal, select, table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT
from sqlalchemy.ext.asyncio import AsyncSession

from portal.changes import OPEN as UNDER_WAY
from portal.changes import RecordedChange
from portal.erasure.models import Erasure, KeptObjection
from portal.erasure.rules import BY_MAILBOX, EMPTIED, OWNERS, SUBJECT, Dates
from portal.gifts.models import Gift
from portal.mandates.models import Mandate
from portal.members.models import Member
from portal.privacy.models import UNKNOWN, DataCase
from portal.profile.models import EmailAddress
from portal.receipts.models import Receipt
from portal.requests.models import MemberRequest
from portal.requests.rules import UNDECIDED


async def is_erased(db: AsyncSession, member_id: UUID) -> bool:
    return await db.scalar(select(Erasure.id).where(Erasure.member_id == member_id)) is not None


async def of_request(db: AsyncSession, request_id: UUID) -> Any:
    """The request to be erased, its member, and the entry of the ledger once it was carried out."""
    query = (
        select(MemberRequest, Member, Erasure)
        .join(Member, Member.id == MemberRequest.member_id)
        .outerjoin(Erasure, Erasure.member_id == Member.id)
        .where(MemberRequest.id == request_id, MemberRequest.kind == "data", MemberRequest.about == SUBJECT)
    )
    return (await db.execute(query)).one_or_none()


async def erased_among(db: AsyncSession, members: Collection[str]) -> set[str]:
    """Of members, by their number in the central base, those who are erased."""
    query = (
        select(Member.central_id)
        .join(Erasure, Erasure.member_id == Member.id)
        .where(Member.central_id == any_(literal(list(members), ARRAY(TEXT))))
    )
    return set(await db.scalars(query)) if members else set()


async def ledger(db: AsyncSession) -> Sequence[Erasure]:
    return (await db.scalars(select(Erasure).order_by(Erasure.erased_at))).all()


async def obstacles(db: AsyncSession, member_id: UUID, request_id: UUID | None) -> list[str]:
    """Keys of `rules.OBSTACLES`; a request to be erased is none.

    Of the one that is carried out somebody here must know who asks, even where the central base has accepted it.
    """
    query = select(
        select(Mandate.id).where(Mandate.member_id == member_id, Mandate.state == "active").exists().label("mandate"),
        select(MemberRequest.id)
        .where(MemberRequest.member_id == member_id, MemberRequest.state.in_(UNDECIDED))
        .where((MemberRequest.kind != "data") | (MemberRequest.about != SUBJECT))
        .exists()
        .label("request"),
        select(RecordedChange.id)
        .where(RecordedChange.member_id == member_id, RecordedChange.status.in_(UNDER_WAY))
        .exists()
        .label("change"),
        select(DataCase.request_id)
        .where(DataCase.request_id == request_id, DataCase.identity.in_(UNKNOWN))
        .exists()
        .label("identity"),
    )
    found = (await db.execute(query)).mappings().one()
    return [name for name, stands in found.items() if stands]


async def counts(db: AsyncSession, member_id: UUID) -> dict[str, int]:
    """Rows by table of the one list; of addresses those that only this member has."""
    each = func.count_belongings(
        cast({name: owner for name, owner in OWNERS.items() if name not in BY_MAILBOX}, JSONB),
        member_id,
        cast({name: OWNERS[name] for name in BY_MAILBOX}, JSONB),
        literal(await own_mailboxes(db, member_id), ARRAY(TEXT)),
    ).table_valued("name", "number")
    return {row.name: row.number for row in await db.execute(select(each.c.name, each.c.number))}


async def dates(db: AsyncSession, member_id: UUID) -> Dates:
    receipts = select(func.max(Receipt.issued_on)).where(Receipt.member_id == member_id).scalar_subquery()
    gifts = select(func.max(Gift.given_on)).where(Gift.member_id == member_id).scalar_subquery()
    return Dates(*(await db.execute(select(receipts, gifts))).one())


async def own_mailboxes(db: AsyncSession, member_id: UUID) -> list[str]:
    """Addresses of the member's that nobody else has."""
    others = select(EmailAddress.mailbox).where(EmailAddress.member_id != member_id)
    mine = select(EmailAddress.mailbox).distinct().where(EmailAddress.member_id == member_id)
    return list(await db.scalars(mine.where(EmailAddress.mailbox.not_in(others))))


async def kept_objections(db: AsyncSession) -> dict[bytes, list[str]]:
    """What people who are erased objected to, by the digest of their address."""
    found = defaultdict(list)
    for row in await db.execute(select(KeptObjection.digest, KeptObjection.code)):
        found[row.digest].append(row.code)
    return found


def owned(name: str, member_id: UUID, mailboxes: Sequence[str]) -> tuple[TableClause, ColumnElement[bool]]:
    """A table of the one list, and which of its rows are a member's."""
    names = (OWNERS[name], *EMPTIED.get(name, ()))
    rows = table(name, *(column(at) for at in names))
    return rows, rows.c[OWNERS[name]].in_(mailboxes) if name in BY_MAILBOX else rows.c[OWNERS[name]] == member_id
