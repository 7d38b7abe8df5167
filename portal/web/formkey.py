"""One effect for a double click: every form carries a key that is used up with what it did.

The second of two presses waits for the first one's transaction, and is then
sent where the first one went.
"""

from contextvars import ContextVar
from datetime import datetime
from typing import Any

from litestar import Response
from litestar.connection import Request
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from portal import crypto
from portal.database import Base
from portal.web import csrf
from portal.web.errors import AlreadyDone
from portal.web.session import Connection

FIELD = "form_key"


class FormKey(Base):
    __tablename__ = "form_key"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    location: Mapped[str] = mapped_column(server_default="/", doc="where the visitor was sent after it")
    at: Mapped[datetime] = mapped_column(server_default=func.now())


claimed: ContextVar[tuple[AsyncSession, bytes] | None] = ContextVar("claimed form key", default=None)


async def send_on(connection: Connection) -> None:
    """Before the token is judged: the second press comes from a page whose visit the first one may have renewed.

    Raises:
        AlreadyDone: the form was sent before; nothing is done again.
    """
    form = await csrf.posted(Request(connection.scope, connection.receive))
    if key := str(form.get(FIELD, "")):
        db: AsyncSession = connection.scope["state"]["db"]
        if where := await db.scalar(select(FormKey.location).where(FormKey.key_hash == crypto.digest(key))):
            raise AlreadyDone(where)


async def claim(connection: Connection) -> str:
    """Use the form's key up, and give it; nothing for a form without one.

    Raises:
        AlreadyDone: it was used before.
    """
    form = await csrf.posted(Request(connection.scope, connection.receive))
    key = str(form.get(FIELD, ""))
    if not key:
        return ""
    db: AsyncSession = connection.scope["state"]["db"]
    key_hash = crypto.digest(key)
    row = insert(FormKey).values(key_hash=key_hash).on_conflict_do_nothing().returning(FormKey.key_hash)
    if await db.scalar(row) is None:
        raise AlreadyDone(await db.scalar(select(FormKey.location).where(FormKey.key_hash == key_hash)) or "/")
    claimed.set((db, key_hash))
    return key


async def settle(response: Response[Any]) -> Response[Any]:
    """Note where the form led; one that only showed a page (an error, a preview) may be sent again."""
    if found := claimed.get():
        claimed.set(None)
        db, key_hash = found
        mine = FormKey.key_hash == key_hash
        location = getattr(response, "url", "")
        await db.execute(
            update(FormKey).where(mine).values(location=location) if location else delete(FormKey).where(mine)
        )
    return response
