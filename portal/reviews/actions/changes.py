"""Deciding on a change that did not arrive: once, by whoever is first."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, clock, i18n, jobs, journal
from portal.changes import GROUP_WORDS
from portal.consents import store as consents
from portal.corrections.rules import merged
from portal.emails import rules as emails
from portal.requests import store as requests
from portal.reviews import rules
from portal.reviews.actions.telling import tell
from portal.reviews.queries import parked as queries
from portal.reviews.queries.present import present
from portal.tracking import store


class AskedBefore(Exception):
    """There is an open request about the same already."""


async def send_again(db: AsyncSession, change_id: UUID, *, actor: str, corrected: dict[str, Any] | None = None) -> bool:
    """Pass it on once more, as it is or corrected; False when it is decided already, or something newer was saved."""
    change = await _waiting(db, change_id)
    if change is None or not rules.can_be_sent_again(change):
        return False
    old, new = change.old, corrected or change.new
    if change.group == "identity":  # the central records decide on names: they are asked to replace what they hold now
        old = await present(db, change.Member, change.group)
        new = merged(old or {}, old=change.old, new=new)
    if corrected is None or change.group not in rules.CHOICES or not await _choose(db, change, corrected, actor):
        if not change.is_held and change.group not in rules.PROVED:
            await store.put(db, change.member_id, change.group, new)
        await changes.retry(db, change.member_id, change.group, change.id, old=old, new=new)
    await _warn(db, change, new)
    if corrected is None:
        await _note(db, "change.retried", change, actor)
    else:
        await _note(db, "change.corrected", change, actor, typed=change.new)
        await tell(db, change.member_id, change.actor)
    return True


async def give_up(db: AsyncSession, change_id: UUID, reason: str, *, actor: str) -> bool:
    """It is not tried again, and the member reads why; False as above, and for what protects the member."""
    change = await _waiting(db, change_id)
    if change is None or not rules.can_be_ended(change):
        return False
    await changes.give_up(db, change.id, reason)
    await _note(db, "change.dropped", change, actor, reason=reason)
    await tell(db, change.member_id, change.actor)
    return True


async def make_request(db: AsyncSession, change_id: UUID, *, actor: str) -> bool:
    """People carry it out by hand; False as above.

    Raises:
        AskedBefore: there is one open already; nothing was changed.
    """
    change = await _waiting(db, change_id)
    if change is None or not rules.can_be_ended(change):
        return False
    try:
        await requests.ask(db, change.member_id, "change", about=change.group, wish=_wish(change), actor=actor)
    except requests.AlreadyAsked as error:
        raise AskedBefore from error
    await changes.give_up(db, change.id, rules.REQUESTED)
    await _note(db, "change.dropped", change, actor, reason=rules.REQUESTED)
    await tell(db, change.member_id, change.actor)
    return True


async def _waiting(db: AsyncSession, change_id: UUID) -> queries.Change | None:
    """The change if it still waits, from now on ours alone to decide."""
    change = await queries.one(db, change_id)
    if change is None:
        return None
    await changes.lock(db, change.member_id)
    change = await queries.one(db, change_id)
    return change if change is not None and change.waits else None


def _wish(change: queries.Change) -> str:
    """In the language of the association, whose people read it."""
    with i18n.speaking(i18n.DEFAULT):
        old, new = ("; ".join(rules.lines(change.group, value)) for value in (change.old, change.new))
        sentence = i18n.gettext(rules.wish(old, new))
        return sentence % {"what": i18n.gettext(GROUP_WORDS[change.group]), "old": old, "new": new}


async def _choose(db: AsyncSession, change: queries.Change, wanted: dict[str, Any], actor: str) -> bool:
    """A choice has its proof in the ledger: it is a change of its own, newer than this one. False when it holds so."""
    codes = wanted[change.group]
    chosen = await consents.choose(db, change.member_id, change.group, codes, shown={}, source="central", actor=actor)
    return chosen is not None


async def _warn(db: AsyncSession, change: queries.Change, new: dict[str, Any] | None) -> None:
    """The e-mail addresses of before hear of it, as when the member made the change."""
    if change.group in rules.PROVED and (what := emails.in_short(change.old, new)):
        at, language = clock.now().isoformat(), i18n.choose(change.Member.language)
        await jobs.defer(db, "emails.tell", change_id=str(change.id), what=what, at=at, language=language)


async def _note(db: AsyncSession, kind: str, change: queries.Change, actor: str, **data: object) -> None:
    facts = {"group": change.group, "change": str(change.id)} | data
    await journal.write(db, kind, actor=actor, member_id=change.member_id, **facts)
