"""What somebody sent when their visit had just ended is kept for them: after the next sign-in they go on with it."""

from datetime import datetime, timedelta
from uuid import UUID

from litestar.connection import Request
from sqlalchemy import ColumnElement, ForeignKey, cast, delete, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from portal import crypto, database
from portal.database import Base
from portal.web import cookies, csrf, formkey, forms
from portal.web.session import Connection
from portal.web.visitor import Visitor

KEPT_FOR = timedelta(hours=1)


class Draft(Base):
    __tablename__ = "draft"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_account.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(doc="where the form was sent")
    fields: Mapped[dict[str, str]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(server_default=func.now())


async def keep(connection: Connection) -> bool:
    """Keep the sent form for the person whose ended visit the cookie proves; False when it proves none."""
    session_id, secret = cookies.session(connection.scope)
    if session_id is None:
        return False
    form = await csrf.posted(Request(connection.scope, connection.receive))
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str) and name != csrf.FIELD}
    await form.close()  # a file is not kept
    if any(forms.is_unreadable(text) for text in (*fields, *fields.values())):
        return False
    db: AsyncSession = connection.scope["state"]["db"]
    kept = await db.scalar(
        select(func.keep_draft(session_id, crypto.digest(secret), connection.scope["path"], cast(fields, JSONB)))
    )
    await database.release(db)
    return bool(kept)


def owned_by(visitor: Visitor) -> ColumnElement[bool]:
    """Staff who look at a member's pages own nothing of the member's."""
    if visitor.staff_id is not None:
        return (Draft.staff_id == visitor.staff_id) & (not visitor.viewing)
    return Draft.member_id == visitor.member_id


async def find(db: AsyncSession, visitor: Visitor) -> Draft | None:
    query = select(Draft).where(owned_by(visitor), Draft.at > func.now() - KEPT_FOR)
    return (await db.scalars(query.limit(1))).one_or_none()


async def discard(db: AsyncSession, visitor: Visitor) -> None:
    await db.execute(delete(Draft).where(owned_by(visitor)))


async def take_up(db: AsyncSession, form_key: str) -> None:
    """A form with this key is being sent: if it is the kept one, it is kept no longer."""
    await db.execute(delete(Draft).where(Draft.fields[formkey.FIELD].astext == form_key))
