"""What do my gifts cost after tax? Help by year, for people and for companies."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_percent
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, i18n
from portal.settings import Settings
from portal.tax import forms, queries, rates, rules
from portal.web.donor import Donor
from portal.web.forms import Form, read
from portal.web.session import HTTPRequest
from portal.web.templating import page

RATE_OF_AID = 75
"""What the settings say of an association that helps people in difficulty."""
Gifts = list[rules.Gift]
Amounts = Mapping[str, Decimal]


@get("/tax")
async def show_tax(
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
    year: FromQuery[int | None] = None,
) -> Template:
    return await _page(db, donor, settings, Form({}), year)


@post("/tax", status_code=200)
async def work_out_tax(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
) -> Template:
    """Posted, so that nobody's income stands in an address; nothing of what is typed is kept."""
    form = await read(request, forms.FIELDS)
    return await _page(db, donor, settings, form, forms.year(form))


async def _page(db: AsyncSession, donor: Donor, settings: Settings, form: Form, year: int | None) -> Template:
    about = await queries.about(db, donor)
    today = clock.today()
    year = rules.shown_year(filter(rates.is_known, about.years), today) if year is None else year
    years = sorted({one for one in (*about.years, today.year, year) if rates.is_known(one)}, reverse=True)
    if not rates.is_known(year):
        return page("tax/unknown", year=year, years=years)
    amounts = forms.parse(form, forms.OF_A_COMPANY if about.company else forms.OF_A_PERSON)
    scheme = rates.AID if settings.receipt_tax_rate == RATE_OF_AID else rates.GENERAL
    own = await queries.given(db, donor, year, scheme)
    return page(
        "tax/tax",
        200 if form.ok else 422,
        company=about.company,
        year=year,
        years=years,
        first=date(year, 1, 1),
        last=date(year, 12, 31),
        form=form,
        own=rules.total(own),
        percent=percent,
        **(for_company if about.company else for_person)(own, year, amounts),
        with_wealth_tax=settings.receipt_wealth_tax,
    )


def for_person(own: Gifts, year: int, amounts: Amounts) -> dict[str, Any]:
    """The day of what was given elsewhere is not asked: the first one of the year promises least."""
    schemes = {"aid": rates.AID, "other": rates.GENERAL}
    elsewhere = [rules.Gift(date(year, 1, 1), amounts[name], schemes[name]) for name in schemes if name in amounts]
    income_tax = rates.in_year(rates.INCOME_TAX, year)
    return {
        "relief": rules.income_tax([*own, *elsewhere], amounts.get("income")),
        "rates": income_tax,
        "schemes": rates.SCHEMES,
        "ceilings": [row.ceiling for row in income_tax if row.scheme == rates.AID],
        "wealth_reduction": rules.wealth_tax(own),
        "wealth_rates": rates.in_year(rates.WEALTH_TAX, year),
    }


def for_company(own: Gifts, year: int, amounts: Amounts) -> dict[str, Any]:
    rate = rates.in_force(rates.COMPANY_TAX, date(year, 12, 31))
    given = rules.total(own) + amounts.get("other", rules.ZERO)
    turnover = amounts.get("turnover")
    return {
        "relief": rules.company_tax(given, rate, turnover),
        "rate": rate,
        "ceiling": rules.company_ceiling(rate, turnover),
    }


def percent(share: Decimal) -> str:
    """75 % or 75%, 0,5 % or 0.5%"""
    return format_percent(share, locale=i18n.language.get(), decimal_quantization=False)


HANDLERS = [show_tax, work_out_tax]
