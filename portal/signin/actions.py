"""Coming in with a proved mailbox, choosing whom to be, and going out."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.settings import Settings
from portal.signin.queries import Identity, identities
from portal.web import proof, session
from portal.web.admission import admit_member, admit_staff
from portal.web.proof import Proved
from portal.web.session import HTTPRequest

CHOICE = "/sign-in/choice"


async def come_in(db: AsyncSession, settings: Settings, request: HTTPRequest, proved: Proved) -> str:
    """Turn a proved mailbox into a session with its rights, and say where to go."""
    mailbox = proved.email
    await session.reveal(db, mailbox=mailbox)
    if proved.purpose == proof.INVITATION:
        return await _accept_invitation(db, request, mailbox)
    people = await identities(db, mailbox, with_staff=settings.staff_email_sign_in)
    if len(people) == 1:
        strong = settings.staff_email_sign_in
        return await _become(db, request, mailbox, people[0], next_path=proved.next_path, strong=strong)
    await session.start(db, request, mailbox=mailbox, pending={"next": proved.next_path})
    return CHOICE


async def _accept_invitation(db: AsyncSession, request: HTTPRequest, address: str) -> str:
    """Half in, as the invited staff account only: the invitation proves nothing of a donor's mailbox."""
    staff = [person for person in await identities(db, address, with_staff=True) if person.is_staff]
    if not staff:
        return "/sign-in"
    return await admit_staff(db, request, staff[0].id, method="mail", strong=False)


async def choose(db: AsyncSession, settings: Settings, request: HTTPRequest, person: Identity) -> str:
    """Be one of the mailbox's people from now on, with a new session number, and say where to go."""
    mailbox = request.user.mailbox
    next_path = await session.recall(db, request, "next") or "/"
    strong = settings.staff_email_sign_in
    # Forms that are open as one member do not work as another; the visit lasts no longer for the change.
    kept = await session.age(db, request) | {"shared": True}
    return await _become(db, request, mailbox, person, next_path=next_path, strong=strong, **kept)


async def _become(
    db: AsyncSession,
    request: HTTPRequest,
    mailbox: str | None,
    person: Identity,
    *,
    next_path: str,
    strong: bool,
    **more: Any,
) -> str:
    if person.is_staff:
        return await admit_staff(
            db, request, person.id, method="mail", strong=strong, mailbox=mailbox, next_path=next_path, **more
        )
    return await admit_member(db, request, person.id, method="mail", mailbox=mailbox, next_path=next_path, **more)


async def sign_out(db: AsyncSession, request: HTTPRequest) -> None:
    visitor = request.user
    if visitor.viewing:
        await journal.write(db, "staff.viewing.ended", actor=visitor.actor, member_id=visitor.member_id)
    if visitor.is_signed_in:
        member_id = None if visitor.is_staff else visitor.member_id
        await journal.write(db, "signin.ended", actor=visitor.actor, member_id=member_id)
    await session.end(db, request)
