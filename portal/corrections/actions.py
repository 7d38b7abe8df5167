"""Correcting a name or a registration: asked for and decided by staff, or at once where the settings allow it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, crypto, jobs, journal
from portal.changes import Status
from portal.corrections import queries, rules
from portal.corrections.models import CorrectionRequest
from portal.corrections.rules import GROUP, Decision, Identity
from portal.profile import store
from portal.settings import Settings
from portal.web.donor import Donor
from portal.web.forms import Outdated, fingerprint

SEALED_AS = "correction"


@dataclass(frozen=True)
class Ground:
    """Why it must be corrected, in the donor's words, and a document that proves it (empty: none)."""

    reason: str
    document: bytes


class StillOpen(Exception):
    """The member has asked already, and waits for the answer."""


async def correct(db: AsyncSession, donor: Donor, wanted: Identity, *, seen: str) -> bool:
    """Let this be the name and registration at once; False when it is the same already.

    Raises:
        Outdated: they are no longer those that the donor saw.
        StillOpen: staff are about to decide on them.
    """
    old = await _unchanged(db, donor, seen)
    if old == wanted:
        return False
    await store.put_member(db, donor.id, wanted)
    actor = f"member:{donor.id}"
    await journal.write(db, "profile.identity.changed", actor=actor, member_id=donor.id, old=old, new=wanted)
    await changes.record(db, donor.id, GROUP, old=old, new=wanted, actor=actor)
    return True


async def ask_correction(
    db: AsyncSession, settings: Settings, donor: Donor, wanted: Identity, ground: Ground, *, seen: str
) -> bool:
    """Leave the decision to staff; False when there is nothing to change.

    Raises:
        Outdated: name and registration are no longer those that the donor saw.
        StillOpen: there is one request at a time.
    """
    old = await _unchanged(db, donor, seen)
    if old == wanted:
        return False
    actor = f"member:{donor.id}"
    change_id = await changes.ask(db, donor.id, GROUP, old=old, new=wanted, actor=actor)
    request = insert(CorrectionRequest).values(
        change_id=change_id,
        member_id=donor.id,
        reason=ground.reason,
        document=crypto.seal(settings.secret_key, SEALED_AS, ground.document) if ground.document else None,
    )
    await db.execute(request)
    noted = {"old": old, "new": wanted, "document": bool(ground.document)}
    await journal.write(db, "correction.asked", actor=actor, member_id=donor.id, **noted)
    return True


async def decide(db: AsyncSession, change_id: UUID, decision: Decision, *, actor: str) -> bool:
    """Carry out what staff decided and tell the member; False when it is decided or taken back already."""
    request = await queries.one(db, change_id)
    if request is None:
        return False
    await changes.lock(db, request.member_id)
    request = await queries.one(db, change_id)  # as it stands now that nobody else can change it
    if request is None or request.decided_at is not None:
        return False
    if decision.accepted:
        await _accept(db, request, decision)
    else:
        await changes.mark(db, change_id, Status.REFUSED, decision.reason)
    mine = update(CorrectionRequest).where(CorrectionRequest.change_id == change_id)
    await db.execute(mine.values(decided_by=actor, decided_at=func.now()))
    noted: dict[str, object] = {"accepted": decision.accepted}
    if decision.reason:
        noted["reason"] = decision.reason
    if decision.corrected:
        noted |= {"asked": request.new, "corrected": decision.corrected}
    await journal.write(db, "correction.decided", actor=actor, member_id=request.member_id, **noted)
    await jobs.defer(db, "corrections.tell_decision", change_id=str(change_id), corrected=bool(decision.corrected))
    return True


def opened(settings: Settings, document: bytes) -> bytes:
    """A document as it was sent."""
    return crypto.unseal(settings.secret_key, SEALED_AS, document)


async def _unchanged(db: AsyncSession, donor: Donor, seen: str) -> Identity:
    """The present name and registration, from now on ours alone to change."""
    await changes.lock(db, donor.id)
    standing = await queries.standing(db, donor)
    if standing.has_asked:
        raise StillOpen
    if fingerprint(standing.identity) != seen:
        raise Outdated
    return standing.identity


async def _accept(db: AsyncSession, request: queries.Request, decision: Decision) -> None:
    present = queries.identity_of(request.Member)
    wanted = rules.merged(present, old=request.old, new=request.new) | decision.corrected
    if wanted == present:  # somebody typed it into the central base meanwhile
        await changes.mark(db, request.id, Status.CONFIRMED)
        return
    await store.put_member(db, request.member_id, wanted)
    await changes.accept(db, request.member_id, GROUP, request.id, old=present, new=wanted)
