"""What officers and administrators do about erasures: confirm one, lift one, do all again after a restore."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal import changes, jobs, journal
from portal.erasure import queries, store
from portal.erasure.models import Erasure
from portal.erasure.rules import digest
from portal.members.models import Member

BATCH = 5_000
ENTRY = {"digest", "why", "rule", "at"}


class WrongLedger(Exception):
    """What is wrong with the file, for whoever restores a backup; nobody was erased."""


async def confirm(db: AsyncSession, member_id: UUID, request_id: UUID, *, actor: str) -> None:
    """The worker carries it out, once, in a transaction of its own."""
    named = {"member_id": str(member_id), "request_id": str(request_id), "actor": actor}
    await journal.write(db, "erasure.confirmed", actor=actor, member_id=member_id)
    await jobs.defer(db, "erasure.carry_out", once=f"erasure.carry_out {member_id}", **named)


async def exported(db: AsyncSession, *, key: str) -> Iterator[str]:
    """The ledger as lines of JSON, without anything that names a person; the first says with which key it was made."""
    entries = [
        {"digest": entry.digest.hex(), "why": entry.why, "rule": entry.rule, "at": entry.erased_at.isoformat()}
        for entry in await queries.ledger(db)
    ]
    return map(json.dumps, [_made_with(key), *entries])


async def replay(db: AsyncSession, lines: Iterable[str], *, key: str) -> int:
    """Erase again whomever a restored backup brought back; gives how many. What stood in the way then stood so before.

    Raises:
        WrongLedger: a line is none of ours, or another key made it and nobody would be found.
    """
    ledger = {bytes.fromhex(entry["digest"]): entry for entry in _entries(lines, key)}
    back = [(row, ledger[found]) async for row, found in _digests(db, key) if found in ledger]
    for (member_id, central_id), entry in back:
        await changes.lock(db, member_id)
        await store.empty(db, member_id, key=key)
        known = {"member_id": member_id, "digest": digest(key, central_id), "actor": "replay"}
        told = {"why": entry["why"], "rule": entry["rule"], "erased_at": datetime.fromisoformat(entry["at"])}
        await db.execute(insert(Erasure).values(**known, **told))
        await journal.write(db, "member.erased", actor="replay", member_id=member_id, rule=entry["rule"])
    return len(back)


async def lift(db: AsyncSession, number: str, *, actor: str) -> bool:
    """The central base may bring this person back; False when nobody of this number is erased."""
    found = await db.scalar(
        select(Member.id).join(Erasure, Erasure.member_id == Member.id).where(Member.number == number)
    )
    if found is None:
        return False
    await db.execute(delete(Erasure).where(Erasure.member_id == found))
    await journal.write(db, "erasure.lifted", actor=actor, member_id=found)
    return True


async def _digests(db: AsyncSession, key: str) -> Any:
    """Whoever is here and not erased, with their digest."""
    erased = select(Erasure.member_id)
    query = select(Member.id, Member.central_id).where(Member.id.not_in(erased)).execution_options(yield_per=BATCH)
    async for row in await db.stream(query):
        yield row, digest(key, row.central_id)


def _made_with(key: str) -> dict[str, str]:
    return {"made_with": digest(key, "ledger").hex()}


def _entries(lines: Iterable[str], key: str) -> list[dict[str, str]]:
    try:
        first, *entries = map(json.loads, filter(str.strip, lines))
    except ValueError as error:
        raise WrongLedger("This is no ledger of erasures: it is empty, or not in lines of JSON.") from error
    wanted = [_made_with(key).keys(), *(ENTRY for _ in entries)]
    if [isinstance(entry, dict) and entry.keys() for entry in (first, *entries)] != wanted:
        raise WrongLedger("This is no ledger of erasures: a line has other fields.")
    if first != _made_with(key):
        raise WrongLedger("This ledger was made with another SECRET_KEY: set that one, for here it would find nobody.")
    return entries
