"""A mailed secret: whoever has its link or code reads that mailbox. One address, one asking browser, used at most once.

The worker finds out whether anybody has the address, makes the secrets and
writes the mail (see `signin.tasks`); nothing here depends on it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, false, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from portal import crypto, i18n, jobs, journal
from portal.database import Base
from portal.i18n import N_
from portal.settings import Settings
from portal.web import places, session, throttle
from portal.web.session import HTTPRequest
from portal.web.throttle import Limit

MOST_TRIES = 5
WRONG_CODE = N_("This is not the code in our latest e-mail. Look for the six digits in it.")

SIGN_IN, STEP_UP, FIRST_ACCESS, INVITATION = "sign-in", "step-up", "first-access", "invitation"
"""What a secret is for; of these only sign-in and invitation come with a link, which works in another browser too."""

NEW_MAIN, NEW_OTHER = "new-main-email", "new-other-email"
NEW_EMAIL = (NEW_MAIN, NEW_OTHER)
"""A member adds an address, as their main one or beside it. The link proves it only where that member is signed in:
whoever gets it by a slip of the pen would else attach their own mailbox to a space that is not theirs."""

PER_ADDRESS_HOUR = Limit("sign-in address hour", 5, timedelta(hours=1))
PER_ADDRESS_DAY = Limit("sign-in address day", 10, timedelta(days=1))
PER_NETWORK = Limit("sign-in network", 20, timedelta(hours=1))
EVERYBODY = Limit("sign-in all", 4000, timedelta(minutes=5))


class SignInRequest(Base):
    __tablename__ = "sign_in_request"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    email: Mapped[str] = mapped_column(doc="lower case")
    purpose: Mapped[str] = mapped_column(server_default=SIGN_IN)
    next_path: Mapped[str] = mapped_column(server_default="/", doc="the page that was wanted")
    session_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("web_session.id", ondelete="SET NULL", onupdate="CASCADE"), doc="the browser that asked"
    )
    member_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("member.id", ondelete="CASCADE"), doc="who was signed in there"
    )
    language: Mapped[str]
    user_agent: Mapped[str] = mapped_column(server_default="")
    place: Mapped[str] = mapped_column(server_default="")
    asked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    token_hash: Mapped[bytes | None] = mapped_column(unique=True, doc="set by the worker that writes the mail")
    code_hash: Mapped[bytes | None]
    expires_at: Mapped[datetime | None] = mapped_column(doc="counted from the first attempt to send the mail")
    tries: Mapped[int] = mapped_column(server_default="0", doc="wrong codes and wrong addresses")
    used_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_sign_in_request_session_id", "session_id"),
        Index("ix_sign_in_request_email", "email"),
    )


@dataclass(frozen=True)
class Wish:
    """A request as the pages need it."""

    id: UUID
    email: str
    purpose: str
    next_path: str
    session_id: UUID | None
    member_id: UUID | None
    used_at: datetime | None
    expired: bool
    tries: int

    @property
    def ended(self) -> str:
        """Why it can no longer be used: used, expired, tries; or nothing."""
        if self.used_at:
            return "used"
        if self.expired:
            return "expired"
        return "tries" if self.tries >= MOST_TRIES else ""


@dataclass(frozen=True)
class Proved:
    """Somebody reads this mailbox, and this is what they wanted with it."""

    email: str
    purpose: str
    next_path: str


async def ask(
    db: AsyncSession,
    settings: Settings,
    request: HTTPRequest,
    email: str,
    *,
    purpose: str = SIGN_IN,
    next_path: str = "/",
) -> bool:
    """Note that this browser wants a secret mailed to this address; False when too many were asked for."""
    address = session.client_address(request)
    # Nobody who is a stranger here can use up what the signed-in need to prove who they are.
    subject = email if purpose == SIGN_IN else f"{purpose} {email}"
    # What a refused network asks for does not use up the allowance of the addresses that it names.
    subjects = {
        PER_NETWORK: throttle.network(address),
        EVERYBODY: "",
        PER_ADDRESS_HOUR: subject,
        PER_ADDRESS_DAY: subject,
    }
    for limit, whose in subjects.items():
        if not await throttle.allow(db, settings, limit, whose):
            return False
    session_id = request.user.session_id or await session.start(db, request)
    wish = insert(SignInRequest).values(
        email=email,
        purpose=purpose,
        next_path=next_path,
        session_id=session_id,
        member_id=request.user.member_id,
        language=i18n.language.get(),
        user_agent=request.headers.get("user-agent", "")[:300],
        place=places.place(settings, address),
    )
    wish_id = (await db.execute(wish.returning(SignInRequest.id))).scalar_one()
    await jobs.defer(db, "signin.send_mail", wish_id=str(wish_id))
    return True


async def use_link(db: AsyncSession, token: str, *, session_id: UUID | None, typed_email: str | None) -> Proved | None:
    """Use a link up: the browser that asked presses a button, any other types the address again.

    Returns:
        what is proved, or None; one atomic statement, so two presses give one session.
    """
    wish = (SignInRequest.token_hash == crypto.digest(token)) & SignInRequest.purpose.in_((SIGN_IN, INVITATION))
    await _take_turns(db, wish)
    # An absent session or address proves nothing: NULL must not match NULL.
    proofs: list[ColumnElement[bool]] = [false()]
    if session_id is not None:
        proofs.append(SignInRequest.session_id == session_id)
    if typed_email is not None:
        proofs.append(SignInRequest.email == typed_email)
    used = await _use(db, wish, or_(*proofs))
    if used is None and typed_email is not None:
        await _count_a_try(db, wish)
    return used


async def use_members_link(db: AsyncSession, token: str, *, member_id: UUID) -> Proved | None:
    """Use the link to a new address up: only where the member who asked is signed in, in whichever browser."""
    wish = (SignInRequest.token_hash == crypto.digest(token)) & SignInRequest.purpose.in_(NEW_EMAIL)
    await _take_turns(db, wish)
    return await _use(db, wish, SignInRequest.member_id == member_id)


async def use_code(db: AsyncSession, settings: Settings, code: str, *, session_id: UUID, purpose: str) -> Proved | None:
    """Use a code up, in the browser that asked for it only; a wrong one counts."""
    found = await waiting(db, session_id, purpose)
    if found is None:
        return None
    wish = SignInRequest.id == found.id
    await _take_turns(db, wish)
    used = await _use(db, wish, SignInRequest.code_hash == code_hash(settings, found.id, code))
    if used is None:
        await _count_a_try(db, wish)
    return used


def code_hash(settings: Settings, wish_id: UUID, code: str) -> bytes:
    return crypto.keyed_digest(settings.secret_key, "sign-in code", str(wish_id), code)


async def _take_turns(db: AsyncSession, wish: ColumnElement[bool]) -> None:
    """Of guesses sent at the same moment each sees the tries of the ones before."""
    await db.execute(select(SignInRequest.id).where(wish).with_for_update())


async def _use(db: AsyncSession, *conditions: ColumnElement[bool]) -> Proved | None:
    statement = (
        update(SignInRequest)
        .where(
            *conditions,
            SignInRequest.used_at.is_(None),
            SignInRequest.expires_at > func.now(),
            SignInRequest.tries < MOST_TRIES,
        )
        .values(used_at=func.now())
        .returning(SignInRequest.email, SignInRequest.purpose, SignInRequest.next_path)
    )
    row = (await db.execute(statement)).first()
    return Proved(*row) if row else None


async def _count_a_try(db: AsyncSession, wish: ColumnElement[bool]) -> None:
    counted = update(SignInRequest).where(wish).values(tries=SignInRequest.tries + 1).returning(SignInRequest.tries)
    if await db.scalar(counted) == MOST_TRIES:
        await journal.write(db, "signin.refused", actor="visitor", why="tries")


async def waiting(db: AsyncSession, session_id: UUID | None, *purposes: str) -> Wish | None:
    """The newest wish of this browser for one of these purposes; a browser without a session has none."""
    if session_id is None:
        return None
    return await _one(db, SignInRequest.session_id == session_id, SignInRequest.purpose.in_(purposes))


async def by_token(db: AsyncSession, token: str, *purposes: str) -> Wish | None:
    """The wish that a link for one of these purposes belongs to."""
    return await _one(db, SignInRequest.token_hash == crypto.digest(token), SignInRequest.purpose.in_(purposes))


async def _one(db: AsyncSession, *conditions: ColumnElement[bool]) -> Wish | None:
    rows = await db.execute(
        select(
            SignInRequest.id,
            SignInRequest.email,
            SignInRequest.purpose,
            SignInRequest.next_path,
            SignInRequest.session_id,
            SignInRequest.member_id,
            SignInRequest.used_at,
            func.coalesce(SignInRequest.expires_at < func.now(), False),
            SignInRequest.tries,
        )
        .where(*conditions)
        .order_by(SignInRequest.asked_at.desc())
        .limit(1)
    )
    row = rows.first()
    return Wish(*row) if row else None
