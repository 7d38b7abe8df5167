"""Ordering letters, and coming in with the code of one."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, clock, crypto, i18n, jobs, journal
from portal.activation import queries
from portal.activation.models import ActivationCode, LetterBatch
from portal.activation.rules import read_code
from portal.members.queries import may_come_in
from portal.profile import store
from portal.profile.models import EmailAddress
from portal.settings import Settings
from portal.web import session, throttle
from portal.web.admission import admit_member
from portal.web.proof import Proved
from portal.web.session import HTTPRequest
from portal.web.throttle import Limit

PENDING = "first access"
PER_NETWORK = Limit("first access network", 20, timedelta(hours=1))
EMAIL = "email"


async def order_letters(db: AsyncSession, staff_id: UUID, numbers: list[str]) -> UUID:
    row = insert(LetterBatch).values(staff_id=staff_id, numbers=numbers).returning(LetterBatch.id)
    batch_id = (await db.execute(row)).scalar_one()
    await jobs.defer(db, "activation.print_letters", batch_id=str(batch_id))
    return batch_id


async def use_code(
    db: AsyncSession, settings: Settings, request: HTTPRequest, *, number: str, code: str
) -> bool | None:
    """Take the code of a letter and remember whose it is; False when it is not right, None after too many tries."""
    address = session.client_address(request)
    if not await throttle.allow(db, settings, PER_NETWORK, throttle.network(address)):
        return None
    found = await _find(db, code_hash(settings, number, read_code(code)))
    if found is None:
        return False
    await session.remember(db, request, **{PENDING: {"code_hash": found.code_hash.hex(), "is_proved": False}})
    return True


async def under_way(db: AsyncSession, request: HTTPRequest, *, proved: bool = False) -> ActivationCode | None:
    """The code that this browser has typed, while it can still be used; its member's rows can be read from here on.

    `proved` wants its detail to have been given too: that of one letter says nothing about another.
    """
    pending = await session.remembered(db, request, PENDING)
    if pending is None or (proved and not pending["is_proved"]):
        return None
    return await _find(db, bytes.fromhex(pending["code_hash"]))


async def _find(db: AsyncSession, hashed: bytes) -> ActivationCode | None:
    await session.reveal(db, proof=hashed)
    found = await queries.live_code(db, hashed)
    if found is None:
        return None
    await session.reveal(db, member_id=found.member_id, proof=hashed)
    return found if await may_come_in(db, found.member_id) else None


async def check_detail(db: AsyncSession, request: HTTPRequest, code: ActivationCode, *, typed: str, month: str) -> bool:
    """Is this what only the member knows? A wrong answer counts."""
    known = await queries.known_of(db, code.member_id)
    if known.is_proved_by(code.detail, typed, month):
        await session.remember(db, request, **{PENDING: {"code_hash": code.code_hash.hex(), "is_proved": True}})
        return True
    row = update(ActivationCode).where(ActivationCode.member_id == code.member_id)
    await db.execute(row.values(tries=ActivationCode.tries + 1))
    await journal.write(db, "signin.refused", actor="visitor", member_id=code.member_id, why="detail")
    return False


async def complete(db: AsyncSession, request: HTTPRequest, code: ActivationCode, proved: Proved) -> str:
    """The address is confirmed: it becomes the member's main one, goes to the central base, and they are in."""
    member_id = code.member_id
    await db.execute(update(ActivationCode).where(ActivationCode.member_id == member_id).values(used_at=func.now()))
    await changes.lock(db, member_id)
    await _set_main_email(db, member_id, proved.email)
    await journal.write(db, "activation.completed", actor=f"member:{member_id}", member_id=member_id)
    return await admit_member(db, request, member_id, method="letter", mailbox=proved.email)


async def _set_main_email(db: AsyncSession, member_id: UUID, address: str) -> None:
    """The addresses of before are told by mail: it may be their owner's last chance to notice."""
    mine = EmailAddress.member_id == member_id, EmailAddress.is_main
    row = (await db.scalars(select(EmailAddress).where(*mine).limit(1))).one_or_none()
    today, actor = clock.today(), f"member:{member_id}"
    old, new = _group(row.address, row.confirmed_on) if row else None, _group(address, today)
    change_id = await changes.record(db, member_id, EMAIL, old=old, new=new, actor=actor)
    if change_id is None:
        return
    await store.put_email(db, member_id, new)
    at = clock.now().isoformat()
    await jobs.defer(db, "emails.tell", change_id=str(change_id), what="letter", at=at, language=i18n.language.get())
    await journal.write(db, "profile.email.added", actor=actor, member_id=member_id, address=address)


def _group(address: str, confirmed_on: date | None) -> dict[str, str | None]:
    """The form in which the sync compares and passes it on."""
    return {"address": address, "confirmed_on": confirmed_on.isoformat() if confirmed_on else None}


def code_hash(settings: Settings, number: str, code: str) -> bytes:
    return crypto.keyed_digest(settings.secret_key, "first access", number, code)
