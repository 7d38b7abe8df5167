"""Keeping a selection under a name, and giving it up."""

from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.selections.models import SavedSelection
from portal.selections.rules import Selection


async def save_selection(db: AsyncSession, name: str, wanted: Selection, *, actor: str) -> None:
    """A selection of the same name is replaced; messages that used it keep the criteria that they had."""
    author_id = UUID(actor.removeprefix("staff:"))
    values = {"criteria": wanted.as_json(), "author_id": author_id, "saved_at": func.now()}
    row = insert(SavedSelection).values(name=name, **values)
    await db.execute(row.on_conflict_do_update(index_elements=[SavedSelection.name], set_=values))
    await journal.write(db, "selection.saved", actor=actor, name=name, criteria=wanted.as_json())


async def remove_selection(db: AsyncSession, selection_id: UUID, *, actor: str) -> bool:
    gone = delete(SavedSelection).where(SavedSelection.id == selection_id).returning(SavedSelection.name)
    name = await db.scalar(gone)
    if name is None:
        return False
    await journal.write(db, "selection.removed", actor=actor, name=name)
    return True
