"""What the desk reads: finding a member, and the member's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Row, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.changes import RecordedChange
from portal.gifts.models import Gift
from portal.i18n import fold
from portal.journal import JournalEntry
from portal.members.models import Member
from portal.profile.models import EmailAddress, PostalAddress

MOST_FOUND = 50
ACCENTS = "àâäáãçéèêëîïíôöóõùûüúÿñæœ"
PLAIN = "aaaaaceeeeiiioooouuuuynao"


@dataclass(frozen=True)
class Activity:
    gifts: int
    changes: Sequence[RecordedChange]
    journal: Sequence[JournalEntry]


def folded(column: object) -> object:
    """Lower case without accents, in the database."""
    return func.translate(func.lower(column), ACCENTS, PLAIN)


async def find(db: AsyncSession, typed: str) -> Sequence[Row]:  # type: ignore[type-arg]
    """Members of whom every word typed is the number, or part of the name, an e-mail address or the town."""
    query = (
        select(Member.id, Member.number, Member.kind, Member.civility, Member.first_name, Member.last_name,
               Member.company_name, PostalAddress.postcode, PostalAddress.town)
        .outerjoin(PostalAddress, (PostalAddress.member_id == Member.id) & PostalAddress.is_main)
        .order_by(Member.last_name, Member.first_name, Member.company_name, Member.number)
        .limit(MOST_FOUND + 1)
    )  # fmt: skip
    for word in fold(typed).replace("\0", "").split():
        part = f"%{word.replace('%', '').replace('_', '')}%"
        has_email = exists().where(EmailAddress.member_id == Member.id, EmailAddress.mailbox.like(part))
        places = (Member.first_name, Member.last_name, Member.company_name, PostalAddress.town)
        named = [folded(column).like(part) for column in places]  # type: ignore[attr-defined]
        query = query.where(or_(func.lower(Member.number) == word, has_email, *named))
    return (await db.execute(query)).all()


async def member(db: AsyncSession, member_id: UUID) -> Member | None:
    return await db.get(Member, member_id)


async def activity(db: AsyncSession, member_id: UUID) -> Activity:
    gifts = await db.scalar(select(func.count()).select_from(Gift).where(Gift.member_id == member_id))
    recorded = select(RecordedChange).where(RecordedChange.member_id == member_id)
    noted = select(JournalEntry).where(JournalEntry.member_id == member_id)
    return Activity(
        gifts or 0,
        (await db.scalars(recorded.order_by(RecordedChange.seq.desc()).limit(10))).all(),
        (await db.scalars(noted.order_by(JournalEntry.id.desc()).limit(20))).all(),
    )
