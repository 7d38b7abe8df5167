"""Making, using, naming and removing passkeys."""

from uuid import UUID

from sqlalchemy import delete, func, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, i18n, jobs, journal
from portal.i18n import N_
from portal.passkeys import queries, rules
from portal.passkeys.models import Passkey
from portal.passkeys.rules import PasskeyRefused
from portal.settings import Settings
from portal.web import places, session
from portal.web.admission import NEXT, admit_member, admit_staff, desk_path
from portal.web.session import HTTPRequest
from portal.web.visitor import Visitor

MAKING, USING = "passkey making", "passkey using"
"""Under which names the session remembers the challenges."""


async def begin_making(db: AsyncSession, settings: Settings, request: HTTPRequest) -> str:
    """Remember a new challenge; the options for the browser, which hold it."""
    visitor = request.user
    known = [passkey.credential_id for passkey in await queries.mine(db, visitor)]
    options = rules.creation(
        host=settings.host,
        organisation=settings.organisation_name,
        owner=_owner(visitor),
        name=visitor.member_name or visitor.staff_name,
        known=known,
    )
    await session.remember(db, request, **{MAKING: options})
    return options


async def add(db: AsyncSession, settings: Settings, request: HTTPRequest, *, answer: str, name: str) -> str:
    """Keep the passkey that the browser made, tell the owner by mail, and say where to go.

    Raises:
        PasskeyRefused: the answer does not fit the challenge, which is used up, or the key is known already.
    """
    visitor = request.user
    options = await session.recall(db, request, MAKING)
    if options is None:
        raise PasskeyRefused
    made = rules.verify_creation(answer, options, host=settings.host, origin=settings.base_url)
    await session.reveal(
        db,
        member_id=visitor.member_id,
        staff_id=visitor.staff_id,
        is_staff=visitor.is_staff,
        proof=made.credential_id,
    )
    if await queries.held(db, made.credential_id):
        raise PasskeyRefused
    values = {"member_id": visitor.member_id} if visitor.member_id else {"staff_id": visitor.staff_id}
    row = insert(Passkey).values(
        **values,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        name=name,
    )
    await db.execute(row)
    await _note(db, visitor, "passkey.added", name=name)
    await _tell(db, visitor, "passkey-added")
    if visitor.second_factor_due:
        return await _complete(db, request)
    await session.flash(db, visitor, "passkey-added")
    return "/security"


async def begin_using(db: AsyncSession, settings: Settings, request: HTTPRequest, *, then: str) -> str:
    """Remember a new challenge; the options for the browser, which hold it."""
    options = rules.request(host=settings.host)
    await session.remember(db, request, **{USING: {"options": options, "then": then}})
    return options


async def use(db: AsyncSession, settings: Settings, request: HTTPRequest, answer: str) -> tuple[Passkey, str]:
    """The passkey that was used, and the page that comes after.

    Raises:
        PasskeyRefused: unknown, of somebody else than it says, or an answer to another challenge; the challenge is
            used up whatever comes of it.
    """
    wish = await session.recall(db, request, USING)
    number = rules.credential_id(answer)
    if wish is None or not number:
        raise PasskeyRefused
    visitor = request.user
    await session.reveal(
        db,
        mailbox=visitor.mailbox,
        member_id=visitor.member_id,
        staff_id=visitor.staff_id,
        is_staff=visitor.is_staff,
        proof=number,
    )
    passkey = await queries.held(db, number)
    if passkey is None or rules.owner_of(answer) not in {"", rules.as_handle(_owner(passkey))}:
        raise PasskeyRefused
    passkey.sign_count = rules.verify_use(
        answer,
        wish["options"],
        host=settings.host,
        origin=settings.base_url,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
    )
    await db.execute(
        update(Passkey).where(Passkey.id == passkey.id).values(used_at=func.now(), sign_count=passkey.sign_count)
    )
    return passkey, wish["then"]


async def admit(db: AsyncSession, request: HTTPRequest, passkey: Passkey, *, then: str) -> str:
    """Let its owner in, or on: a visitor who is somebody already proves it once more. Says where to go.

    Raises:
        PasskeyRefused: the owner has no access any more, or is not who is signed in here.
    """
    visitor = request.user
    if visitor.member_id is None and visitor.staff_id is None:
        return await _come_in(db, request, passkey, then=then)
    if visitor.viewing or (visitor.member_id, visitor.staff_id) != (passkey.member_id, passkey.staff_id):
        raise PasskeyRefused
    if visitor.second_factor_due:
        return await _complete(db, request)
    await session.rotate(db, request, proved_at=func.now())
    await _note(db, visitor, "security.confirmed", method="passkey")
    return then


async def _come_in(db: AsyncSession, request: HTTPRequest, passkey: Passkey, *, then: str) -> str:
    await session.reveal(db, member_id=passkey.member_id, proof=passkey.credential_id)
    if not await queries.may_come_in(db, passkey):
        raise PasskeyRefused
    if passkey.staff_id is not None:
        return await admit_staff(db, request, passkey.staff_id, method="passkey", strong=True, next_path=then)
    assert passkey.member_id is not None  # noqa: S101 - for the type checker: a check constraint says so
    return await admit_member(db, request, passkey.member_id, method="passkey", next_path=then)


async def _complete(db: AsyncSession, request: HTTPRequest) -> str:
    """The second factor is there: staff are wholly in."""
    next_path = await session.recall(db, request, NEXT) or "/staff"
    await session.rotate(db, request, second_factor_due=False, proved_at=func.now())
    await journal.write(db, "signin.completed", actor=request.user.actor, method="passkey")
    return desk_path(next_path)


def unnamed(request: HTTPRequest) -> str:
    """What a passkey is called whose owner did not give it a name."""
    return places.device(request.headers.get("user-agent", "")) or i18n.gettext(N_("My passkey"))


async def rename(db: AsyncSession, visitor: Visitor, passkey: Passkey, name: str) -> None:
    await db.execute(update(Passkey).where(Passkey.id == passkey.id).values(name=name))
    await _note(db, visitor, "passkey.renamed", name=name)


async def remove(db: AsyncSession, visitor: Visitor, passkey: Passkey) -> None:
    await db.execute(delete(Passkey).where(Passkey.id == passkey.id))
    await _note(db, visitor, "passkey.removed", name=passkey.name)
    await _tell(db, visitor, "passkey-removed")


async def _note(db: AsyncSession, visitor: Visitor, kind: str, **data: str) -> None:
    await journal.write(db, kind, actor=visitor.actor, member_id=visitor.member_id, **data)


async def _tell(db: AsyncSession, visitor: Visitor, letter: str) -> None:
    owner = {"member_id": str(visitor.member_id)} if visitor.member_id else {"staff_id": str(visitor.staff_id)}
    at = clock.now().isoformat()
    await jobs.defer(db, "security.send_notice", letter=letter, at=at, language=i18n.language.get(), **owner)


def _owner(whose: Visitor | Passkey) -> bytes:
    """The number under which an authenticator files the key: the member's, or the staff account's."""
    found: UUID | None = whose.member_id or whose.staff_id
    assert found is not None  # noqa: S101 - for the type checker: only the signed-in make passkeys
    return found.bytes
