"""What to do with a field group that was changed here. Pure: values in, a decision out; no clock is ever asked."""

import enum

from backoffice_sync.directory import Value
from backoffice_sync.mapping import Rule


class Decision(enum.Enum):
    AGREED = "both sides hold the same"
    WRITE = "only we changed it"
    WRITE_OVER = "both changed it, ours wins"
    GIVE_WAY = "both changed it, theirs stays"

    @property
    def is_conflict(self) -> bool:
        return self in {Decision.WRITE_OVER, Decision.GIVE_WAY}


def decide(*, base: Value | None, sent: Value | None, ours: Value | None, theirs: Value | None, rule: Rule) -> Decision:
    """Compare what we want with what the central base holds now.

    `base` is what was last read there, `sent` (as `{"value": …}`, for it may be a
    removal) what was last tried: a write whose answer was lost may have arrived,
    and must not look like somebody else's.
    """
    if theirs == ours:
        return Decision.AGREED
    if theirs == base or (sent is not None and theirs == sent["value"]):
        return Decision.WRITE
    return Decision.WRITE_OVER if rule is Rule.DONOR_WINS else Decision.GIVE_WAY
