"""The documents of a member, without their files; and one file, sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Row, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Boolean, Uuid

from portal.documents.models import Document, DocumentFile
from portal.web.donor import Donor

document, file = Document.__table__.c, DocumentFile.__table__.c
mine = (
    document.member_id == bindparam("member", type_=Uuid()),
    or_(document.for_member, bindparam("all", type_=Boolean())),
)
COUNT = select(func.count()).select_from(Document.__table__).where(*mine)
PAGE = (
    select(
        document.id, document.title, document.kind, document.direction, document.dated_on, document.author,
        document.size, document.note, document.for_member,
        (document.held != "").label("has_file"),
        document.central_id.is_(None).label("is_ours"),
    )
    .where(*mine)
    .order_by(document.dated_on.desc(), document.id)
    .offset(bindparam("offset"))
    .limit(bindparam("limit"))
)  # fmt: skip
FILE = (
    select(document.title, document.dated_on, file.sealed)
    .join(DocumentFile.__table__, file.document_id == document.id)
    .where(document.id == bindparam("document", type_=Uuid()), *mine)
)

Rows = Sequence[Row]  # type: ignore[type-arg]


@dataclass(frozen=True)
class Sealed:
    title: str
    dated_on: date
    content: bytes


async def count(db: AsyncSession, donor: Donor, *, for_staff: bool = False) -> int:
    """Those that the donor may see; for staff, all of them."""
    return (await db.execute(COUNT, {"member": donor.id, "all": for_staff})).scalar_one()


async def listed(db: AsyncSession, donor: Donor, *, offset: int, limit: int, for_staff: bool = False) -> Rows:
    """The newest first."""
    values = {"member": donor.id, "all": for_staff, "offset": offset, "limit": limit}
    return (await db.execute(PAGE, values)).all()


async def file_of(db: AsyncSession, donor: Donor, document_id: UUID, *, for_staff: bool = False) -> Sealed | None:
    row = (await db.execute(FILE, {"member": donor.id, "all": for_staff, "document": document_id})).one_or_none()
    return Sealed(*row) if row else None
