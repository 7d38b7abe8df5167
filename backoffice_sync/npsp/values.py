"""From an untidy cell to a value, or a reason why not."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from babel import Locale
from email_validator import EmailNotValidError, validate_email

# numeric(12,2) of the reference schema
LARGEST = Decimal("9999999999.99")
A_LEAP_YEAR = 2000

# names which the library's English list does not have: former ones, and Salesforce's own
OTHER_COUNTRY_NAMES = {
    "czech republic": "CZ",
    "ivory coast": "CI",
    "macedonia": "MK",
    "myanmar": "MM",
    "palestinian territory": "PS",
    "swaziland": "SZ",
    "turkey": "TR",
    "united states of america": "US",
    "usa": "US",
    "uk": "GB",
}


class BadValueError(Exception):
    """The message is the reason for the report."""


def _plain(name: str) -> str:
    return name.casefold().replace("saint ", "st. ").replace(" and ", " & ").replace("\u2019", "'")


COUNTRIES: dict[str, str] = {
    _plain(name): code for code, name in Locale("en").territories.items() if re.fullmatch(r"[A-Z]{2}", code)
} | OTHER_COUNTRY_NAMES


def country_code(name: str) -> str:
    try:
        return COUNTRIES[_plain(name)]
    except KeyError:
        raise BadValueError(f"country {name!r} is unknown") from None


def amount(text: str) -> Decimal:
    """Read an amount of money above zero, exact to the cent."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise BadValueError(f"amount {text!r} is not a number" if text else "no amount") from None
    if value.is_nan():
        raise BadValueError(f"amount {text!r} is not a number")
    if not 0 < value <= LARGEST:
        raise BadValueError(f"amount {text} is not above zero" if value <= 0 else f"amount {text} is too large")
    if value != round(value, 2):
        raise BadValueError(f"amount {text} has fractions of a cent")
    return round(value, 2)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadValueError(f"date {text!r} cannot be read" if text else "no date") from None


def month_day(month: str, day_of_month: str) -> str | None:
    """Read one end of a season; None when both cells are empty."""
    if not month and not day_of_month:
        return None
    try:
        return f"{date(A_LEAP_YEAR, int(month), int(day_of_month)):%m-%d}"
    except ValueError:
        raise BadValueError(f"season {month!r}, {day_of_month!r} is not a day of the year") from None


def email(text: str) -> str:
    """Check the syntax only: whether the domain answers is not asked."""
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise BadValueError(f"e-mail {text!r}: {error}") from None


def within(text: str, limit: int, what: str) -> str:
    """Refuse a text that the base would have to cut."""
    if len(text) > limit:
        raise BadValueError(f"{what} has {len(text)} characters, {limit} at most")
    return text
