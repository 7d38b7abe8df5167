"""Objecting by the link of a mail, and taking that back."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, i18n
from portal.consents import queries as choices
from portal.consents.rules import PURPOSES, boxes
from portal.consents.store import choose
from portal.unsubscribe.rules import EVERYTHING, STOP_ALL, STOP_ONE, WANT_AGAIN, Link

SOURCE = "unsubscribe link"


async def object_to_one(db: AsyncSession, link: Link, *, by_page: bool) -> list[str]:
    """Stop the mails of this purpose; gives what was not objected to before.

    Who pressed the button of a mail program (not `by_page`) read no text of ours.
    """
    text = i18n.gettext(STOP_ONE) % {"purpose": in_words([link.code])}
    return await _object(db, link.member_id, [link.code], text if by_page else None)


async def object_to_all(db: AsyncSession, link: Link) -> list[str]:
    text = i18n.gettext(STOP_ALL) % {"purposes": in_words(EVERYTHING)}
    return await _object(db, link.member_id, EVERYTHING, text)


async def _object(db: AsyncSession, member_id: UUID, codes: Collection[str], text: str | None) -> list[str]:
    former = await _former(db, member_id)
    new = [code for code in codes if code not in boxes(former)]
    shown = dict.fromkeys(new, text) if text else {}
    await choose(db, member_id, "objections", [*former, *new], shown=shown, source=SOURCE, actor=SOURCE)
    return new


async def withdraw(db: AsyncSession, member_id: UUID, codes: Collection[str]) -> None:
    """It was a mistake: these mails may come again."""
    kept = [code for code in await _former(db, member_id) if code not in codes]
    shown = dict.fromkeys(codes, i18n.gettext(WANT_AGAIN) % {"purposes": in_words(codes)})
    await choose(db, member_id, "objections", kept, shown=shown, source=SOURCE, actor=SOURCE)


async def _former(db: AsyncSession, member_id: UUID) -> tuple[str, ...]:
    """Locked until the end of the transaction: what is chosen now is chosen of just this."""
    await changes.lock(db, member_id)
    standing = await choices.standing(db, member_id, locked=True)
    return standing.choice.objections if standing else ()


def in_words(codes: Collection[str]) -> str:
    """The purposes of these objections, in the current language."""
    return ", ".join(i18n.gettext(PURPOSES[code.partition("/")[0]]) for code in codes)
