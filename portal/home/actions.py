"""What a member has been shown on the home page, noted the first time."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.memos.models import MemoShown
from portal.memos.rules import Note
from portal.web.donor import Donor


async def note_shown(db: AsyncSession, donor: Donor, notes: Sequence[Note]) -> None:
    """A text that the member has seen before costs nothing."""
    rows = [
        {
            "member_id": donor.id,
            "subject_id": note.id,
            "text_hash": note.text_hash,
            "kind": note.kind,
            "language": note.language,
            "body": note.text,
        }
        for note in notes
        if not note.seen
    ]
    if rows:
        await db.execute(insert(MemoShown).values(rows).on_conflict_do_nothing())
