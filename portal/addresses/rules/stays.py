"""Addresses beside the main one: what each is for, and in which part of every year letters go there.

A season runs from a month-day to a month-day, both included (07-01 to 08-31), and
may pass over New Year. 29 February ends none: a season is the same every year.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal import i18n
from portal.i18n import N_
from portal.profile.rules import FIELDS, Address

PURPOSES = {
    "second_home": N_("Second home"),
    "home": N_("Home address"),
    "work": N_("Work address"),
    "other": N_("Other address"),
}


@dataclass(frozen=True)
class Stay:
    address: Address
    purpose: str = "home"
    season_from: str | None = None
    season_to: str | None = None

    def as_item(self) -> dict[str, Any]:
        """The form in which the sync compares and passes it on."""
        season = {"season_from": self.season_from, "season_to": self.season_to}
        return {**self.address.as_group(), "purpose": self.purpose, **season}


ITEM = (*FIELDS, "purpose", "season_from", "season_to")


def stay(item: dict[str, Any]) -> Stay:
    address = Address(**{name: item[name] for name in FIELDS})
    return Stay(address, item["purpose"], item["season_from"], item["season_to"])


def in_season(one: Stay, month_day: str) -> bool:
    """Is this day of the year, such as 07-14, within the season? Without one, never."""
    if one.season_from is None or one.season_to is None:
        return False
    if one.season_from <= one.season_to:
        return one.season_from <= month_day <= one.season_to
    return month_day >= one.season_from or month_day <= one.season_to


def of_today(others: Sequence[Stay], on: date) -> Stay | None:
    """The address to which letters go on this day in place of the main one."""
    return next((one for one in others if in_season(one, f"{on:%m-%d}")), None)


def words(one: Stay) -> dict[str, str]:
    """What the address is for, and the ends of its season: nothing where it has none."""
    first, last = one.season_from, one.season_to
    season = {"first": i18n.day_of_year(first), "last": i18n.day_of_year(last)} if first and last else {}
    return {"purpose": PURPOSES.get(one.purpose, PURPOSES["other"]), "first": "", "last": "", **season}


def overlap(one: Stay, other: Stay) -> bool:
    """Do the two seasons share a day?"""
    ends = ((one, other.season_from), (other, one.season_from))
    return any(start is not None and in_season(season, start) for season, start in ends)


def month_day(day: str, month: str) -> str | None:
    """07-01 of 1 and 07; None for a day that this month does not have every year."""
    try:
        return date(2001, int(month), int(day)).strftime("%m-%d")
    except ValueError:
        return None
