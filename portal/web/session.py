"""Sessions are rows: the cookie holds a public number and a secret, the row only the secret's hash.

A session is born when it is first needed (a sign-in is asked for), gets a new
number and secret whenever its rights change, and ends by deleting its row. What
it keeps through that is its lineage, to which the tokens of open forms belong,
and the moment it began, from which its longest life counts.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import MutableScopeHeaders, State
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from sqlalchemy import ForeignKey, Text, cast, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from portal import crypto, i18n
from portal.database import Base, Database
from portal.settings import Settings
from portal.web import cookies, places, refusals
from portal.web.body import whole_body
from portal.web.visitor import ANONYMOUS, Visitor

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
IDENTITY = "identity"
"""Who somebody is at another service, remembered until they have signed in here and connected the two."""

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
    lineage: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    method: Mapped[str] = mapped_column(server_default="", doc="how the visitor came in: mail, passkey, oidc, letter")
    shared: Mapped[bool] = mapped_column(server_default=text("false"), doc="the mailbox has several members")
    second_factor_due: Mapped[bool] = mapped_column(server_default=text("false"), doc="staff, not wholly in yet")
    proved_at: Mapped[datetime] = mapped_column(server_default=func.now(), doc="when they last proved who they are")
    pending: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), doc="what a ceremony under way must find again, by its name; read once"
    )
    flash: Mapped[str | None] = mapped_column(doc="key of the message that the next page shows once")
    user_agent: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(server_default="", doc="town or country, where a GeoIP file tells it")
    network: Mapped[bytes] = mapped_column(server_default="", doc="keyed hash of the network, to compare with another")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())


# The function reads the session and sets what row-level security lets its visitor see.
OPEN = text(
    "SELECT * FROM open_session(:id, :hash, make_interval(mins => :idle), make_interval(hours => :hours), "
    "make_interval(mins => :staff_idle), make_interval(hours => :staff_hours), make_interval(mins => :recheck))"
)
RECHECK_MINUTES = 5
"""Staff whose provider has not confirmed their groups for so long are not let in."""


class SessionMiddleware(ASGIMiddleware):
    """Opens the request's database session, finds out who is there, and always closes."""

    scopes = (ScopeType.HTTP,)
    exclude_opt_key = "without_session"

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        scope["state"]["settings"] = self.settings
        scope["state"]["cookies"] = []

        async def send_with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                if why := refusals.TELLING.get(HTTPStatus(message["status"])):
                    refusals.mark(scope, why)
                headers = MutableScopeHeaders.from_message(message)
                for cookie in scope["state"]["cookies"]:
                    headers.add("Set-Cookie", cookie)
            await send(message)

        if scope.get("method") not in SAFE_METHODS:
            takes_file = bool(scope["route_handler"].opt.get("takes_file"))
            receive = await whole_body(receive, takes_file=takes_file)
        async with self.database.session() as db:
            scope["state"]["db"] = db
            scope["user"] = await find_visitor(db, self.settings, scope)
            scope["auth"] = None
            with i18n.speaking(cookies.language(scope)):
                await next_app(scope, receive, send_with_cookies)
        if why := scope["state"].get("refused"):
            await refusals.note(self.database, self.settings, scope, why)


async def find_visitor(db: AsyncSession, settings: Settings, scope: Scope) -> Visitor:
    session_id, secret = cookies.session(scope)
    if session_id is None:
        return ANONYMOUS
    found = await db.execute(OPEN, {"id": session_id, "hash": crypto.digest(secret), **limits(settings)})
    row = found.mappings().first()
    if row is None:
        others = select(WebSession.id).where(
            WebSession.id == session_id, WebSession.secret_hash != crypto.digest(secret)
        )
        if await db.scalar(others):
            refusals.mark(scope, "cookie")
        await db.rollback()
        return ANONYMOUS
    token = crypto.keyed_digest(settings.secret_key, "csrf", str(row["lineage"])).hex()
    return Visitor(csrf_token=token, **row)


def limits(settings: Settings) -> dict[str, int]:
    return {
        "idle": settings.session_idle_minutes,
        "hours": settings.session_hours,
        "staff_idle": settings.staff_idle_minutes,
        "staff_hours": settings.staff_session_hours,
        "recheck": RECHECK_MINUTES,
    }


async def start(
    db: AsyncSession,
    request: HTTPRequest,
    *,
    mailbox: str | None = None,
    member_id: UUID | None = None,
    staff_id: UUID | None = None,
    **more: Any,
) -> UUID:
    """Replace the visitor's session by a new one with these rights: new number, new secret, new cookie."""
    if request.user.session_id:
        gone = delete(WebSession).where(WebSession.id == request.user.session_id).returning(WebSession.pending)
        identity = (await db.scalar(gone) or {}).get(IDENTITY)
        if identity is not None:
            more["pending"] = (more.get("pending") or {}) | {IDENTITY: identity}
    settings: Settings = request.scope["state"]["settings"]
    secret = crypto.new_token()
    row = insert(WebSession).values(
        secret_hash=crypto.digest(secret),
        mailbox=mailbox,
        member_id=member_id,
        staff_id=staff_id,
        user_agent=request.headers.get("user-agent", "")[:300],
        place=places.place(settings, client_address(request)),
        network=places.fingerprint(settings, client_address(request)),
        **more,
    )
    session_id = (await db.execute(row.returning(WebSession.id))).scalar_one()
    await reveal(
        db, mailbox=mailbox, member_id=member_id, staff_id=staff_id, is_staff=not more.get("second_factor_due")
    )
    cookies.put(request.scope, cookies.SESSION, f"{session_id}.{secret}", seconds=None)
    request.scope["state"]["session_id"] = session_id
    return session_id


async def age(db: AsyncSession, request: HTTPRequest) -> dict[str, Any]:
    """When the visitor's session began and was last proved: for one that takes its place without a new proof."""
    row = await db.execute(
        select(WebSession.created_at, WebSession.proved_at).where(WebSession.id == request.user.session_id)
    )
    return dict(row.mappings().one())


async def rotate(db: AsyncSession, request: HTTPRequest, **changes: Any) -> None:
    """Change the rights of the visitor's session: it gets a new number, secret and cookie, and lives no longer."""
    secret = crypto.new_token()
    row = (
        update(WebSession)
        .where(WebSession.id == request.user.session_id)
        .values(id=func.gen_random_uuid(), secret_hash=crypto.digest(secret), **changes)
        .returning(WebSession)
    )
    now = (await db.scalars(row, execution_options={"populate_existing": True})).one()
    await reveal(
        db,
        mailbox=now.mailbox,
        member_id=now.viewing_id or now.member_id,
        staff_id=now.staff_id if now.viewing_id is None else None,
        is_staff=not now.second_factor_due,
    )
    cookies.put(request.scope, cookies.SESSION, f"{now.id}.{secret}", seconds=None)


async def remember(db: AsyncSession, request: HTTPRequest, **pending: Any) -> None:
    """Keep what a ceremony must find again when the visitor comes back; a visitor without session gets one."""
    if request.user.session_id is None:
        await start(db, request, pending=pending)
        return
    mine = update(WebSession).where(WebSession.id == request.user.session_id)
    await db.execute(mine.values(pending=func.coalesce(WebSession.pending, text("'{}'::jsonb")).op("||")(pending)))


async def remembered(db: AsyncSession, request: HTTPRequest, name: str) -> Any:
    """What is remembered under this name, to show it; it stays. None for nothing."""
    return await db.scalar(select(WebSession.pending[name]).where(WebSession.id == request.user.session_id))


async def recall(db: AsyncSession, request: HTTPRequest, name: str) -> Any:
    """What was remembered under this name, once: a challenge or a state cannot be used again. None for nothing."""
    mine = WebSession.id == request.user.session_id
    found = await db.scalar(select(WebSession.pending[name]).where(mine).with_for_update())
    if found is not None:
        await db.execute(update(WebSession).where(mine).values(pending=WebSession.pending.op("-")(cast(name, Text))))
    return found


def client_address(request: HTTPRequest) -> str:
    return request.client.host if request.client else ""


async def end(db: AsyncSession, request: HTTPRequest) -> None:
    await db.execute(delete(WebSession).where(WebSession.id == request.user.session_id))
    cookies.put(request.scope, cookies.SESSION, "", seconds=0)


async def flash(db: AsyncSession, visitor: Visitor, key: str) -> None:
    """Let the next page say something once; the texts are in templates/macros/flash.html."""
    await db.execute(update(WebSession).where(WebSession.id == visitor.session_id).values(flash=key))


async def reveal(
    db: AsyncSession,
    *,
    mailbox: str | None = None,
    member_id: UUID | None = None,
    staff_id: UUID | None = None,
    is_staff: bool = True,
    proof: bytes = b"",
) -> None:
    """Tell row-level security who the visitor now is, for the rest of this transaction.

    `proof` is what they hold in their hands before we know them: a passkey's number, the hash of a letter's code.
    """
    await db.execute(
        select(
            func.set_config("portal.mailbox", mailbox or "", True),
            func.set_config("portal.member", str(member_id or ""), True),
            func.set_config("portal.person", str(staff_id or ""), True),
            func.set_config("portal.staff", "on" if staff_id and is_staff else "", True),
            func.set_config("portal.proof", proof.hex(), True),
        )
    )
