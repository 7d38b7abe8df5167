"""What keeps somebody from signing in, in plain words, and what must be proved before an address is attached."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, groupby
from typing import Any
from uuid import UUID

from portal.emails.rules import Email
from portal.i18n import N_, fold
from portal.members.rules import Named

LIFE = timedelta(hours=24)
"""Of the link to a vouched address (NIST SP 800-63B: a mailed secret that confirms an address, a day at most)."""
FROZEN = timedelta(days=30)
"""How long no account number is changed after staff attached an address: what was proved was proved to a person."""
MOST_TRIES = 5
LONGEST_NOTE = 500
SHORTEST_NOTE = 10

PROOFS = {
    "call-back": (
        N_("I called the person on a phone number of the record"),
        N_("Not on the number they called from."),
    ),
    "questions": (
        N_("They knew at least two things that only the member knows"),
        N_("Such as the last gift with its month, the last digits of the account, a former address."),
    ),
    "letter": (
        N_("They wrote to us by post, with their address and signature"),
        N_("Both agree with what we have on record."),
    ),
    "visit": (
        N_("They came to see us"),
        N_("Look at a document if you have reason to doubt, and make no copy of it."),
    ),
}
"""How somebody showed who they are, with one plain sentence each."""

PROBLEMS = {
    "closed": N_("This record is closed in the central records, so nobody signs in with it. Look for its successor."),
    "deceased": N_(
        "This member is noted as deceased, so nobody signs in. A mistake is put right in the central records."
    ),
    "no-email": N_("No e-mail address is on this record, so no mail can let them in."),
    "dead-email": N_("Mails to every address of this record come back, so no mail can let them in."),
    "some-dead": N_("Mails to one of the addresses come back. Ask which one they type."),
    "complained": N_("Their mail program called a mail of ours unwanted. Ask them to look among the unwanted mails."),
    "same-name": N_(
        "Another record has the same address and name: probably one person twice, and one space looks empty."
    ),
    "shared": N_("Others have the same address. That is fine: after signing in they choose whose space they open."),
    "other-way": N_("Another way in is set up besides mail: a passkey, or another service."),
}
NOTHING = N_(
    "Nothing is wrong here that we can see. Let them type the address exactly as it stands below, look among the "
    "unwanted mails, and use the newest mail only: each works once, for a few minutes."
)


@dataclass(frozen=True)
class Neighbour:
    """Another open record with one of the member's addresses."""

    id: UUID
    number: str
    name: str
    is_alike: bool
    """By its name: the same person, probably."""


@dataclass(frozen=True)
class Standing:
    """How a member can come in at present."""

    closed: bool
    deceased_on: date | None
    emails: Sequence[Email]
    neighbours: Sequence[Neighbour] = ()
    has_another_way: bool = False

    @property
    def is_open(self) -> bool:
        return not self.closed and self.deceased_on is None


@dataclass(frozen=True)
class Wanted:
    """The address, what it is to be, and how the member proved who they are."""

    address: str
    use: str
    proof: str
    note: str


def problems(standing: Standing) -> list[str]:
    """Keys of `PROBLEMS`, the gravest first; of a record with which nobody signs in, why, and nothing more."""
    if not standing.is_open:
        return ["closed" if standing.closed else "deceased"]
    dead = [email for email in standing.emails if email.bounced_on]
    alike = any(one.is_alike for one in standing.neighbours)
    found = {
        "no-email": not standing.emails,
        "dead-email": bool(dead) and len(dead) == len(standing.emails),
        "some-dead": 0 < len(dead) < len(standing.emails),
        "complained": any(email.complained_on for email in standing.emails),
        "same-name": alike,
        "shared": any(not one.is_alike for one in standing.neighbours),
        "other-way": standing.has_another_way,
    }
    return [name for name, holds in found.items() if holds]


def is_alike(one: Named, other: Named) -> bool:
    """Is this the same name, accents and capitals apart, an initial taken for the first name?"""
    if one.kind != other.kind:
        return False
    if one.kind == "company":
        return fold(one.company_name) == fold(other.company_name)
    first, second = _first(one), _first(other)
    shorter, longer = sorted((first, second), key=len)
    same_first = longer.startswith(shorter) if len(shorter) == 1 else first == second
    return fold(one.last_name) == fold(other.last_name) and same_first


def _first(member: Named) -> str:
    return fold(member.first_name).rstrip(".")


def words_of(address: str) -> str:
    """What to search for when nobody has an address: marie.dupont75@… is probably called Marie Dupont."""
    return " ".join(re.findall(r"[^\W\d_]{2,}", address.partition("@")[0]))


def frozen_until(confirmed_on: date) -> date:
    return confirmed_on + FROZEN


@dataclass(frozen=True)
class Household:
    """The members who share an address."""

    address: str
    people: Sequence[tuple[Any, str]]
    is_alike: bool
    """Two of them have the same name."""


def by_address(rows: Sequence[tuple[Any, str]]) -> list[Household]:
    """Rows with their names, in the order of their addresses."""
    found = []
    for address, group in groupby(rows, key=lambda pair: pair[0].address):
        people = list(group)
        alike = any(is_alike(one, other) for (one, _), (other, _) in combinations(people, 2))
        found.append(Household(address, people, alike))
    return found
