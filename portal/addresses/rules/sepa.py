"""An address as ISO 20022 wants it, in both directions: PostalAddress24 of pain.001.001.09 and pain.008.001.08.

All banks take the Latin letters without accents (EPC 217-08), and not all of them more.
"""

import re

from portal.addresses.rules.checks import is_box
from portal.i18n import fold
from portal.profile.rules import Address

NAMES = {
    "Room": "unit",
    "BldgNm": "building",
    "BldgNb": "house_number",
    "StrtNm": "street",
    "PstCd": "postcode",
    "TwnNm": "town",
    "CtrySubDvsn": "region",
    "Ctry": "country",
}
LONGEST = {
    "Room": 70, "BldgNm": 35, "BldgNb": 16, "StrtNm": 70, "PstBx": 16, "TwnLctnNm": 35, "PstCd": 16, "TwnNm": 35,
    "CtrySubDvsn": 35, "Ctry": 2,
}  # fmt: skip


def to_sepa(address: Address) -> dict[str, str]:
    """The elements that hold something; the locality is a box at the post office or a place."""
    elements = {name: latin(getattr(address, field)) for name, field in NAMES.items()}
    locality = latin(address.locality)
    elements["PstBx" if is_box(locality) else "TwnLctnNm"] = locality
    return {name: elements[name] for name in LONGEST if elements.get(name)}


def from_sepa(elements: dict[str, str]) -> Address:
    """The address, in capitals without accents; nothing that such an address holds is lost on the way."""
    values = {field: elements.get(name, "") for name, field in NAMES.items()}
    return Address(**values, locality=elements.get("PstBx") or elements.get("TwnLctnNm", ""))


def too_long(elements: dict[str, str]) -> list[str]:
    """The elements for which a bank has less room; nothing is ever cut."""
    return [name for name, value in elements.items() if len(value) > LONGEST[name]]


def latin(text: str) -> str:
    """Capitals of the character set that all banks take."""
    return " ".join(re.sub(r"[^A-Z0-9/?:().,'+ -]", " ", fold(text.replace("’", "'")).upper()).split())
