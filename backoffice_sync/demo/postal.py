"""The address as printed on a receipt: lines 2 to 7 of NF Z10-011, none longer than 38 characters."""

import re
import unicodedata

from babel import Locale

from backoffice_sync.central_rows import Address, Member

NUMBER_AFTER_STREET = {"BE", "CH", "DE"}
POSTCODE_LAST = {"US", "CA"}
COUNTRIES = Locale("fr").territories
LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "ß": "ss"})


def without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(LIGATURES))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def name_line(member: Member) -> str:
    """Line 1: who it is sent to."""
    if member.kind == "company":
        return member.company_name
    return " ".join(filter(None, (member.civility, member.first_name, member.last_name)))


def address_lines(address: Address) -> list[str]:
    """Write the lines below the name: empty ones dropped, the country last and only abroad."""
    street = [address.house_number, address.street]
    if address.country in NUMBER_AFTER_STREET:
        street.reverse()
    lines = [
        address.unit,
        address.building,
        _plain(" ".join(street)),
        _plain(address.locality),
        *_town_lines(address),
        "" if address.country == "FR" else COUNTRIES[address.country].upper(),
    ]
    return [line for line in lines if line]


def _town_lines(address: Address) -> list[str]:
    town = _plain(without_accents(address.town)).upper()
    if address.country == "GB":
        return [town, address.postcode]
    if address.country in POSTCODE_LAST:
        return [f"{town} {address.region} {address.postcode}"]
    return [f"{address.postcode} {town}"]


def _plain(text: str) -> str:
    """Letters, digits and single spaces: all that lines 4 to 6 may hold."""
    return re.sub(r"[\W_]+", " ", text).strip()
