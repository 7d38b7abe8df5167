"""Documents that staff add here: they stay the portal's, and go when staff take them away again."""

import uuid
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.documents import rules, store
from portal.documents.models import Document, DocumentFile
from portal.documents.rules import Added
from portal.settings import Settings


async def add(
    db: AsyncSession, settings: Settings, member_id: UUID, added: Added, content: bytes, *, actor: str, author: str
) -> UUID:
    document_id, checksum = uuid.uuid4(), store.checksum(content)
    row = insert(Document).values(
        id=document_id, member_id=member_id, author=author, media_type=rules.media_type(content), size=len(content),
        sha256=checksum, held=checksum, **vars(added),
    )  # fmt: skip
    await db.execute(row.inline())
    sealed = store.seal(settings, content)
    await db.execute(insert(DocumentFile).values(document_id=document_id, member_id=member_id, sealed=sealed).inline())
    noted = {"title": added.title, "for_member": added.for_member}
    await journal.write(db, "document.added", actor=actor, member_id=member_id, **noted)
    return document_id


def opened(settings: Settings, sealed: bytes) -> bytes:
    return store.opened(settings, sealed)


async def remove(db: AsyncSession, member_id: UUID, document_id: UUID, *, actor: str) -> bool:
    """False for one that is not there, or that the central base keeps."""
    ours = Document.id == document_id, Document.member_id == member_id, Document.central_id.is_(None)
    title = await db.scalar(delete(Document).where(*ours).returning(Document.title))
    if title is None:
        return False
    await journal.write(db, "document.removed", actor=actor, member_id=member_id, title=title)
    return True
