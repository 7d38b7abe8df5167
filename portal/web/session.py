"""Sessions are rows: the cookie holds a public number and a secret, the row only the secret's hash.

A session is born when it is first needed (a sign-in is asked for), gets a new
number and secret whenever its rights change, and ends by deleting its row.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import MutableScopeHeaders, State
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy import ForeignKey, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from portal import crypto, i18n
from portal.database import Base, Database
from portal.settings import Settings
from portal.web.body import whole_body
from portal.web.visitor import ANONYMOUS, Visitor

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
LANGUAGE_COOKIE = "language"
LINK_COOKIE = "link"

HTTPRequest = Request[Visitor, None, State]
Connection = ASGIConnection[Any, Visitor, None, State]


class WebSession(Base):
    __tablename__ = "web_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    secret_hash: Mapped[bytes]
    mailbox: Mapped[str | None] = mapped_column(doc="e-mail address that the visitor proved to read")
    member_id: Mapped[UUID | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff_account.id", ondelete="CASCADE"), index=True)
    viewing_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("member.id", ondelete="CASCADE"), doc="member whose pages a staff person looks at"
    )
    flash: Mapped[str | None] = mapped_column(doc="key of the message that the next page shows once")
    user_agent: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


# The function reads the session and sets what row-level security lets its visitor see.
OPEN = text("SELECT * FROM open_session(:id, :hash, make_interval(mins => :idle), make_interval(hours => :hours))")


class SessionMiddleware(ASGIMiddleware):
    """Opens the request's database session, finds out who is there, and always closes."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "without_session"

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        cookies = read_cookies(scope)
        scope["state"]["settings"] = self.settings
        scope["state"]["cookies"] = []

        async def send_with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableScopeHeaders.from_message(message)
                for cookie in scope["state"]["cookies"]:
                    headers.add("Set-Cookie", cookie)
            await send(message)

        if scope.get("method") not in SAFE_METHODS:
            receive = await whole_body(receive)
        async with self.database.session() as db:
            scope["state"]["db"] = db
            visitor = await find_visitor(db, self.settings, cookies.get(cookie_name(self.settings, "session"), ""))
            scope["user"] = visitor
            scope["auth"] = None
            token = i18n.language.set(find_language(scope, cookies))
            try:
                await next_app(scope, receive, send_with_cookies)
            finally:
                i18n.language.reset(token)


def cookie_name(settings: Settings, name: str) -> str:
    return f"__Host-{name}" if settings.secure else name


def read_cookies(scope: Scope) -> dict[str, str]:
    """By hand: the standard library drops all cookies when another site's script left an unusual one among them."""
    raw = b";".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    pairs = (part.strip().partition("=") for part in raw.split(";"))
    return {name: value for name, _, value in pairs}


def find_language(scope: Scope, cookies: dict[str, str]) -> str:
    accepted = next((value for name, value in scope["headers"] if name == b"accept-language"), b"")
    return i18n.choose(cookies.get(LANGUAGE_COOKIE), accepted.decode("latin-1"))


async def find_visitor(db: AsyncSession, settings: Settings, cookie: str) -> Visitor:
    number, _, secret = cookie.partition(".")
    try:
        session_id = UUID(number)
    except ValueError:
        return ANONYMOUS
    limits = {"idle": settings.session_idle_minutes, "hours": settings.session_hours}
    found = await db.execute(OPEN, {"id": session_id, "hash": crypto.digest(secret), **limits})
    row = found.mappings().first()
    if row is None:
        await db.rollback()
        return ANONYMOUS
    return Visitor(csrf_token=crypto.keyed_digest(settings.secret_key, "csrf", cookie).hex(), **row)


async def start(
    db: AsyncSession,
    request: HTTPRequest,
    *,
    mailbox: str | None = None,
    member_id: UUID | None = None,
    staff_id: UUID | None = None,
    viewing_id: UUID | None = None,
) -> UUID:
    """Replace the visitor's session by a new one with these rights: new number, new secret, new cookie."""
    if request.user.session_id:
        await db.execute(delete(WebSession).where(WebSession.id == request.user.session_id))
    secret = crypto.new_token()
    row = insert(WebSession).values(
        secret_hash=crypto.digest(secret),
        mailbox=mailbox,
        member_id=member_id,
        staff_id=staff_id,
        viewing_id=viewing_id,
        user_agent=request.headers.get("user-agent", "")[:300],
    )
    session_id = (await db.execute(row.returning(WebSession.id))).scalar_one()
    await reveal(db, mailbox=mailbox, member_id=viewing_id or member_id, staff=staff_id is not None)
    set_cookie(request, "session", f"{session_id}.{secret}", seconds=None)
    return session_id


async def end(db: AsyncSession, request: HTTPRequest) -> None:
    await db.execute(delete(WebSession).where(WebSession.id == request.user.session_id))
    set_cookie(request, "session", "", seconds=0)


async def flash(db: AsyncSession, visitor: Visitor, key: str) -> None:
    """Let the next page say something once; the texts are in templates/macros/flash.html."""
    await db.execute(update(WebSession).where(WebSession.id == visitor.session_id).values(flash=key))


def set_cookie(request: HTTPRequest, name: str, value: str, *, seconds: int | None) -> None:
    """Queue a cookie for the answer: HttpOnly, Lax, bound to our host. `seconds` None = until the browser closes."""
    settings: Settings = request.scope["state"]["settings"]
    parts = [f"{cookie_name(settings, name)}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if settings.secure:
        parts.append("Secure")
    if seconds is not None:
        parts.append(f"Max-Age={seconds}")
    request.scope["state"]["cookies"].append("; ".join(parts))


def set_language_cookie(request: HTTPRequest, code: str) -> None:
    request.scope["state"]["cookies"].append(f"{LANGUAGE_COOKIE}={code}; Path=/; SameSite=Lax; Max-Age=31536000")


def linked_token(request: HTTPRequest) -> str:
    """The sign-in link's secret that an opened link left in its short-lived cookie."""
    return read_cookies(request.scope).get(cookie_name(request.scope["state"]["settings"], LINK_COOKIE), "")


async def reveal(
    db: AsyncSession, *, mailbox: str | None = None, member_id: UUID | None = None, staff: bool = False
) -> None:
    """Tell row-level security who the visitor now is, for the rest of this transaction."""
    await db.execute(
        select(
            func.set_config("portal.mailbox", mailbox or "", True),
            func.set_config("portal.member", str(member_id or ""), True),
            func.set_config("portal.staff", "on" if staff else "", True),
        )
    )
