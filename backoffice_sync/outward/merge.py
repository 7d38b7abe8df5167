"""What to do with a field group that was changed here. Pure: values in, a decision out; no clock is ever asked."""

import enum
from collections.abc import Sequence

from backoffice_sync.directory import Value
from backoffice_sync.mapping import Group, Rule
from portal.items import in_order

Sent = dict[str, Value | None]
"""`{"value": …}` of what was last tried, for it may have been a removal."""


class Decision(enum.Enum):
    AGREED = "both sides hold the same"
    WRITE = "only we changed it"
    WRITE_OVER = "both changed it, ours wins"
    GIVE_WAY = "both changed it, theirs stays"

    @property
    def is_conflict(self) -> bool:
        return self in {Decision.WRITE_OVER, Decision.GIVE_WAY}


def merged(
    group: Group,
    *,
    base: Value | None,
    ours: Value | None,
    theirs: Value | None,
    sent: Sent | None = None,
    since: Sequence[Value | None] = (),
) -> Value | None:
    """What the central base is to hold.

    Where ours is again what it was, taken back before it was passed on, that is
    theirs. Of a list it is theirs in all but the elements that we added or took
    away: whatever both sides did holds, and an objection that only one side knows
    of is never lost. `since` are the values that ours had after the base; once
    something was sent, any of them may have arrived. An objection that was taken back
    and made again since then is made, whatever was done there.
    """
    if group.rule is not Rule.EACH_ITEM:
        taken_back = ours == base and (sent is None or theirs != sent["value"])
        return theirs if taken_back else ours
    [name] = group.fields
    wanted, there = ((value or {}).get(name, []) for value in (ours, theirs))
    been = [(value or {}).get(name, []) for value in (base, *since)]
    before = been if sent is not None else been[:1]
    kept = [element for element in there if element in wanted or not any(element in value for value in before)]
    said = been if group.restricts else before
    added = [element for element in wanted if not all(element in value for value in said)]
    return {name: in_order([*kept, *added])}


def decide(*, base: Value | None, sent: Sent | None, ours: Value | None, theirs: Value | None, rule: Rule) -> Decision:
    """Compare what we want with what the central base holds now.

    `base` is what was last read there, `sent` what was last tried: a write whose
    answer was lost may have arrived, and must not look like somebody else's.
    `ours` is what `merged` gave.
    """
    if theirs == ours:
        return Decision.AGREED
    if rule is Rule.EACH_ITEM or theirs == base or (sent is not None and theirs == sent["value"]):
        return Decision.WRITE
    return Decision.WRITE_OVER if rule is Rule.DONOR_WINS else Decision.GIVE_WAY
