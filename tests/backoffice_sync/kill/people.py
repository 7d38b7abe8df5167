"""Donors who change their address and their phone in the portal, and staff who correct addresses, all at once."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from backoffice_sync.mapping import GROUPS
from portal.addresses import actions as addresses
from portal.addresses.queries import mine
from portal.database import Database
from portal.phones import actions as phones
from portal.phones import queries as phone_queries
from portal.phones.rules import Phone
from portal.profile.queries import address_group
from portal.profile.rules import Address
from portal.web.donor import Donor
from portal.web.forms import Outdated, fingerprint
from tests.backoffice_sync.sides import Here

numbers = count(1)


@dataclass
class Person:
    here: Here
    central_id: str
    address_id: str
    homes: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    """What the donor saved, and when they began to."""
    towns: list[tuple[float, str]] = field(default_factory=list)
    """What staff typed, and when that was done."""
    phone: str = ""
    """The one that the donor gave last; staff leave phones alone."""

    async def move(self) -> None:
        begun = time.monotonic()
        home = Address(house_number="1", street=f"rue {next(numbers)}", postcode="69002", town="Lyon")
        try:
            async with self._portal.begin() as db:
                seen = fingerprint(address_group((await mine(db, self._donor)).main))
                await addresses.save_main(db, self._donor, home, seen=seen)
        except Outdated:  # a pull came between, and the page says so
            return
        self.homes.append((begun, home.as_group()))

    async def change_phone(self) -> None:
        phone = Phone(f"+336{next(numbers):08}", "mobile")
        async with self._portal.begin() as db:
            listed = (await phone_queries.phones(db, self._donor)).listed
            await phones.replace(db, self._donor, listed[0] if listed else None, phone)
        self.phone = phone.number

    @property
    def _portal(self) -> Database:
        return self.here.here

    @property
    def _donor(self) -> Donor:
        return self.here.donor

    def check(self, home: dict[str, Any], phones_there: list[dict[str, Any]]) -> None:
        """No edit of the donor's was lost or doubled, for all that the central base holds at the end."""
        if self.phone:
            assert [phone["number"] for phone in phones_there] == [self.phone]
        if self.homes:
            saved, last = self.homes[-1]
            later = [town for typed, town in self.towns if typed >= saved]
            assert home == last or home["town"] in later, f"lost: {last}, there is {home}, typed later: {later}"


Type = Callable[[Person, str], Awaitable[None]]
"""What staff do to put another town into somebody's address."""


async def live(people: list[Person], type_town: Type, seconds: float) -> int:
    """Both sides at work for a while; gives how many edits donors made."""
    until, made = time.monotonic() + seconds, 0
    chance = random.Random(1)

    async def donors() -> None:
        nonlocal made
        while time.monotonic() < until:
            person = chance.choice(people)
            await (person.move() if chance.random() < 0.6 else person.change_phone())
            made += 1
            await asyncio.sleep(0.05)

    async def staff() -> None:
        while time.monotonic() < until:
            person, town = chance.choice(people), f"Ville {next(numbers)}"
            await type_town(person, town)
            person.towns.append((time.monotonic(), town))
            await asyncio.sleep(0.2)

    await asyncio.gather(donors(), staff())
    return made


async def differences(people: list[Person], directory: Any) -> list[str]:
    """Groups that the portal and the central base do not hold alike."""
    found = []
    for person in people:
        for name in sorted(directory.capabilities.reads & set(GROUPS)):
            here, there = await person.here.read(name), await directory.read(person.central_id, name)
            if here != there:
                found.append(f"{name} of {person.central_id}: {here} here, {there} there")
    return found
