"""Receipts in figures, for staff: what was issued and sent, and what the tax office is told of it each year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from operator import itemgetter
from typing import Any

from babel.numbers import format_decimal
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n
from portal.figures import actions, queries, rules
from portal.figures.rules import FinancialYear
from portal.receipts.rules import REASON_WORDS
from portal.settings import Settings
from portal.web import forms, session
from portal.web.errors import BadForm, NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

STAFF = {"for_staff": True}
DECLARERS = ("compliance", "administrator")
DECLARE = STAFF | {"roles": DECLARERS}


@get("/staff/receipts", opt=STAFF)
async def show_figures(db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]) -> Template:
    years = await queries.by_year_of_gifts(db)
    cents = settings.receipt_postage_cents
    return page(
        "figures/receipts",
        years=[(year, rules.postage(year.by_email, cents)) for year in years],
        saved=rules.postage(sum(year.by_email for year in years), cents),
        letter=rules.postage(1, cents),
        wishes=await queries.wishes(db),
        runs=[(run, report(run.figures)) for run in await queries.latest_runs(db)],
        acts=rules.ACTS,
        number=number,
    )


@dataclass(frozen=True)
class Line:
    """One figure of a run in words, and what it is made up of."""

    label: str
    words: str
    parts: Sequence[tuple[str, str]] = ()


def report(figures: Mapping[str, Any]) -> list[Line]:
    """What a run did; a name without words is shown as it is. How long it took, its beginning and end tell."""
    known = [name for name in rules.FIGURES if name in figures]
    return [_line(name, figures[name]) for name in known + sorted(figures.keys() - {*known, "seconds"})]


def _line(name: str, value: Any) -> Line:
    label = _words(rules.FIGURES, name)
    if isinstance(value, Mapping):
        most_first = sorted(value.items(), key=itemgetter(1), reverse=True)
        parts = [(_words(REASON_WORDS, reason), number(count)) for reason, count in most_first]
        return Line(label, number(sum(value.values())), parts)
    return Line(label, i18n.money(Decimal(value)) if name == "amount" else number(value))


def _words(known: Mapping[Any, str], name: str) -> str:
    return i18n.gettext(known.get(name, name))


def number(value: int) -> str:
    """12 500 or 12,500"""
    return str(format_decimal(value, locale=i18n.language.get()))


@get("/staff/declarations", opt=STAFF)
async def show_declarations(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Template:
    years = await queries.years(db, settings.financial_year_end)
    return _declarations("figures/declarations", years=years, may_declare=request.user.role in DECLARERS)


@get("/staff/declarations/{last_day:date}", opt=DECLARE)
async def edit_declaration(
    db: NamedDependency[AsyncSession], settings: NamedDependency[Settings], last_day: FromPath[date]
) -> Template:
    """The figures once more, before they are noted for good."""
    year = await _year(db, settings, str(last_day))
    if year is None:
        raise NotFound
    return _confirmation(year)


@post("/staff/declarations", opt=DECLARE)
async def save_declaration(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Response[Any]:
    form = await forms.read(request, {"last_day", forms.SEEN})
    year = await _year(db, settings, form["last_day"])
    if year is None:
        raise BadForm
    try:
        done = await actions.declare(db, year, actor=request.user.actor, seen=form[forms.SEEN])
    except forms.Outdated:
        return _confirmation(await _year(db, settings, form["last_day"]) or year, outdated=True)
    await session.flash(db, request.user, "receipts-declared" if done else "receipts-declared-before")
    return see("/staff/declarations")


async def _year(db: AsyncSession, settings: Settings, last_day: str) -> FinancialYear | None:
    years = await queries.years(db, settings.financial_year_end)
    return next((year for year in years if str(year.last_day) == last_day), None)


def _confirmation(year: FinancialYear, *, outdated: bool = False) -> Template:
    seen = forms.fingerprint(year.shown)
    status = HTTPStatus.CONFLICT if outdated else HTTPStatus.OK
    return _declarations("figures/declaration", status, year=year, seen=seen, outdated=outdated)


def _declarations(name: str, status: int = HTTPStatus.OK, **context: Any) -> Template:
    return page(
        name,
        status,
        states=rules.STATES,
        marks=rules.MARKS,
        fines=rules.FINES,
        deadline=rules.deadline,
        number=number,
        **context,
    )


HANDLERS = [show_figures, show_declarations, edit_declaration, save_declaration]
