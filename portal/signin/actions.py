"""Asking for a link, using it once, and coming in."""

from uuid import UUID

from sqlalchemy import ColumnElement, false, func, insert, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import crypto, i18n, jobs, journal
from portal.settings import Settings
from portal.signin import rules
from portal.signin.models import SignInRequest
from portal.signin.queries import Identity, identities, waiting
from portal.web import session, throttle
from portal.web.session import HTTPRequest


async def ask(db: AsyncSession, settings: Settings, request: HTTPRequest, email: str) -> bool:
    """Note that this browser wants a link for this address; False when too many were asked for.

    Nothing here depends on whether the address is known: the worker finds out
    and writes the mail, so neither the answer nor its time gives anything away.
    """
    network = throttle.network(request.client.host if request.client else "")
    # What a refused network asks for does not use up the allowance of the addresses that it names.
    subjects = {
        rules.PER_NETWORK: network,
        rules.EVERYBODY: "",
        rules.PER_ADDRESS_HOUR: email,
        rules.PER_ADDRESS_DAY: email,
    }
    for limit, subject in subjects.items():
        if not await throttle.allow(db, settings, limit, subject):
            return False
    session_id = request.user.session_id or await session.start(db, request)
    wish = insert(SignInRequest).values(email=email, session_id=session_id, language=i18n.language.get())
    wish_id = (await db.execute(wish.returning(SignInRequest.id))).scalar_one()
    await jobs.defer(db, "signin.send_mail", wish_id=str(wish_id))
    return True


async def use_link(db: AsyncSession, token: str, *, session_id: UUID | None, typed_email: str | None) -> str | None:
    """Use a link up: the browser that asked presses a button, any other types the address again.

    Returns:
        the proved address, or None; one atomic statement, so two presses give one session.
    """
    wish = SignInRequest.token_hash == crypto.digest(token)
    proofs: list[ColumnElement[bool]] = [
        false()
    ]  # an absent session or address proves nothing: NULL must not match NULL
    if session_id is not None:
        proofs.append(SignInRequest.session_id == session_id)
    if typed_email is not None:
        proofs.append(SignInRequest.email == typed_email)
    used = await _use(db, wish, or_(*proofs))
    if used is None and typed_email is not None:
        await db.execute(update(SignInRequest).where(wish).values(tries=SignInRequest.tries + 1))
    return used


async def use_code(db: AsyncSession, settings: Settings, code: str, *, session_id: UUID | None) -> str | None:
    """Use a code up, in the browser that asked for it only; a wrong one counts."""
    found = await waiting(db, session_id)
    if found is None:
        return None
    expected = crypto.keyed_digest(settings.secret_key, "sign-in code", str(found.id), code)
    wish = SignInRequest.id == found.id
    used = await _use(db, wish, SignInRequest.code_hash == expected)
    if used is None:
        await db.execute(update(SignInRequest).where(wish).values(tries=SignInRequest.tries + 1))
    return used


async def _use(db: AsyncSession, *conditions: object) -> str | None:
    statement = (
        update(SignInRequest)
        .where(
            *conditions,  # type: ignore[arg-type]
            SignInRequest.used_at.is_(None),
            SignInRequest.expires_at > func.now(),
            SignInRequest.tries < rules.MOST_TRIES,
        )
        .values(used_at=func.now())
        .returning(SignInRequest.email)
    )
    used: str | None = await db.scalar(statement)
    return used


async def come_in(db: AsyncSession, settings: Settings, request: HTTPRequest, mailbox: str) -> str:
    """Turn a proved mailbox into a session with its rights, and say where to go."""
    await session.reveal(db, mailbox=mailbox)
    people = await identities(db, mailbox, with_staff=settings.staff_email_sign_in)
    if len(people) == 1:
        return await become(db, request, mailbox, people[0])
    await session.start(db, request, mailbox=mailbox)
    return "/sign-in/choice"


async def become(db: AsyncSession, request: HTTPRequest, mailbox: str, person: Identity) -> str:
    """Be one of the mailbox's people from now on, with a new session number, and say where to go."""
    if person.is_staff:
        await session.start(db, request, mailbox=mailbox, staff_id=person.id)
        await journal.write(db, "signin.completed", actor=f"staff:{person.id}")
        return "/staff"
    await session.start(db, request, mailbox=mailbox, member_id=person.id)
    await journal.write(db, "signin.completed", actor=f"member:{person.id}", member_id=person.id)
    return "/"


async def sign_out(db: AsyncSession, request: HTTPRequest) -> None:
    visitor = request.user
    if visitor.member_id or visitor.staff_id:
        member_id = None if visitor.is_staff else visitor.member_id
        await journal.write(db, "signin.ended", actor=visitor.actor, member_id=member_id)
    await session.end(db, request)
