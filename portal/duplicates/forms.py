"""The decision on a pair: two people, or one whose records are to be merged into the one that is kept."""

from dataclasses import dataclass

from portal.duplicates.rules import LONGEST_REASON
from portal.i18n import N_
from portal.web.errors import BadForm
from portal.web.forms import Form

FIELDS = {"decision", "reason"}


@dataclass(frozen=True)
class Decision:
    """`kept`: which of the two is to stay, 0 or 1; None when they are different people."""

    kept: int | None
    reason: str


def parse(form: Form) -> Decision:
    """The value, and in `form.errors` what is wrong with it.

    Raises:
        BadForm: for a decision that the form does not offer.
    """
    offered = {"": None, "different": None, "keep-0": 0, "keep-1": 1}
    if form["decision"] not in offered:
        raise BadForm
    if not form["decision"]:
        form.refuse("decision", N_("Choose one of the three."))
    if not form["reason"]:
        form.refuse("reason", N_("Say why in a few words."))
    elif len(form["reason"]) > LONGEST_REASON:
        form.refuse("reason", N_("At most %(most)s characters fit here."), most=LONGEST_REASON)
    return Decision(offered[form["decision"]], form["reason"])
