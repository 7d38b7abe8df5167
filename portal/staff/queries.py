"""What the desk reads: finding a member, and the member's page."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Row, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from portal.changes import RecordedChange
from portal.gifts.models import Gift
from portal.i18n import fold
from portal.journal import JournalEntry
from portal.members.models import Member
from portal.profile.models import EmailAddress, PostalAddress

MOST_FOUND = 50
ACCENTS = "àâäáãçéèêëîïíôöóõùûüúÿñ"
PLAIN = "aaaaaceeeeiiioooouuuuyn"


@dataclass(frozen=True)
class Activity:
    gifts: int
    changes: Sequence[RecordedChange]
    journal: Sequence[JournalEntry]


def folded(column: InstrumentedAttribute[str]) -> ColumnElement[str]:
    """Lower case without accents, in the database, as `i18n.fold` does it."""
    plain: ColumnElement[str] = func.translate(func.lower(column), ACCENTS, PLAIN)
    for letters, ligature in (("oe", "œ"), ("ae", "æ")):
        plain = func.replace(plain, ligature, letters)
    return plain


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
        has_email = exists().where(
            EmailAddress.member_id == Member.id, EmailAddress.mailbox.contains(word, autoescape=True)
        )
        places = (Member.first_name, Member.last_name, Member.company_name, PostalAddress.town)
        named = [folded(column).contains(word, autoescape=True) for column in places]
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
