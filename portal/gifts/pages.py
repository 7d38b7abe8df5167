"""My gifts: by year, with what became of each; and all of them as a file."""

import csv
import io
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n
from portal.gifts import queries
from portal.gifts.rules import MARKS, MEANS, STATES, reason_words
from portal.web.donor import Donor
from portal.web.pagination import PER_PAGE, Pages
from portal.web.templating import page

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@get("/gifts")
async def show_gifts(
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    year: FromQuery[int | None] = None,
    number: FromQuery[int] = 1,
) -> Template:
    totals = await queries.totals(db, donor)
    year = year if year in {total.year for total in totals} else None
    count = sum(total.count for total in totals if year in {None, total.year})
    pages = Pages(number, total=count)
    rows = await queries.listed(db, donor, year, offset=pages.offset, limit=PER_PAGE)
    main = [total for total in totals[::-1] if total.currency == totals[0].currency]
    return page(
        "gifts/gifts",
        gifts=[in_words(row) for row in rows],
        totals=totals,
        bars=[(str(total.year), total.received, i18n.money(total.received, total.currency)) for total in main],
        years=list(dict.fromkeys(total.year for total in totals)),
        year=year,
        pages=pages,
    )


@get("/gifts.csv")
async def download_gifts(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Response[Any]:
    """Semicolons and a byte-order mark: what a spreadsheet in French opens with a double click."""
    rows = await queries.everything(db, donor)
    _ = i18n.gettext
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([_("Date"), _("Amount"), _("Currency"), _("Means of payment"), _("State"), _("Campaign")])
    for row in rows:
        means, state = _(MEANS[row.means]), _(STATES[row.state])
        writer.writerow([row.given_on, row.amount, row.currency, means, state, harmless(row.name or "")])
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="gifts.csv"'},
    )


def in_words(row: Row[*tuple[Any, ...]]) -> dict[str, str]:
    """One line of the list, ready to print: formatting here costs half of formatting in the template."""
    given_on, amount, currency, means, state, reason, campaign = row
    _ = i18n.gettext
    return {
        "day": i18n.day(given_on),
        "amount": i18n.money(amount, currency),
        "means": _(MEANS[means]),
        "state": _(STATES[state]),
        "mark": MARKS.get(state, "wait"),
        "reason": _(reason_words(reason)) if reason else "",
        "campaign": campaign or "",
    }


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


HANDLERS = [show_gifts, download_gifts]
