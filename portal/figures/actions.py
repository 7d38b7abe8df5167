"""Noting that the receipts of a financial year are declared, with the figures that the tax office was given."""

from sqlalchemy import literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, journal
from portal.figures.queries import counted, counted_total, given
from portal.figures.rules import FinancialYear
from portal.receipts.models import ReceiptDeclaration
from portal.web.forms import Outdated, fingerprint


async def declare(db: AsyncSession, year: FinancialYear, *, actor: str, seen: str) -> bool:
    """Freeze the figures of a year for good; False when somebody has done so already.

    One statement counts, compares with what was shown and stores: nothing can change in between.

    Raises:
        Outdated: the figures are not those that were shown, or there is nothing to declare; nothing was stored.
    """
    if year.declaration:
        return False
    if fingerprint(year.shown) != seen or not year.can_be_declared(clock.today()):
        raise Outdated
    figures = (
        select(literal(year.last_day), literal(year.first_day), counted, counted_total, literal(actor))
        .where(given.given_on.between(year.first_day, year.last_day), given.currency == "EUR")
        .having(counted == year.euros.count, counted_total == year.euros.total)
    )
    row = insert(ReceiptDeclaration).from_select(["last_day", "first_day", "count", "total", "declared_by"], figures)
    stored = row.on_conflict_do_nothing().returning(ReceiptDeclaration.last_day)
    if await db.scalar(stored) is None:
        if await db.get(ReceiptDeclaration, year.last_day):
            return False
        raise Outdated
    await journal.write(db, "receipt.declaration.made", actor=actor, member_id=None, **year.shown)
    return True
