"""French and English: the catalogue, the current language, and how values are written in it.

English texts are the keys; `locale/fr/LC_MESSAGES/portal.po` holds the French.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency

from portal import clock

LANGUAGES = ("fr", "en")
DEFAULT = "fr"
LOCALE_FOLDER = Path(__file__).parent / "locale"

NO_COUNTRIES = {"CP", "DG", "EA", "EU", "EZ", "IC", "QO", "UN", "XA", "XB", "ZZ"}
"""Codes of the language data to which no letter can be addressed."""

COUNTRIES = frozenset(
    code for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", str(code)) and code not in NO_COUNTRIES
)

language: ContextVar[str] = ContextVar("language", default=DEFAULT)


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """In the block all texts, days and sums are in this language."""
    token = language.set(chosen)
    try:
        yield
    finally:
        language.reset(token)


def N_(message: str) -> str:  # noqa: N802 - gettext's usual name
    """Mark a text for the catalogue where it is written; it is translated where it is shown."""
    return message


@cache
def translations(code: str) -> NullTranslations:
    path = LOCALE_FOLDER / code / "LC_MESSAGES" / "portal.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def gettext(message: str) -> str:
    if not message:
        return ""  # gettext would answer with the head of the catalogue
    return translations(language.get()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    return translations(language.get()).ngettext(singular, plural, number)


def choose(wanted: str | None, accepted: str = "") -> str:
    """The language to answer in: the one chosen before, else the browser's first that we speak."""
    if wanted in LANGUAGES:
        return wanted
    for item in accepted.split(","):
        code = item.split(";")[0].strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return DEFAULT


def money(amount: Decimal, currency: str = "EUR") -> str:
    """50,00 € or €50.00"""
    return _money(amount, currency, language.get())


def day(value: date | datetime | None) -> str:
    """12 mars 2026, 1er mars 2026; a moment is shown by its day in Paris; nothing for no date."""
    if value is None:
        return ""
    return _day(clock.paris(value).date() if isinstance(value, datetime) else value, language.get())


def day_of_year(month_day: str) -> str:
    """1 July, 1er juillet: a day of every year, written 07-01; as it is where no year has such a day."""
    try:
        return _day(date.fromisoformat(f"2000-{month_day}"), language.get(), "d MMMM")
    except ValueError:
        return month_day


def months() -> list[tuple[str, str]]:
    """Numbers and names: 07 and July."""
    names = Locale(language.get()).months["stand-alone"]["wide"]
    return [(f"{number:02}", name) for number, name in names.items()]


def moment(value: datetime) -> str:
    """12 mars 2026, 14:05 (Paris)"""
    return f"{day(value)}, {clock.paris(value):%H:%M}"


def countries() -> list[tuple[str, str]]:
    """Codes and names of all countries, in the order of the current language's names."""
    return _countries(language.get())


@lru_cache(maxsize=50_000)
def _money(amount: Decimal, currency: str, code: str) -> str:
    return format_currency(amount, currency, locale=code)


@lru_cache(maxsize=20_000)
def _day(value: date, code: str, pattern: str = "d MMMM y") -> str:
    text = format_date(value, pattern, locale=code)
    return "1er" + text[1:] if code == "fr" and value.day == 1 else text


@cache
def _countries(code: str) -> list[tuple[str, str]]:
    names: dict[str, str] = dict(Locale(code).territories.items())
    found = [(key, name) for key, name in names.items() if key in COUNTRIES]
    return sorted(found, key=lambda item: fold(item[1]))


LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""Letters that are no letter with an accent."""


def fold(text: str) -> str:
    """Lower case without accents: what names are sorted and searched by."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(LIGATURES))
    return "".join(character for character in plain if not unicodedata.combining(character))
