"""Fetching the files of documents that are new: left for the portal's worker, which has the key to seal them."""

import hashlib
import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice_sync.directory import Directory
from backoffice_sync.duty import alone
from portal.database import Database
from portal.documents.models import TO_FETCH, Document, DocumentArrival
from portal.documents.rules import LARGEST_MIRRORED

log = logging.getLogger("backoffice_sync.inward.files")

MOST_UNSEALED = 20
"""So many wait for the worker at most; while it rests nothing more is fetched."""
ARRIVED = select(DocumentArrival.document_id)
NEW = (
    select(Document.id, Document.member_id, Document.central_id, Document.size, Document.sha256)
    .where(TO_FETCH, Document.id.not_in(ARRIVED))
    .order_by(Document.id)
)


async def fetch_files(portal: Database, directory: Directory) -> int:
    """Gives how many came. One that is too large, or not what its checksum says, is not asked for again.

    Raises:
        DirectoryUnreachable: the rest waits.
    """
    if "document" not in directory.capabilities.entities:
        return 0
    fetched = 0
    async with alone(portal, "files") as mine:
        for document in await _new(portal) if mine else ():
            fetched += await _fetch(portal, directory, document)
    return fetched


async def _new(portal: Database) -> Sequence[Any]:
    async with portal.begin() as db:
        unsealed = await db.scalar(select(func.count(DocumentArrival.document_id))) or 0
        return (await db.execute(NEW.limit(max(0, MOST_UNSEALED - unsealed)))).all()


async def _fetch(portal: Database, directory: Directory, document: Any) -> bool:
    content = None
    if document.size is None or document.size <= LARGEST_MIRRORED:
        content = await directory.content(document.central_id)
    is_good = content is not None and len(content) <= LARGEST_MIRRORED and _sha256(content) == document.sha256
    async with portal.begin() as db:
        if is_good:
            keys = {"document_id": document.id, "member_id": document.member_id}
            await db.execute(insert(DocumentArrival).values(content=content, **keys).on_conflict_do_nothing())
        else:
            log.warning("the file of document %s was not taken", document.central_id)
            await db.execute(update(Document).where(Document.id == document.id).values(refused=document.sha256))
    return is_good


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
