"""The one list of what belongs to a person: what they are given, what they may take along, and what erasure does.

A test asks that every table of the database stands here, and every column of what is given.
"""

from portal.holdings.rules import acts, desks, excluded, giving, person
from portal.holdings.rules.sets import Excluded, Fate, File, RecordSet

HOLDINGS: tuple[RecordSet, ...] = (*person.SETS, *giving.SETS, *desks.SETS, *acts.SETS)
"""What an access answer gives (GDPR art. 15(3))."""
EXCLUDED: tuple[Excluded, ...] = excluded.EXCLUDED
PORTABLE: tuple[RecordSet, ...] = tuple(one for one in HOLDINGS if one.portable)
"""What a portability answer gives, of each set its portable columns (art. 20)."""
BY_NAME = {one.name: one for one in HOLDINGS}

__all__ = ["BY_NAME", "EXCLUDED", "HOLDINGS", "PORTABLE", "Excluded", "Fate", "File", "RecordSet"]
