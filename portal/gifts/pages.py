"""My gifts: the list, one gift and its receipt, regular gifts with their calendar, a statement and a file."""

import csv
import io
from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, i18n
from portal.gifts import advice, forms, queries, rules
from portal.gifts.rules import MARKS, MEANS, STATES, reason_words
from portal.issuing import queries as issuing
from portal.mandates.rules import RHYTHMS, coming_debits
from portal.members.rules import addressee
from portal.profile.queries import member_of
from portal.receipts.rules import settle
from portal.settings import Settings
from portal.spreadsheet import harmless
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.forms import Form
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page

MOST_BARS = 12
"""As many years as can be named under the picture on a telephone; the table beside it has all."""
ALL_TIME = rules.Choice().period
Line = Row[*tuple[Any, ...]]


@get("/gifts")
async def show_gifts(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    number: FromQuery[int] = 1,
) -> Template:
    choice = forms.read_choice(request.query_params)
    overview = await queries.overview(db, donor, choice)
    pages = Pages(number, total=overview.count)
    rows = await queries.listed(db, donor, choice, offset=pages.offset, limit=PER_PAGE)
    totals = overview.totals
    main = [total for total in totals if total.currency == totals[0].currency][:MOST_BARS]
    return page(
        "gifts/gifts",
        gifts=[in_words(row) for row in rows],
        overview=overview,
        bars=[(str(total.year), total.received, i18n.money(total.received, total.currency)) for total in main[::-1]],
        years=list(dict.fromkeys(total.year for total in totals)),
        choice=choice,
        picks=picks(overview, choice),
        pages=pages,
    )


def picks(overview: queries.Overview, choice: rules.Choice) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """What the list can be narrowed to, with what is chosen: only what this donor has, where there are several."""
    _ = i18n.gettext
    options = {
        "means": (choice.means, [(key, _(words)) for key, words in MEANS.items() if key in overview.means]),
        "campaign": (choice.campaign, sorted(overview.campaigns, key=lambda campaign: i18n.fold(campaign[1]))),
        "state": (choice.state, [(key, _(words)) for key, words in STATES.items() if key in overview.states]),
    }
    return {name: pick for name, pick in options.items() if len(pick[1]) > 1}


@get("/gifts/{gift_id:uuid}")
async def show_gift(
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
    gift_id: FromPath[UUID],
) -> Template:
    gift = await queries.one(db, donor, gift_id)
    if gift is None:
        raise NotFound
    return page(
        "gifts/gift",
        gift=gift,
        words=in_words(gift),
        natures=rules.NATURES,
        forms=rules.FORMS,
        why=None if gift.receipt else await _why_no_receipt(db, donor, settings, gift),
    )


async def _why_no_receipt(
    db: AsyncSession, donor: Donor, settings: Settings, gift: Line
) -> tuple[advice.Advice, dict[str, object]] | None:
    """By the rules that issue receipts: they look at the whole year, whose gifts may stand together on one.

    None for a record that is closed: staff may look at it, and nobody gets receipts for it any more.
    """
    year, today = gift.given_on.year, clock.today()
    gifts = (await issuing.gifts_without_receipt(db, [donor.id], year))[donor.id]
    given = next((one for one in gifts if one.number == gift.central_id), None)
    giver = next((one.giver for one in await issuing.taxpayers(db, year, only=donor.id)), None)
    if given is None or giver is None:
        return None
    _, reasons = settle(giver, gifts, year=year, today=today, threshold=settings.receipt_threshold)
    values: dict[str, object] = {
        "year": year,
        "next_year": year + 1,
        "sum": i18n.money(Decimal(settings.receipt_threshold)),
        "day": i18n.day(advice.receipt_due(giver, given)),
    }
    return advice.advise(reasons[given.number], giver, given, today), values


@get("/gifts/regular")
async def show_regular_gifts(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    today = clock.today()
    debits = await queries.debits(db, donor, rules.whole_year(today.year))
    running = [
        {
            "mandate": mandate,
            "rhythm": RHYTHMS[mandate.rhythm][1],
            "made": [in_words(row) for row in debits if row.mandate_id == mandate.id],
            "coming": coming_debits(mandate.next_debit_on, mandate.rhythm, today),
        }
        for mandate in await queries.running(db, donor)
    ]
    return page("gifts/regular", running=running, year=today.year)


@get("/gifts/statement")
async def show_statement(
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    first: FromQuery[str | None] = None,
    last: FromQuery[str | None] = None,
) -> Template:
    """To print; of this year, until another period is asked for."""
    today = clock.today()
    form = forms.typed_period(first, last)
    if not form.typed:
        form = forms.period_form(rules.this_year(today))
    return await _statement(db, donor, form, forms.parse_period(form, today))


async def _statement(db: AsyncSession, donor: Donor, form: Form, period: rules.Period | None) -> Template:
    rows = await queries.given(db, donor, period) if period else []
    member = await member_of(db, donor)
    return page(
        "gifts/statement",
        200 if period else 422,
        form=form,
        period=period,
        usual=rules.usual_periods(clock.today()),
        addressee=addressee(member),
        member_number=member.number,
        gifts=[in_words(row) for row in reversed(rows)],
        totals=received(rows),
    )


def received(rows: queries.Rows) -> dict[str, Decimal]:
    """What arrived, by currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.state == "received":
            sums[row.currency] += row.amount
    return sums


@get("/gifts.csv")
async def download_gifts(
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    first: FromQuery[str | None] = None,
    last: FromQuery[str | None] = None,
) -> Response[Any]:
    """Of a period, else of all time. Semicolons and a byte-order mark: what a spreadsheet in French opens at once."""
    form = forms.typed_period(first, last)
    period = forms.parse_period(form, clock.today()) if form.typed else ALL_TIME
    if period is None:
        return await _statement(db, donor, form, None)
    _ = i18n.gettext
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    head = [_("Date"), _("Amount"), _("Currency"), _("Means of payment"), _("State"), _("Campaign"), _("Receipt")]
    writer.writerow(head)
    for row in await queries.given(db, donor, period):
        words = [_(MEANS[row.means]), _(STATES[row.state]), harmless(row.campaign or ""), harmless(row.receipt or "")]
        writer.writerow([row.given_on, row.amount, row.currency, *words])
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="gifts.csv"'},
    )


def in_words(row: Line) -> dict[str, str]:
    """One line of a list, ready to print: formatting here costs half of formatting in the template."""
    number, given_on, amount, currency, means, state, reason, campaign, receipt_id, receipt, *_rest = row
    _ = i18n.gettext
    return {
        "id": number,
        "day": i18n.day(given_on),
        "amount": i18n.money(amount, currency),
        "means": _(MEANS[means]),
        "state": _(STATES[state]),
        "mark": MARKS.get(state, "wait"),
        "reason": _(reason_words(reason)) if reason else "",
        "campaign": campaign or "",
        "receipt_id": receipt_id or "",
        "receipt": receipt or "",
    }


HANDLERS = [show_gifts, show_gift, show_regular_gifts, show_statement, download_gifts]
