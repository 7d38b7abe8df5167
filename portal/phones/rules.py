"""Phone numbers: read as they are dialled in the donor's country, kept as E.164, shown as that country writes them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from portal import items
from portal.i18n import N_
from portal.profile.rules import FRENCH

MOST = 6
KINDS = {"mobile": N_("Mobile"), "home": N_("At home"), "work": N_("At work")}
HOME_COUNTRY = "FR"
"""Where numbers are dialled whose owner has no postal address with us."""


@dataclass(frozen=True)
class Phone:
    """A number as the central base spells it."""

    number: str
    kind: str
    held: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Phones:
    listed: list[Phone]
    country: str
    """Where they are dialled: that of the main postal address."""


def read(typed: str, country: str) -> PhoneNumber | None:
    """The number, or None when nobody can be called with it.

    In France the numbers of the overseas departments, which have country codes of their own, are dialled alike.
    """
    overseas = sorted(FRENCH - {country}) if country in FRENCH else []
    for region in (country, *overseas):
        try:
            found = phonenumbers.parse(typed, region)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(found):
            return found
    return None


def spelled(number: PhoneNumber) -> str:
    """As it is kept: E.164, such as +33612345678."""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def shown(stored: str, country: str) -> str:
    """As it is written in the donor's country, and abroad with the country code; what is no number stays as it is."""
    number = read(stored, country)
    if number is None:
        return stored
    at_home = number.country_code == phonenumbers.country_code_for_region(country)
    return phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    )


def example(country: str) -> str:
    """A number as it is written there."""
    number = phonenumbers.example_number_for_type(country, PhoneNumberType.FIXED_LINE)
    return shown(spelled(number), country) if number else "+33 1 23 45 67 89"


def are_same(one: str, other: str, country: str) -> bool:
    """However they are spelled."""
    numbers = read(one, country), read(other, country)
    return one == other or (None not in numbers and numbers[0] == numbers[1])


def value(phones: Iterable[Phone]) -> dict[str, Any]:
    """The group `phones` of the data dictionary."""
    return items.group(phones, ("number", "kind"))
