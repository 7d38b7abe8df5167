"""Receipts counted for staff: the database adds up, whatever their number."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import Date, DateTime, Numeric, Row, String, cast, func, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from portal.figures.rules import Declaration, FinancialYear, Tally, financial_years
from portal.receipts.models import Receipt, ReceiptDeclaration, ReceiptRun, ReceiptWish
from portal.staff.models import StaffAccount

LATEST_RUNS = 6
receipt, wish, run = Receipt.__table__.c, ReceiptWish.__table__.c, ReceiptRun.__table__.c
declaration, staff = ReceiptDeclaration.__table__.c, StaffAccount.__table__.c

issued = func.count().filter(receipt.state == "issued")
cancelled = func.count().filter(receipt.state == "cancelled")
total = func.coalesce(func.sum(receipt.amount).filter(receipt.state == "issued"), Decimal(0))

BY_YEAR_OF_GIFTS = (
    select(
        receipt.fiscal_year,
        receipt.currency,
        issued.label("issued"),
        cancelled.label("cancelled"),
        total.label("total"),
        issued.filter(receipt.handed_by == "email").label("by_email"),
        issued.filter(receipt.handed_by == "post").label("by_post"),
        issued.filter(receipt.handed_by == "").label("unsent"),
    )
    .group_by(receipt.fiscal_year, receipt.currency)
    .order_by(receipt.fiscal_year.desc(), receipt.currency != "EUR", receipt.currency)
)

line = (
    func.jsonb_array_elements(receipt.lines)
    .table_valued("value", with_ordinality="place", joins_implicitly=True)
    .render_derived()
)
# What the law counts: gifts received in the year, on the day of each; and a receipt once, on the day of its last gift.
ON_RECEIPTS = (
    select(
        cast(line.c.value.op("->>")("on"), Date).label("given_on"),
        cast(line.c.value.op("->>")("amount"), Numeric).label("amount"),
        receipt.currency,
        receipt.state,
        (line.c.place == func.jsonb_array_length(receipt.lines)).label("is_last"),
    )
    .select_from(Receipt.__table__.join(line, true()))
    .subquery()
)
given = ON_RECEIPTS.c
counted = func.count().filter(given.state == "issued", given.is_last)
counted_total = func.coalesce(func.sum(given.amount).filter(given.state == "issued"), Decimal(0))
month = cast(func.date_trunc("month", cast(given.given_on, DateTime)), Date).label("month")
BY_MONTH = select(
    month, given.currency, counted, counted_total, func.count().filter(given.state == "cancelled", given.is_last)
).group_by("month", given.currency)
DECLARED = select(
    declaration.first_day,
    declaration.last_day,
    declaration["count"],
    declaration.total,
    declaration.declared_at,
    func.coalesce(staff.name, ""),
).outerjoin(StaffAccount, literal("staff:") + cast(staff.id, String) == declaration.declared_by)
WISHES = select(
    func.count().filter(wish.receipt_rhythm != "none", wish.receipt_by == "email").label("email"),
    func.count().filter(wish.receipt_rhythm != "none", wish.receipt_by == "post").label("post"),
    func.count().filter(wish.receipt_rhythm == "none").label("none"),
)
RUNS = (
    select(run.act, run.year, run.started_at, run.ended_at, run.figures)
    .order_by(run.started_at.desc())
    .limit(LATEST_RUNS)
)


async def by_year_of_gifts(db: AsyncSession) -> Sequence[Row]:  # type: ignore[type-arg]
    """By year and currency, newest first. The cancelled ones are in their own number only."""
    return (await db.execute(BY_YEAR_OF_GIFTS)).all()


async def wishes(db: AsyncSession) -> Row:  # type: ignore[type-arg]
    """How many members wish to have their receipts by e-mail, by post, not at all."""
    return (await db.execute(WISHES)).one()


async def latest_runs(db: AsyncSession) -> Sequence[Row]:  # type: ignore[type-arg]
    return (await db.execute(RUNS)).all()


async def years(db: AsyncSession, year_end: str) -> list[FinancialYear]:
    """The financial years with a receipt or a declaration, newest first."""
    months = [(month, currency, Tally(*rest)) for month, currency, *rest in await db.execute(BY_MONTH)]
    declarations = [Declaration(*row) for row in await db.execute(DECLARED)]
    return financial_years(months, declarations, year_end)
