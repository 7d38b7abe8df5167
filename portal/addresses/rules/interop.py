"""A French address by the names of the French health interoperability model (ANS, MOS), in both directions."""

import re

from portal.addresses.rules.checks import is_box
from portal.profile.rules import Address

NAMES = {
    "pointRemise": "unit",
    "complementPointGeographique": "building",
    "libelleVoie": "street",
    "codePostal": "postcode",
    "localite": "town",
}
ORDER = (
    "pointRemise", "complementPointGeographique", "numeroVoie", "extension", "libelleVoie", "lieuDit",
    "mentionDistribution", "codePostal", "localite",
)  # fmt: skip
NUMBER = re.compile("([0-9]{1,4}) ?(bis|ter|quater|quinquies|[a-z])?", re.IGNORECASE)
OVERSEAS = {
    "97133": "BL", "97150": "MF", "971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT",
    "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip
"""Whose postcodes begin like this; the longer beginnings come first."""


def to_interop(address: Address) -> dict[str, str]:
    """What each name holds. The country is not among them: a French postcode tells it."""
    names = {name: getattr(address, field) for name, field in NAMES.items()}
    names["mentionDistribution" if is_box(address.locality) else "lieuDit"] = address.locality
    number = NUMBER.fullmatch(address.house_number)
    names["numeroVoie"] = number[1] if number else address.house_number
    names["extension"] = (number[2] or "") if number else ""
    return {name: names[name] for name in ORDER if names.get(name)}


def from_interop(names: dict[str, str]) -> Address:
    """The address again: its number with a space before bis or ter, its country by the postcode."""
    values = {field: names.get(name, "") for name, field in NAMES.items()}
    number = " ".join(names[name] for name in ("numeroVoie", "extension") if name in names)
    locality = names.get("mentionDistribution") or names.get("lieuDit", "")
    country = next((code for start, code in OVERSEAS.items() if values["postcode"].startswith(start)), "FR")
    return Address(**values, house_number=number, locality=locality, country=country)
