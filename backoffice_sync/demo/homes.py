"""Postal addresses: flats, hamlets, PO boxes, overseas, abroad, second homes, moves, returned letters."""

from dataclasses import replace
from datetime import date, timedelta

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Address, Member
from backoffice_sync.demo import places
from backoffice_sync.demo.chance import Chance

METROPOLE = places.towns(places.METROPOLE)
OVERSEAS = places.towns(places.OVERSEAS)
CEDEX = places.towns(places.CEDEX)

RETURN_REASONS = {"unknown": 0.62, "defect": 0.2, "unclaimed": 0.12, "refused": 0.06}
ORIGINS = {"Coupon papier": 0.6, "Site internet": 0.25, "Téléphone": 0.1, "Service adresse": 0.05}


def add_addresses(file: CentralFile, household: list[Member], chance: Chance, today: date) -> None:
    """House the members of one household together; each has a row of his or her own."""
    if chance.happens(0.008):
        return
    joined = household[0].joined_on or today
    home = draw_address(chance, household[0], joined)
    homes = [home]
    if chance.happens(0.07):
        moved_on = chance.day_between(joined, today)
        homes = [replace(home, is_main=False), draw_address(chance, household[0], moved_on)]
    if chance.happens(0.02):
        summer = draw_address(chance, household[0], joined)
        homes.append(replace(summer, is_main=False, season_from="06-15", season_to="09-15"))
    if chance.happens(0.03):
        main = next(home for home in homes if home.is_main)
        main.returned_on = chance.day_between(max(main.recorded_on, today - timedelta(days=600)), today)
        main.returned_reason = chance.one_of(RETURN_REASONS)
    for member in household:
        for home in homes:
            file.add(replace(home, member_id=member.id))
        if any(home.returned_on for home in homes):
            member.suspension_code = "PND"


def draw_address(chance: Chance, member: Member, recorded_on: date) -> Address:
    address = Address(member_id=member.id, recorded_on=recorded_on, origin=chance.one_of(ORIGINS))
    if member.kind == "company":
        return _company(address, chance)
    place = chance.one_of({"metropole": 0.935, "overseas": 0.035, "abroad": 0.03})
    if place == "abroad":
        abroad = chance.choice(places.ABROAD)
        address.country, address.house_number, address.street, *_ = abroad
        address.postcode, address.town, address.region = abroad.postcode, abroad.town, abroad.region
        return address
    address.postcode, address.town = chance.choice(METROPOLE if place == "metropole" else OVERSEAS)
    _in_the_street(address, chance)
    return address


def _in_the_street(address: Address, chance: Chance) -> None:
    if chance.happens(0.05):
        address.locality = chance.choice(places.HAMLETS)
        return
    address.house_number = f"{chance.randint(1, 140)}{chance.one_of({'': 0.92, ' bis': 0.06, ' ter': 0.02})}"
    address.street = chance.choice(places.STREETS)
    if chance.happens(0.18):
        address.unit = chance.choice(places.UNITS)
    if chance.happens(0.18):
        address.building = chance.choice(places.BUILDINGS)
    if chance.happens(0.04):
        address.locality = chance.choice(places.HAMLETS)


def _company(address: Address, chance: Chance) -> Address:
    address.house_number = str(chance.randint(1, 140))
    address.street = chance.choice(places.STREETS)
    if chance.happens(0.3):
        address.unit = "Service comptabilité"
    if chance.happens(0.3):
        address.locality = chance.choice(places.BOXES)
        address.postcode, address.town = chance.choice(CEDEX)
    else:
        address.postcode, address.town = chance.choice(METROPOLE)
    return address
