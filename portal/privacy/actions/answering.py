"""The answer: built, signed, let go or refused, and known to have arrived."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, i18n, journal
from portal.erasure import rules as erasure
from portal.erasure.queries import is_erased
from portal.exports import queries as exports
from portal.exports import store as export_store
from portal.privacy import queries
from portal.privacy.actions.steps import TooLate, hold, put
from portal.privacy.queries import Standing
from portal.privacy.rules import answers
from portal.privacy.rules.answers import Decision, Delivery
from portal.requests.models import MemberRequest
from portal.requests.rules import UNDECIDED


class NotYet(Exception):
    """Something must come first; the argument says what, in words for staff."""


async def order(db: AsyncSession, request_id: UUID, *, actor: str) -> None:
    """Have the answer built, of the member whose request it is.

    Raises:
        NotYet: nobody knows yet who asks, or another such answer was built in the last days.
    """
    standing = await hold(db, request_id)
    _must_be_known(standing)
    member_id, kind = standing.case.member_id, standing.asked.about
    try:
        await export_store.order(db, member_id=member_id, kind=kind, request_id=request_id, actor=actor)
    except export_store.TooSoon:
        raise NotYet(answers.BUILT_LATELY) from None
    await put(db, standing.case, ordered_on=clock.today(), signed_by="")


async def release(db: AsyncSession, request_id: UUID, *, actor: str) -> bool:
    """Sign the answer; False when a second person must sign it too, for it holds data of others.

    Raises:
        NotYet: something must come first, or the same person has signed already.
    """
    standing = await hold(db, request_id)
    case = standing.case
    _must_be_complete(standing)
    found = await exports.of_request(db, request_id)
    if found is None or found.state != "ready":
        raise NotYet(answers.UNBUILT)
    if found.ready_at is None:
        raise NotYet(answers.BUILD_ANEW)
    if not case.third_parties:
        signatures = {"signed_by": actor}
    elif not case.signed_by:
        await put(db, case, signed_by=actor)
        return False
    elif case.signed_by == actor:
        raise NotYet(answers.SAME_PERSON)
    else:
        signatures = {"countersigned_by": actor}
    today = clock.today()
    await export_store.release(db, found.id, actor=actor)
    await put(db, case, **signatures, released_on=today, outcome="granted", answered_on=today)
    text = _in_their_language(standing, answers.READY)
    await _follow(db, standing, accepted=True, text=text, actor=actor, told_at=func.now())
    return True


async def decide(db: AsyncSession, request_id: UUID, decision: Decision, *, actor: str) -> None:
    """Grant what needs no file, or refuse, with what the member can do about it.

    Raises:
        NotYet: something must come first.
    """
    standing = await hold(db, request_id)
    granted, text = decision.outcome == "granted", decision.text
    if granted:
        if standing.asked.about in answers.BUILT:
            raise NotYet(answers.RELEASED_INSTEAD)
        _must_be_complete(standing)
        if standing.asked.about == erasure.SUBJECT and not await is_erased(db, standing.case.member_id):
            raise NotYet(answers.NOT_ERASED)
    else:
        if decision.refusal == "identity" and standing.case.identity != "asked":
            raise NotYet(answers.NEVER_ASKED)
        if decision.refusal != "identity":
            _must_be_known(standing)
        text = f"{text}\n\n{_in_their_language(standing, answers.REMEDIES)}"
    today = clock.today()
    restricted_on = today if granted and standing.asked.about == "restriction" else None
    outcome = {"outcome": decision.outcome, "refusal": decision.refusal}
    await put(db, standing.case, **outcome, answered_on=today, restricted_on=restricted_on)
    await _follow(db, standing, accepted=granted, text=text, actor=actor)


async def close(db: AsyncSession, request_id: UUID, delivery: Delivery, *, actor: str) -> None:
    """The answer is known to have arrived.

    Raises:
        NotYet: it lies in the donor space, and nobody has downloaded it.
    """
    standing = await queries.one(db, request_id, alone=True)
    if standing is None or standing.case.answered_on is None or standing.case.closed_on:
        raise TooLate
    if delivery.delivered_by == "portal" and standing.case.released_on:
        found = await exports.of_request(db, request_id)
        if found is None or not found.downloads:
            raise NotYet(answers.NOT_FETCHED)
    arrival = {
        "delivered_on": delivery.delivered_on,
        "delivered_by": delivery.delivered_by,
        "delivery_proof": delivery.proof,
    }
    await put(db, standing.case, **arrival, closed_on=clock.today())
    noted: dict[str, Any] = {"request": str(request_id), "by": delivery.delivered_by}
    await journal.write(db, "data.request.closed", actor=actor, member_id=standing.case.member_id, **noted)


async def lift(db: AsyncSession, request_id: UUID, notice: str, *, actor: str) -> None:
    """End a restriction, of which the member was told before (GDPR art. 18 (3))."""
    standing = await queries.one(db, request_id, alone=True)
    if standing is None or standing.case.restricted_on is None or standing.case.lifted_on:
        raise TooLate
    await put(db, standing.case, lifted_on=clock.today())
    noted = {"request": str(request_id), "notice": notice}
    await journal.write(db, "data.restriction.lifted", actor=actor, member_id=standing.case.member_id, **noted)


def _must_be_known(standing: Standing) -> None:
    if not standing.case.is_known:
        raise NotYet(answers.UNKNOWN)


def _must_be_complete(standing: Standing) -> None:
    _must_be_known(standing)
    if answers.missing(standing.asked.about, standing.case.checklist):
        raise NotYet(answers.UNCHECKED)
    if standing.asked.about in answers.BUILT and standing.case.third_parties is None:
        raise NotYet(answers.NOT_LOOKED)


def _in_their_language(standing: Standing, words: str) -> str:
    language = standing.member.language if standing.member else ""
    return i18n.translations(i18n.choose(language)).gettext(words)


async def _follow(db: AsyncSession, standing: Standing, *, accepted: bool, text: str, actor: str, **more: Any) -> None:
    """The request says what its case says; a mail tells the member that there is an answer, unless one did."""
    today = clock.today()
    mine = MemberRequest.id == standing.case.request_id, MemberRequest.state.in_(UNDECIDED)
    await db.execute(
        update(MemberRequest)
        .where(*mine)
        .values(
            state="accepted" if accepted else "refused",
            answer=text,
            seen_on=func.coalesce(MemberRequest.seen_on, today),
            decided_on=today,
            **more,
        )
        .execution_options(synchronize_session=False)
    )
    noted = {"subject": "data", "accepted": accepted}
    await journal.write(db, "request.answered", actor=actor, member_id=standing.case.member_id, **noted)
