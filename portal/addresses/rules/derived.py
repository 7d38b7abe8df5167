"""An address in the forms in which others want it, with what staff should look at: each is read back to find out."""

from dataclasses import dataclass

from portal.addresses.rules.interop import from_interop, to_interop
from portal.addresses.rules.sepa import from_sepa, to_sepa, too_long
from portal.i18n import N_
from portal.profile.rules import FIELDS, Address, place_lines, read_french_lines


@dataclass(frozen=True)
class Derived:
    title: str
    values: dict[str, str]
    remark: str


def derived(address: Address) -> list[Derived]:
    elements = to_sepa(address)
    found = [Derived(N_("As banks write it (ISO 20022)"), elements, _remark_of_banks(address, elements))]
    if address.is_french:
        names = to_interop(address)
        found.append(Derived(N_("By the French names (health interoperability model)"), names, _remark(address, names)))
    return found


def _remark_of_banks(address: Address, elements: dict[str, str]) -> str:
    read = from_sepa(elements)
    if any(getattr(address, name) and not getattr(read, name) for name in FIELDS):
        return N_("Banks take Latin letters only: something is missing here.")
    return N_("A line is longer than banks have room for.") if too_long(elements) else ""


def _remark(address: Address, names: dict[str, str]) -> str:
    if from_interop(names).country != address.country:
        return N_("The postcode does not belong to the country on record.")
    if read_french_lines(place_lines(address)).house_number and not address.house_number:
        return N_("The house number stands in the line of the street.")
    return ""
