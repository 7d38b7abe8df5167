"""Entering a request, and the steps that come before its answer. Each holds its case alone while it is taken."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, jobs, journal
from portal.privacy import queries
from portal.privacy.models import DataCase
from portal.privacy.queries import Standing
from portal.privacy.rules import answers, legal_clock
from portal.privacy.rules.answers import Received
from portal.requests import store as requests
from portal.requests.models import MemberRequest
from portal.requests.rules import UNDECIDED


class TooLate(Exception):
    """What was to be done has been done, or is no longer possible: the page shows how it stands."""


async def enter(db: AsyncSession, member_id: UUID, received: Received, *, actor: str) -> UUID | None:
    """A request that came by another way than the portal; nobody knows yet whether it is the member's.

    None when the member waits for the answer to the same already.
    """
    right, came_on = received.right, received.received_on
    try:
        request_id = await requests.ask(
            db, member_id, "data", about=right, wish=received.wish, actor=actor, asked_on=came_on
        )
    except requests.AlreadyAsked:
        return None
    row = insert(DataCase).values(
        request_id=request_id,
        member_id=member_id,
        received_on=received.received_on,
        entered_on=clock.today(),
        entered_by=actor,
        channel=received.channel,
        identity="unproved",
    )
    await db.execute(row.inline())
    return request_id


async def ask_for_proof(db: AsyncSession, request_id: UUID, *, actor: str) -> None:
    """Stop the clock: a proof of identity was asked for today. It stops once."""
    case = (await hold(db, request_id)).case
    if case.identity != "unproved":
        raise TooLate
    await put(db, case, identity="asked", paused_on=clock.today())
    await _note(db, case, "data.identity.asked", actor)


async def prove(db: AsyncSession, request_id: UUID, proof: str, *, actor: str) -> None:
    """Note what was seen; the clock runs again from today."""
    case = (await hold(db, request_id)).case
    if case.is_known:
        raise TooLate
    resumed_on = clock.today() if case.paused_on else None
    await put(db, case, identity="proved", identity_proof=proof, resumed_on=resumed_on)
    await _note(db, case, "data.identity.proved", actor)


async def extend(db: AsyncSession, request_id: UUID, reason: str, *, by_post: bool, actor: str) -> None:
    """Take two months more; they are ours from the moment at which the member was told.

    Raises:
        TooLate: the first month is over, or the member was told before.
    """
    standing = await hold(db, request_id)
    if not legal_clock.may_extend(standing.clock, clock.today()):
        raise TooLate
    values = {"extended_on": clock.today(), "extension_reason": reason}
    if by_post:
        await put(db, standing.case, **values, notice_sent_at=func.now())
    else:
        await put(db, standing.case, **values)
        await jobs.defer(db, "privacy.send_notice", request_id=str(request_id))
    await _note(db, standing.case, "data.request.extended", actor, reason=reason)


async def check(db: AsyncSession, request_id: UUID, done: Sequence[str], *, third_parties: bool | None) -> None:
    """Note what was looked after. That there are data of others in it is never taken back: a second person looks."""
    standing = await hold(db, request_id)
    known = [item for item in answers.CHECKLIST.get(standing.asked.about, {}) if item in done]
    others = standing.case.third_parties or third_parties
    await put(db, standing.case, checklist=known, third_parties=others)


async def hold(db: AsyncSession, request_id: UUID) -> Standing:
    """The case, until the transaction ends ours alone.

    Raises:
        TooLate: it is answered already, or gone.
    """
    standing = await queries.one(db, request_id, alone=True)
    if standing is None or standing.case.answered_on:
        raise TooLate
    return standing


async def put(db: AsyncSession, case: DataCase, **values: Any) -> None:
    """Change the case; from its first step on the member sees that somebody works on the request."""
    mine = DataCase.request_id == case.request_id
    await db.execute(update(DataCase).where(mine).values(**values).execution_options(synchronize_session=False))
    fresh = MemberRequest.id == case.request_id, MemberRequest.state.in_(UNDECIDED), MemberRequest.seen_on.is_(None)
    await db.execute(
        update(MemberRequest)
        .where(*fresh)
        .values(state="seen", seen_on=clock.today())
        .execution_options(synchronize_session=False)
    )


async def _note(db: AsyncSession, case: DataCase, kind: str, actor: str, **data: Any) -> None:
    await journal.write(db, kind, actor=actor, member_id=case.member_id, request=str(case.request_id), **data)
