"""How far one change has come on its way, and what that means for whoever made it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from backoffice_sync.directory import Outcome, Rejected, Row, Value
from backoffice_sync.mapping import Rule
from backoffice_sync.outward.jobs import Job
from backoffice_sync.outward.merge import Decision
from portal.changes import Status
from portal.i18n import N_

GONE = Rejected(N_("Your record has been closed or merged. Please call us."))
GAVE_WAY = N_("It was changed in our records at the same time. Our team will look at it.")
ANOTHER_FORM = N_("Our records kept it in a different form. Our team will look at it.")


@dataclass
class Attempt:
    job: Job
    theirs: Value | None = None
    wanted: Value | None = None
    decision: Decision | None = None
    """None as long as nobody there was asked; of a group that it has no place for nobody ever is."""
    outcome: Outcome | None = None
    """None before it is written."""
    kept: Value | None = None
    """What the central base holds afterwards."""
    rows: Sequence[Row] | None = None
    """What the portal is to show; None where nobody there can say."""
    given_up: str = ""
    """Why people are to look at it."""

    @property
    def verdict(self) -> tuple[Status, str]:
        """State of the change, and why."""
        if self.given_up:
            return Status.REVIEW, self.given_up
        if isinstance(self.outcome, Rejected):
            return Status.REVIEW if self.job.group.keeps_ours else Status.REFUSED, self.outcome.reason
        if self.decision is Decision.GIVE_WAY:
            return Status.REVIEW, GAVE_WAY
        if self.decision is not None and self.kept != self.job.wanted(self.kept):
            return Status.REVIEW, ANOTHER_FORM
        return Status.CONFIRMED, ""

    @property
    def detail(self) -> str:
        """What the central base complained of, for staff."""
        return self.outcome.detail if isinstance(self.outcome, Rejected) else ""

    @property
    def found(self) -> dict[str, Value | None] | None:
        """`{"value": …}` of what people are to compare the change with; None where it arrived or nobody could say."""
        asked = self.decision is not None and self.outcome is not GONE
        return {"value": self.kept} if asked and self.verdict[0] is not Status.CONFIRMED else None

    @property
    def stays(self) -> bool:
        """An objection holds here and stays in motion until the central base has it."""
        return self.job.group.keeps_ours and self.verdict[0] is not Status.CONFIRMED

    @property
    def shows_base(self) -> bool:
        """The portal shows again what the central base was last known to hold."""
        return self.rows is None and self.verdict[0] is not Status.CONFIRMED

    @property
    def base_of_next(self) -> Value | None:
        """With what a newer change of the group is compared: of a list with ours, without what others added there."""
        if self.rows is not None and self.job.group.rule is not Rule.EACH_ITEM:
            return self.kept
        return self.job.ours if self.verdict[0] is Status.CONFIRMED else self.job.base
