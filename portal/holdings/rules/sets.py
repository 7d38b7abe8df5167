"""What is said of each set of records that belongs to a person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from portal.i18n import N_


class Fate(StrEnum):
    """What becomes of a record when the person is erased."""

    DELETE = "delete"
    PSEUDONYMISE = "pseudonymise"
    KEEP = "keep"


@dataclass(frozen=True)
class File:
    """A column that holds a file, of the set's own table or of another one whose `key` names the record.

    What is sealed is sealed for the purpose of that name.
    """

    column: str
    sealed: str = ""
    table: str = ""
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordSet:
    """A table as the person it is about reads it; every column is either given or left out for a reason."""

    name: str
    table: str
    title: str
    purpose: str
    source: str
    recipients: str
    retention: str
    columns: Mapping[str, str]
    """Names with their words; what has no words stands in the files for machines only."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Names with the reason, for whoever reads this file."""
    owner: str = "member_id"
    """The column that says whose it is: a member's number, or with `by_mailbox` an address that the member reads."""
    also_owner: str = ""
    """A second such column, of what is about two people."""
    by_mailbox: bool = False
    key: str = "id"
    """The column that tells the person's records of this set apart."""
    order: str = ""
    """The column by which they are read, where that is not the key."""
    lookups: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Columns that hold the number of a row elsewhere: in its stead stands that row's text (table, column)."""
    actors: tuple[str, ...] = ()
    """Columns that name who did it: said is whether it was the member or staff, not which of the staff."""
    file: File | None = None
    portable: tuple[str, ...] = ()
    """Columns that the person gave, under consent or a contract (GDPR art. 20(1)); none of a set that is not."""
    fate: Fate = Fate.DELETE
    law: str = ""
    """Why it is kept or pseudonymised where it is not deleted."""


@dataclass(frozen=True)
class Excluded:
    """A table of which the person is given nothing, and why."""

    table: str
    reason: str
    fate: Fate = Fate.KEEP
    law: str = ""


FROM_YOU = N_("You, here or by telling our team")
FROM_TEAM = N_("Our team and our central records")
FROM_HERE = N_("This space, while it is used")
TEAM = N_("Those of our team who look after donors")
TEAM_AND_BANK = N_("Those of our team who look after donors, and our bank")
TEAM_AND_TAX = N_("Those of our team who look after donors, and the tax office if it asks")
WHILE_YOU_SUPPORT = N_("As long as you support us, and then for as long as our retention rules say")
ACCOUNTS = N_("Ten years after the end of the financial year (French commercial code, article L123-22)")
TAX = N_("Six years (French tax procedure code, article L102 E)")
PROOF = N_("As long as we may have to prove it")

NUMBER = "its number in our tables says nothing about you"
OWN = "your own number in our tables: the answer as a whole is about you"
MIRROR = "a mark of the exchange with our central records"
OPENS = "a secret that opens your space, or a part of one"
SEAL = "a checksum, computed from the rest"
