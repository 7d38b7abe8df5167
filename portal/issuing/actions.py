"""Issuing receipts where the association lets the portal do it: numbers without a gap, no gift twice; cancelling."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, journal
from portal.issuing import queries
from portal.issuing.queries import Taxpayer
from portal.receipts import paper
from portal.receipts.models import Receipt, ReceiptCounter
from portal.receipts.rules import Draft, Given, Reason, settle
from portal.settings import Settings

ACTOR = "receipts"


class CannotIssue(Exception):
    """A setting stands in the way of every receipt; the message names it."""


class CannotCancel(Exception):
    """There is no such receipt of ours, or it is cancelled already."""


async def issue(
    db: AsyncSession,
    settings: Settings,
    year: int,
    taxpayers: Sequence[Taxpayer],
    *,
    only: frozenset[str] | None = None,
) -> tuple[list[Receipt], dict[UUID, dict[str, Reason]]]:
    """Issue what is due to these members for a year; gives the receipts, and by member why other gifts have none.

    Whoever issues holds the counter until the end of the transaction, so numbers have no gap, and the gifts are
    read under that lock, so no gift stands on two receipts. `only` names the gifts to look at.

    Raises:
        CannotIssue: the association's own mentions are not complete, or the central base gave such numbers already.
    """
    body = paper.issuing_body(settings)
    if missing := paper.body_faults(body):
        raise CannotIssue("\n".join(missing))
    last = await _hold_counter(db, body, year)
    gifts = await queries.gifts_without_receipt(db, [taxpayer.id for taxpayer in taxpayers], year)
    terms: dict[str, Any] = {"year": year, "today": clock.today(), "threshold": settings.receipt_threshold}
    receipts: list[Receipt] = []
    left: dict[UUID, dict[str, Reason]] = {}
    for taxpayer in taxpayers:
        looked_at = [gift for gift in gifts[taxpayer.id] if only is None or gift.number in only]
        drafts, reasons = settle(taxpayer.giver, looked_at, **terms)
        for draft in drafts:
            number = f"{settings.receipt_number_prefix}{year}-{last + len(receipts) + 1:06}"
            receipts.append(_receipt(taxpayer, draft, number, year, body))
            for gift in draft.gifts:
                del reasons[gift.number]
        left[taxpayer.id] = reasons
    db.add_all(receipts)
    try:
        await db.flush()
    except IntegrityError as error:
        if "uq_receipt_number" not in str(error.orig):
            raise
        taken = f"one of the numbers after {settings.receipt_number_prefix}{year}-{last:06} is taken"
        raise CannotIssue(
            f"RECEIPT_NUMBER_PREFIX: {taken}; with another prefix ours are never the central base's"
        ) from error
    for receipt in receipts:
        await journal.write(db, "receipt.issued", actor=ACTOR, member_id=receipt.member_id, number=receipt.number)
    await db.execute(update(ReceiptCounter).where(*_counter(body, year)).values(last=last + len(receipts)))
    return receipts, left


async def cancel(db: AsyncSession, settings: Settings, number: str, reason: str) -> Receipt | None:
    """Cancel a receipt that the portal issued, and issue another for what its gifts are today; gives that one.

    Raises:
        CannotCancel: it is none of ours, or cancelled already.
        CannotIssue: its successor could not be issued; nothing is cancelled then.
    """
    query = select(Receipt).where(Receipt.number == number, Receipt.by_portal).with_for_update()
    receipt = (await db.scalars(query)).first()
    if receipt is None or receipt.state != "issued":
        raise CannotCancel(number)
    # in the order of whoever issues: the counter, then the journal of a member
    await _hold_counter(db, paper.issuing_body(settings), receipt.fiscal_year)
    receipt.state, receipt.cancelled_on, receipt.cancel_reason = "cancelled", clock.today(), reason
    await db.flush()
    entry: dict[str, Any] = {"actor": ACTOR, "member_id": receipt.member_id, "number": number, "reason": reason}
    await journal.write(db, "receipt.cancelled", **entry)
    # whatever the donor wishes by now, what had a receipt of this kind has one again
    rhythm = "annual" if receipt.kind == "annual" else "per_gift"
    found = await queries.taxpayers(db, receipt.fiscal_year, only=receipt.member_id)
    donor = [replace(one, giver=replace(one.giver, rhythm=rhythm)) for one in found]
    covered = frozenset(line["gift"] for line in receipt.lines)
    successors, _ = await issue(db, settings, receipt.fiscal_year, donor, only=covered)
    if not successors:
        return None
    receipt.replaced_by = successors[0].number
    return successors[0]


async def _hold_counter(db: AsyncSession, body: dict[str, Any], year: int) -> int:
    row = insert(ReceiptCounter).values(body=_compact(body["number"]), year=year, last=0)
    await db.execute(row.on_conflict_do_nothing())
    held = select(ReceiptCounter.last).where(*_counter(body, year))
    return (await db.execute(held.with_for_update())).scalar_one()


def _counter(body: dict[str, Any], year: int) -> tuple[ColumnElement[bool], ...]:
    return ReceiptCounter.body == _compact(body["number"]), ReceiptCounter.year == year


def _compact(number: str) -> str:
    """However it is typed, it is one body's."""
    return "".join(number.split()).upper()


def _receipt(taxpayer: Taxpayer, draft: Draft, number: str, year: int, body: dict[str, Any]) -> Receipt:
    return Receipt(
        member_id=taxpayer.id,
        number=number,
        fiscal_year=year,
        kind=draft.kind,
        article=taxpayer.giver.article,
        issued_on=clock.today(),
        amount=draft.amount,
        currency="EUR",
        state="issued",
        donor_name=taxpayer.name,
        donor_address="\n".join(taxpayer.address),
        donor_siren=taxpayer.giver.siren if taxpayer.giver.is_company else "",
        lines=[_line(gift) for gift in draft.gifts],
        issuer=body,
        by_portal=True,
    )


def _line(gift: Given) -> dict[str, str]:
    return {
        "gift": gift.number,
        "on": gift.on.isoformat(),
        "amount": str(gift.amount),
        "means": gift.means,
        "form": gift.form,
        "nature": gift.nature,
    }
