"""Letting in whom a provider vouches for."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, crypto, i18n, jobs, journal
from portal.members.queries import may_come_in
from portal.oidc import queries
from portal.oidc.models import DonorIdentity, OidcGrant
from portal.oidc.provider import Person, ProviderRefused
from portal.oidc.rules import is_second_factor, role_of
from portal.passkeys import queries as passkeys
from portal.settings import Settings
from portal.staff.models import StaffAccount
from portal.web import session
from portal.web.admission import admit_member, admit_staff
from portal.web.session import HTTPRequest, WebSession

LINK = "/oidc/donor/link"


async def admit_staff_person(
    db: AsyncSession, settings: Settings, request: HTTPRequest, person: Person, *, next_path: str
) -> str:
    """Let somebody of the staff in with the role that their groups give now.

    Raises:
        ProviderRefused: no account, and no group that gives one.
    """
    account = await _account(db, settings, request, person)
    named = [one.strip() for one in settings.staff_oidc_second_factor.split(",")]
    strong = is_second_factor(person.factors, named)
    # Who is half in may add the first passkey of the account for a while; who is wholly in proved it when they say.
    fresh: dict[str, Any] = {"proved_at": person.proved_at} if strong else {}
    path = await admit_staff(db, request, account.id, method="oidc", strong=strong, next_path=next_path, **fresh)
    await _grant(db, request, person, tokens=sealed(settings, person))
    return path


async def _account(db: AsyncSession, settings: Settings, request: HTTPRequest, person: Person) -> StaffAccount:
    by_group = settings.staff_roles_by_group
    role = role_of(person.groups(settings.staff_oidc_groups_claim), by_group)
    account = await queries.staff_known_as(db, person.issuer, person.subject)
    if by_group and role is None:
        if account is not None:
            await end_visits_of(db, account)
        raise ProviderRefused("no group that gives a role")
    if account is None and request.user.second_factor_due and request.user.method == "mail":
        account = await _connect_invited(db, request, person)
    if account is None:
        account = await _create(db, person, role)
    if account.ended_at is not None:
        raise ProviderRefused("the account was ended")
    if role is not None:
        await give_role(db, account, role)
    return account


async def _connect_invited(db: AsyncSession, request: HTTPRequest, person: Person) -> StaffAccount | None:
    """Who has just come by our own invitation is the account that was invited, from now on under the provider's name.

    One that is set up already, with a passkey or another name there, is not taken over in this way.
    """
    visitor = request.user
    assert visitor.staff_id is not None  # noqa: S101 - for the type checker: who is half in is somebody
    account = await queries.staff_account(db, visitor.staff_id)
    if account is None or account.subject is not None or not visitor.proved_just_now:
        return None
    if await passkeys.mine(db, visitor):
        return None
    account.issuer, account.subject = person.issuer, person.subject
    await journal.write(db, "identity.linked", actor=f"staff:{account.id}")
    return account


async def _create(db: AsyncSession, person: Person, role: str | None) -> StaffAccount:
    email = str(person.claims.get("email") or "").lower()
    if role is None or not email or await queries.staff_of_address(db, email):
        raise ProviderRefused("no account; one of the same address must be invited")
    row = insert(StaffAccount).values(
        email=email,
        name=str(person.claims.get("name") or email),
        role=role,
        issuer=person.issuer,
        subject=person.subject,
    )
    account = (await db.scalars(row.returning(StaffAccount))).one()
    await journal.write(db, "staff.account.created", actor=f"staff:{account.id}", account=str(account.id), role=role)
    return account


async def give_role(db: AsyncSession, account: StaffAccount, role: str) -> None:
    """A role that changed ends all visits: the next ones have the new role, and a new number."""
    if account.role == role:
        return
    await end_visits_of(db, account)
    await db.execute(update(StaffAccount).where(StaffAccount.id == account.id).values(role=role))
    await journal.write(db, "staff.role.changed", actor="provider", account=str(account.id), role=role)


async def end_visits_of(db: AsyncSession, account: StaffAccount) -> None:
    await db.execute(delete(WebSession).where(WebSession.staff_id == account.id))


async def end_provided(db: AsyncSession, issuer: str, *, sid: str | None, subject: str | None) -> None:
    """Somebody signed out at the provider: their visits here that it vouched for end too."""
    await db.execute(select(func.end_provided_sessions(issuer, sid, subject)))


async def admit_donor(db: AsyncSession, request: HTTPRequest, person: Person, *, next_path: str) -> str:
    """Let a donor in whose identity is connected; any other proves an address first, and connects it then.

    Raises:
        ProviderRefused: the member has no access any more.
    """
    await session.reveal(db, proof=queries.proof_of(person.issuer, person.subject))
    member_id = await queries.member_known_as(db, person.issuer, person.subject)
    if member_id is None:
        await session.remember(db, request, **{session.IDENTITY: {"issuer": person.issuer, "subject": person.subject}})
        return f"/sign-in?next={LINK}"
    await session.reveal(db, member_id=member_id)
    if not await may_come_in(db, member_id):
        raise ProviderRefused("no access")
    path = await admit_member(db, request, member_id, method="oidc", next_path=next_path, proved_at=person.proved_at)
    await _grant(db, request, person)
    return path


async def link_identity(db: AsyncSession, request: HTTPRequest) -> bool:
    """Connect the identity that waits in this session with the member who is signed in; False when none waits."""
    identity = await session.recall(db, request, session.IDENTITY)
    member_id = request.user.member_id
    if identity is None or member_id is None:
        return False
    row = upsert(DonorIdentity).values(**identity, member_id=member_id).on_conflict_do_nothing()
    if await db.scalar(row.returning(DonorIdentity.member_id)) is None:
        return False
    await journal.write(db, "identity.linked", actor=request.user.actor, member_id=member_id)
    await _tell(db, member_id, "identity-linked")
    return True


async def unlink_identities(db: AsyncSession, request: HTTPRequest) -> None:
    """The other service opens this member's space no longer."""
    member_id = request.user.member_id
    gone = delete(DonorIdentity).where(DonorIdentity.member_id == member_id).returning(DonorIdentity.subject)
    if (await db.scalars(gone)).first() is None or member_id is None:
        return
    await journal.write(db, "identity.removed", actor=request.user.actor, member_id=member_id)
    await _tell(db, member_id, "identity-removed")


async def _tell(db: AsyncSession, member_id: UUID, letter: str) -> None:
    arguments = {"letter": letter, "at": clock.now().isoformat(), "language": i18n.language.get()}
    await jobs.defer(db, "security.send_notice", member_id=str(member_id), **arguments)


async def _grant(db: AsyncSession, request: HTTPRequest, person: Person, *, tokens: bytes | None = None) -> None:
    row = insert(OidcGrant).values(
        session_id=request.scope["state"]["session_id"],
        issuer=person.issuer,
        subject=person.subject,
        sid=person.sid,
        tokens=tokens,
    )
    await db.execute(row)


def sealed(settings: Settings, person: Person) -> bytes:
    return crypto.seal(settings.secret_key, "provider tokens", json.dumps(person.tokens).encode())
