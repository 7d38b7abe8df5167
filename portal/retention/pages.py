"""How long what is kept, and what would be erased on a day: the same conditions decide here and in the task."""

import csv
from datetime import date
from http import HTTPStatus
from io import StringIO
from typing import Any

from babel.numbers import format_decimal
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, i18n, journal
from portal.i18n import N_
from portal.retention import queries, rules
from portal.retention.rules import Term
from portal.settings import Settings
from portal.spreadsheet import harmless
from portal.web import forms
from portal.web.guards import OFFICERS
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page

READ = {"for_staff": True, "roles": OFFICERS}
PATH = "/staff/retention"
MOST_PAGES = 100_000


@get(PATH, opt=READ)
async def show_retention(
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    day: FromQuery[str] = "",
    number: FromQuery[int] = 1,
) -> Template:
    form, on = _on(day)
    terms = _cutoffs(on, settings)
    offset = (min(max(number, 1), MOST_PAGES) - 1) * PER_PAGE
    quiet, people = await queries.quiet(db, terms[0][1], offset=offset, limit=PER_PAGE)
    pages = Pages(number, total=quiet.due)
    rows = await queries.count_rows(db, terms[1:])
    return page(
        "retention/simulator",
        HTTPStatus.OK if form.ok else HTTPStatus.UNPROCESSABLE_ENTITY,
        form=form,
        on=on,
        terms=[(term, cutoff, rows.get(term.name, quiet.due)) for term, cutoff in terms],
        quiet=quiet,
        kept=rules.kept(quiet),
        erased=await queries.count_erased(db),
        people=people,
        pages=pages,
        runs=await queries.latest_runs(db),
        names={term.name: term.what for term in rules.TERMS},
        years=settings.retention_years,
        years_kept=rules.years_kept,
        is_on=settings.retention_enabled,
        figure=figure,
    )


@get(f"{PATH}.csv", opt=READ)
async def download_due(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    day: FromQuery[str] = "",
) -> Response[str]:
    """The whole list, for whoever checks it before it is switched on."""
    _, on = _on(day)
    _, people = await queries.quiet(db, _cutoffs(on, settings)[0][1])
    await journal.write(db, "retention.listed", actor=request.user.actor, day=str(on), people=len(people))
    text = StringIO()
    rows = csv.writer(text, delimiter=";")
    rows.writerow([i18n.gettext("Donor number"), i18n.gettext("Last contact")])
    rows.writerows([harmless(row.number), row.last_contact] for row in people)
    named = {"Content-Disposition": f'attachment; filename="retention-{on}.csv"'}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=named)


def figure(value: int) -> str:
    """12 500 or 12,500"""
    return str(format_decimal(value, locale=i18n.language.get()))


def _cutoffs(on: date, settings: Settings) -> list[tuple[Term, date]]:
    year_end = settings.financial_year_end
    return [(term, rules.cutoff(term, on, settings.retention_years, year_end)) for term in rules.in_force(on)]


def _on(typed: str) -> tuple[forms.Form, date]:
    """The day that was chosen; today without one."""
    today = clock.today()
    form, found = forms.Form({"day": typed or str(today)}), forms.read_day(typed)
    if typed and found is None:
        form.refuse("day", N_("Type a day such as 31/12/2027."))
    elif found and not rules.START <= found <= rules.LAST:
        form.refuse("day", N_("Choose a day between 2020 and 2100."))
    return form, found if found and form.ok else today


HANDLERS: list[Any] = [show_retention, download_due]
