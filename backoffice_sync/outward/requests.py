"""Handing over what donors ask people to do: each request once, under its key, to a central base that keeps them.

One that it refuses stays with the portal's own desk. Two workers at once, or a crash
before our note, double nothing: the central base finds a request by its key.
Whatever has once set out is no longer decided by the portal's own desk, for it may have arrived.
"""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, case, select, update

from backoffice_sync.directory import Directory, DirectoryUnreachable, Rejected, Request
from backoffice_sync.duty import alone
from backoffice_sync.outward.parking import GIVEN_UP
from portal.database import Database
from portal.erasure.rules import SUBJECT
from portal.members.models import Member
from portal.requests.models import MemberRequest

log = logging.getLogger("backoffice_sync.outward.requests")

ERASED = (MemberRequest.kind == "data") & (MemberRequest.about == SUBJECT) & (MemberRequest.state == "accepted")
"""Carried out here, perhaps before it could be handed over: the central base is still asked to do so too."""
UNDECIDED = (
    (MemberRequest.state == "saved") | (ERASED & MemberRequest.central_id.is_(None)),
    MemberRequest.undelivered == "",
)
WAITING = (
    select(
        MemberRequest.id, MemberRequest.key, MemberRequest.kind, MemberRequest.about, MemberRequest.wish,
        MemberRequest.asked_on, MemberRequest.attempts, Member.central_id,
    )
    .join(Member, Member.id == MemberRequest.member_id)
    .where(*UNDECIDED)
    .order_by(MemberRequest.attempts, MemberRequest.asked_on, MemberRequest.id)
)  # fmt: skip


async def deliver_requests(portal: Database, directory: Directory, *, limit: int = 100) -> int:
    """Hand over what has not been handed over yet, the oldest first; gives how many were taken.

    Raises:
        DirectoryUnreachable: the rest waits, and the one that was not answered lets the others go first.
    """
    if not directory.capabilities.keeps_requests:
        return 0
    taken = 0
    async with alone(portal, "requests") as mine:
        for waiting in await _waiting(portal, limit) if mine else ():
            if not await _set_out(portal, waiting):
                continue
            answer = await _submit(directory, waiting)
            if isinstance(answer, Rejected):
                log.error("request %s was not taken by the central base", waiting.key)
                await _note(portal, waiting, undelivered=answer.reason)
            elif answer is not None:  # a pull may have come first, with a later state
                received = case((MemberRequest.state == "saved", "received"), else_=MemberRequest.state)
                await _note(portal, waiting, central_id=answer, state=received)
                taken += 1
    return taken


async def _set_out(portal: Database, waiting: Row[Any]) -> bool:
    """False when people at our own desk were faster; from now on it is not theirs."""
    mine = update(MemberRequest).where(MemberRequest.id == waiting.id, *UNDECIDED)
    async with portal.begin() as db:
        attempted = mine.values(attempts=MemberRequest.attempts + 1).returning(MemberRequest.id)
        return await db.scalar(attempted) is not None


async def _submit(directory: Directory, waiting: Row[Any]) -> str | Rejected | None:
    """Its number there; None when something is wrong with this very request, which is tried once more."""
    try:
        return await directory.submit(_as_request(waiting))
    except DirectoryUnreachable:
        raise
    except Exception:
        log.exception("a request could not be handed over")
        return Rejected(GIVEN_UP) if waiting.attempts else None


async def _note(portal: Database, waiting: Row[Any], **values: object) -> None:
    async with portal.begin() as db:
        await db.execute(update(MemberRequest).where(MemberRequest.id == waiting.id).values(**values))


async def _waiting(portal: Database, limit: int) -> Sequence[Any]:
    async with portal.begin() as db:
        return (await db.execute(WAITING.limit(limit))).all()


def _as_request(waiting: Row[Any]) -> Request:
    return Request(
        key=waiting.key,
        member=waiting.central_id,
        kind=waiting.kind,
        about=waiting.about,
        wish=waiting.wish,
        asked_on=waiting.asked_on,
    )
