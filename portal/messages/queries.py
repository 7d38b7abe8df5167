"""Messages for many, and whom they reach."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from portal.members.models import Member
from portal.members.queries import SIGNS_IN
from portal.memos.models import MemoShown
from portal.messages.models import Message
from portal.messages.rules import EVERYBODY, NUMBERS
from portal.selections.queries import conditions
from portal.selections.rules import Selection
from portal.staff.models import StaffAccount

MOST_LISTED = 500
author, approver = aliased(StaffAccount), aliased(StaffAccount)


async def listed(db: AsyncSession, *, offset: int, limit: int) -> Sequence[Row]:  # type: ignore[type-arg]
    """All messages, what was last written first; `total` on each row is how many there are."""
    found = (
        select(
            Message.id, Message.title, Message.state, Message.starts_on, Message.ends_on, Message.written_at,
            Message.audience, Message.addressee_count, author.name.label("author"), func.count().over().label("total"),
        )
        .join(author, author.id == Message.author_id)
        .order_by(Message.written_at.desc(), Message.id)
        .offset(offset)
        .limit(limit)
    )  # fmt: skip
    return (await db.execute(found)).all()


async def one(db: AsyncSession, message_id: UUID) -> Row | None:  # type: ignore[type-arg]
    """The message with the names of its author and approver, and by how many members it was seen."""
    seen = select(func.count(MemoShown.member_id.distinct())).where(MemoShown.subject_id == Message.id)
    found = (
        select(
            Message,
            author.name.label("author"),
            approver.name.label("approver"),
            seen.scalar_subquery().label("seen_by"),
            func.cardinality(Message.numbers).label("number_count"),
        )
        .join(author, author.id == Message.author_id)
        .outerjoin(approver, approver.id == Message.approver_id)
        .where(Message.id == message_id)
    )
    return (await db.execute(found)).one_or_none()


def audience(message_id: UUID, wanted: dict[str, Any]) -> list[ColumnElement[bool]]:
    """What must hold of a row of `member`."""
    if wanted["kind"] == EVERYBODY:
        return list(SIGNS_IN)
    if wanted["kind"] == NUMBERS:
        return [*SIGNS_IN, Member.number.in_(select(func.unnest(Message.numbers)).where(Message.id == message_id))]
    return conditions(Selection.from_json(wanted["criteria"]))


async def count(db: AsyncSession, message_id: UUID, wanted: dict[str, Any]) -> int:
    reached = select(func.count()).select_from(Member).where(*audience(message_id, wanted))
    return await db.scalar(reached) or 0


async def left_out(db: AsyncSession, message_id: UUID) -> Sequence[Row]:  # type: ignore[type-arg]
    """Numbers of the list that reach nobody, each with `known`: a record exists, but is closed or deceased."""
    number = func.unnest(Message.numbers).label("number")
    typed = select(number).where(Message.id == message_id).subquery()
    here, gone = Member.number == typed.c.number, or_(Member.closed, Member.deceased_on.is_not(None))
    found = (
        select(typed.c.number, case((Member.id.is_(None), False), else_=True).label("known"))
        .outerjoin(Member, here)
        .where(or_(Member.id.is_(None), gone))
        .limit(MOST_LISTED)
    )
    return (await db.execute(found)).all()
