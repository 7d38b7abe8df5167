"""The memos and messages that a member sees, and what staff edit of them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Row, ScalarSelect, and_, case, func, literal, null, or_, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Boolean, DateTime, Text

from portal.journal import JournalEntry
from portal.members.models import Member
from portal.memos.models import Memo, MemoProposal, MemoShown, MemoTranslation
from portal.memos.rules import MOST_SHOWN, MemoText
from portal.messages.models import Message, MessageAddressee
from portal.staff.models import StaffAccount

memo = Memo.__table__.c
translation = MemoTranslation.__table__.c
message = Message.__table__.c
addressee = MessageAddressee.__table__.c
shown = MemoShown.__table__.c

GENERAL = "general"
"""Under which the journal keeps what was done to the general memo."""
MOST_VERSIONS = 50
GENERAL_RANK = 9
"""After the member's own memo (0) and the messages, whose priorities are 1 to 3."""


async def stored(db: AsyncSession, member_id: UUID | None) -> Memo | None:
    """The memo as it stands, shown or not; without a member, the general one."""
    return (await db.scalars(select(Memo).where(Memo.member_id.is_not_distinct_from(member_id)))).one_or_none()


async def text_of(db: AsyncSession, member_id: UUID | None) -> MemoText | None:
    row = await stored(db, member_id)
    return MemoText(row.body, row.starts_on, row.ends_on) if row else None


async def english_of(db: AsyncSession, member_id: UUID | None) -> str:
    """The English of the memo as it stands; nothing where there is none, or where the memo has changed since."""
    return await db.scalar(select(_english()).where(memo.member_id.is_not_distinct_from(member_id))) or ""


async def proposal(db: AsyncSession, member_id: UUID | None) -> MemoProposal | None:
    mine = MemoProposal.member_id.is_not_distinct_from(member_id)
    return (await db.scalars(select(MemoProposal).where(mine))).one_or_none()


async def proposals(db: AsyncSession) -> Sequence[Row]:  # type: ignore[type-arg]
    """Memos that wait for a second editor, the oldest first, with whom they are for."""
    waiting = (
        select(
            MemoProposal.member_id, MemoProposal.author_id, MemoProposal.proposed_at, StaffAccount.name.label("author"),
            Member.kind, Member.civility, Member.first_name, Member.last_name, Member.company_name,
        )
        .join(StaffAccount, StaffAccount.id == MemoProposal.author_id)
        .outerjoin(Member, Member.id == MemoProposal.member_id)
        .order_by(MemoProposal.proposed_at)
    )  # fmt: skip
    return (await db.execute(waiting)).all()


def shown_to(member: ColumnElement[UUID], today: ColumnElement[date]) -> ScalarSelect[list[dict[str, object]]]:
    """What the member may read today, as a list in order: their own memo, messages by priority, the general memo.

    Each has kind, id, body, english, rank, and under `shown` the hashes of the texts of it that the member has seen.
    """
    general = memo.member_id.is_(None)
    written = select(
        case((general, "general"), else_="memo").label("kind"),
        memo.id,
        memo.body,
        _english().label("english"),
        case((general, GENERAL_RANK), else_=0).label("rank"),
        null().cast(DateTime(timezone=True)).label("published_at"),
    ).where(or_(memo.member_id == member, general), *_within(memo, today))
    for_them = select(addressee.message_id).where(addressee.message_id == message.id, addressee.member_id == member)
    sent = select(
        literal("message").label("kind"),
        message.id,
        message.body_fr,
        message.body_en,
        message.priority,
        message.published_at,
    ).where(
        message.state == "published",
        message.addressed_at.is_not(None),
        *_within(message, today),
        or_(message.audience["kind"].astext == "everybody", for_them.exists()),
    )
    both = union_all(written, sent).subquery().c
    first = (
        select(*both).order_by(both.rank, both.published_at.desc().nulls_last(), both.id).limit(MOST_SHOWN).subquery().c
    )
    known = select(func.jsonb_agg(shown.text_hash)).where(shown.member_id == member, shown.subject_id == first.id)
    values: dict[str, ColumnElement[object]] = {name: first[name] for name in ("kind", "id", "body", "english", "rank")}
    values["shown"] = func.coalesce(known.scalar_subquery(), func.jsonb_build_array())
    row = func.jsonb_build_object(*(part for pair in values.items() for part in pair))
    listed = func.jsonb_agg(aggregate_order_by(row, first.rank, first.published_at.desc().nulls_last(), first.id))
    return select(func.coalesce(listed, func.jsonb_build_array())).scalar_subquery()


async def history(db: AsyncSession, member_id: UUID) -> Sequence[Row]:  # type: ignore[type-arg]
    """Every text that the member was shown, and the messages that wait to be seen by them; the newest first.

    Rows of kind, title (of a message), language, body, first_shown_at (none: not seen yet) and withdrawn.
    """
    withdrawn = func.coalesce(message.state == "withdrawn", False).cast(Boolean).label("withdrawn")
    seen = (
        select(shown.kind, message.title, shown.language, shown.body, shown.first_shown_at, withdrawn)
        .select_from(MemoShown.__table__.outerjoin(Message.__table__, message.id == shown.subject_id))
        .where(shown.member_id == member_id)
    )
    looked = select(shown.subject_id).where(shown.subject_id == message.id, shown.member_id == member_id)
    unseen = (
        select(literal("message"), message.title, literal("fr"), message.body_fr, null(), withdrawn)
        .join_from(MessageAddressee.__table__, Message.__table__, message.id == addressee.message_id)
        .where(addressee.member_id == member_id, ~looked.exists())
    )
    both = union_all(seen, unseen).subquery()
    return (await db.execute(select(both).order_by(both.c.first_shown_at.desc().nulls_first()))).all()


async def versions(db: AsyncSession, member_id: UUID | None, subject: str = GENERAL) -> Sequence[Row]:  # type: ignore[type-arg]
    """Who wrote what and when: rows of at, kind, data and author, the newest first.

    Of a member's memo; without member, of the general one or of the message with this number.
    """
    kinds = JournalEntry.kind.startswith("memo.") | JournalEntry.kind.startswith("message.")
    about = JournalEntry.member_id == member_id if member_id else JournalEntry.data["message"].astext == subject
    author = func.coalesce(StaffAccount.name, JournalEntry.actor).label("author")
    found = (
        select(JournalEntry.at, JournalEntry.kind, JournalEntry.data, author)
        .outerjoin(StaffAccount, JournalEntry.actor == func.concat("staff:", StaffAccount.id))
        .where(about, kinds)
        .order_by(JournalEntry.id.desc())
        .limit(MOST_VERSIONS)
    )
    return (await db.execute(found)).all()


def _english() -> ScalarSelect[str]:
    """Of the memo of the statement around it, if it still says what was translated."""
    alone = and_(translation.member_id.is_(None), memo.member_id.is_(None))
    same = or_(translation.member_id == memo.member_id, alone)
    return select(translation.body.cast(Text)).where(translation.of_body == memo.body, same).limit(1).scalar_subquery()


def _within(table: object, today: ColumnElement[date]) -> tuple[ColumnElement[bool], ...]:
    starts_on, ends_on = table.starts_on, table.ends_on  # type: ignore[attr-defined]
    return or_(starts_on.is_(None), starts_on <= today), or_(ends_on.is_(None), ends_on >= today)
