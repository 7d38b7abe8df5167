"""A mail that says that there is something to read in My changes."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal import jobs


async def tell(db: AsyncSession, member_id: UUID, author: str) -> None:
    """To the member if the change was theirs: of what staff or the central base did, they have not waited for news."""
    if author in {f"member:{member_id}", "unsubscribe link"}:
        await jobs.defer(db, "reviews.tell_decision", member_id=str(member_id))
