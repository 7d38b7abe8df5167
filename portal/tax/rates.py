"""The dated table of rates and ceilings: a budget law makes new rows, never new code.

All amounts are euros. Read the sources anew each January, then move the last days or add rows. A scheme that lasts
for some months only is a row with its own name and days.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from portal.i18n import N_

START = date(2020, 1, 1)
READ_UP_TO = date(2026, 12, 31)
"""The last day for which the sources were read (November 2026: no budget law for 2027 yet)."""


@dataclass(frozen=True, kw_only=True)
class Dated:
    first_day: date
    last_day: date
    source: str


@dataclass(frozen=True, kw_only=True)
class IncomeRate(Dated):
    """Income tax. What is above the ceiling counts at the general rate of the same day."""

    scheme: str
    box: str
    """Of the income tax return."""
    rate: Decimal
    ceiling: Decimal | None = None
    """Gifts of a calendar year, all such associations together."""
    share_of_income: Decimal | None = None
    """Of the taxable income; what is above counts in one of the five years after."""


@dataclass(frozen=True, kw_only=True)
class WealthRate(Dated):
    rate: Decimal
    most: Decimal
    """The largest reduction of a year."""


@dataclass(frozen=True, kw_only=True)
class CompanyRate(Dated):
    """Gifts count up to the higher of two ceilings; what is above counts in one of the five financial years after."""

    rate: Decimal
    step: Decimal
    rate_above_step: Decimal
    ceiling: Decimal
    share_of_turnover: Decimal


GENERAL, AID = "general", "aid"
SCHEMES = {
    GENERAL: N_("Associations of general interest"),
    AID: N_("Associations that help people in difficulty"),
}
WEALTH_TAX_NATURES = {"cash", "securities"}
"""Of gifts: the wealth tax knows no others."""

INCOME_TAX = (
    IncomeRate(
        scheme=GENERAL, first_day=START, last_day=READ_UP_TO, box="7UF",
        rate=Decimal("0.66"), share_of_income=Decimal("0.20"),
        source="CGI, art. 200, 1 et 1 bis ; service-public.fr, F1132",
    ),
    IncomeRate(
        scheme=AID, first_day=START, last_day=date(2025, 10, 13), box="7UD",
        rate=Decimal("0.75"), ceiling=Decimal(1000),
        source="CGI, art. 200, 1 ter ; loi n° 2020-473 du 25 avril 2020, art. 14 ; loi de finances pour 2025",
    ),
    IncomeRate(
        scheme=AID, first_day=date(2025, 10, 14), last_day=READ_UP_TO, box="7UD",
        rate=Decimal("0.75"), ceiling=Decimal(2000),
        source="CGI, art. 200, 1 ter (LEGIARTI000053543932) ; loi n° 2026-103 du 19 février 2026, art. 28 ; "
        "service-public.fr, F1132",
    ),
)  # fmt: skip
WEALTH_TAX = (
    WealthRate(
        first_day=START, last_day=READ_UP_TO, rate=Decimal("0.75"), most=Decimal(50_000),
        source="CGI, art. 978 ; BOI-PAT-IFI-40-20-20",
    ),
)  # fmt: skip
COMPANY_TAX = (
    CompanyRate(
        first_day=START, last_day=READ_UP_TO, rate=Decimal("0.60"), step=Decimal(2_000_000),
        rate_above_step=Decimal("0.40"), ceiling=Decimal(20_000), share_of_turnover=Decimal("0.005"),
        source="CGI, art. 238 bis ; loi n° 2019-1479 du 28 décembre 2019, art. 134 ; BOI-BIC-RICI-20-30-20",
    ),
)  # fmt: skip

Row = TypeVar("Row", bound=Dated)


def in_year(table: Iterable[Row], year: int) -> list[Row]:
    """The rows in force on some day of this year."""
    return [row for row in table if row.first_day.year <= year <= row.last_day.year]


def in_force(table: Iterable[Row], day: date) -> Row:
    """The row of this day.

    Raises:
        LookupError: for a day of which the table knows nothing.
    """
    for row in table:
        if row.first_day <= day <= row.last_day:
            return row
    raise LookupError(day)


def is_known(year: int) -> bool:
    return START.year <= year <= READ_UP_TO.year
