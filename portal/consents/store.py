"""The one way in which a choice comes to hold: its proof in the ledger, the present state, the change to pass on."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, i18n, journal
from portal.consents.models import ChoiceText, ConsentEntry, ContactChoice
from portal.items import in_order

ACT = {("objections", True): "objected", ("objections", False): "objection_withdrawn",
       ("consents", True): "consented", ("consents", False): "consent_withdrawn"}  # fmt: skip


async def choose(
    db: AsyncSession,
    member_id: UUID,
    group: str,
    codes: list[str],
    *,
    shown: Mapping[str, str],
    source: str,
    actor: str,
) -> UUID | None:
    """Let the member's objections (or consents) be just these; gives the change, None when they are so already.

    `shown` has, by code, the very text that was read before choosing, in the current language.
    """
    await changes.lock(db, member_id)
    column = getattr(ContactChoice, group)
    # The row itself is locked too: the sync writes it without the other lock.
    present = select(column).where(ContactChoice.member_id == member_id).with_for_update()
    former = in_order(await db.scalar(present) or [])
    wanted = in_order(codes)
    if wanted == former:
        return None
    acts = {code: ACT[group, code in wanted] for code in in_order(set(former) ^ set(wanted))}
    texts = await _texts(db, {code: shown[code] for code in acts if code in shown})
    entries = []
    for code, act in acts.items():
        purpose, _, channel = code.partition("/")
        said = {"purpose": purpose, "channel": channel, "act": act, "text_id": texts.get(code)}
        entries.append(said | {"member_id": member_id, "source": source, "actor": actor})
    await db.execute(insert(ConsentEntry).values(entries).inline())
    await journal.write(db, "consent.changed", actor=actor, member_id=member_id, source=source, acts=acts)
    mine = update(ContactChoice).where(ContactChoice.member_id == member_id)
    await db.execute(mine.values({group: wanted, "held": True}))
    return await changes.record(db, member_id, group, old={group: former}, new={group: wanted}, actor=actor)


async def put_rhythm(db: AsyncSession, member_id: UUID, value: dict[str, Any]) -> None:
    """How often appeals come by post, and until when none comes; recording the change is the caller's part."""
    mine = update(ContactChoice).where(ContactChoice.member_id == member_id)
    await db.execute(mine.values(**value, held=True))


async def _texts(db: AsyncSession, shown: Mapping[str, str]) -> dict[str, str]:
    """By code, the number of what was read; a wording never shown before becomes a new version."""
    language = i18n.language.get()
    numbers = {code: hashlib.sha256(f"{language}\n{body}".encode()).hexdigest() for code, body in shown.items()}
    wordings = {numbers[code]: body for code, body in shown.items()}
    if wordings:
        rows = [{"id": number, "language": language, "body": body} for number, body in sorted(wordings.items())]
        await db.execute(upsert(ChoiceText).values(rows).on_conflict_do_nothing())
    return numbers
