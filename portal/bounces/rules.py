"""When mails to an address are held to be lost: the usual rule of three.

Each report says what became of one mail. One alone proves little (a server misconfigured for an hour), so an address
is given up after failures on three different days; a complaint counts at once.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta

HARD, SOFT, COMPLAINT = "hard", "soft", "complaint"
THREE = 3
KEPT = timedelta(days=365)
"""Older reports are deleted, so three hard failures count within a year of each other: appeals are rare."""
SILENCE = timedelta(days=30)
"""After so long without a soft failure the former ones are forgotten, and so is the mark."""
NOT_THE_MAILBOX = {"5.2.2", "5.2.3", "5.3.4"}
"""Full mailbox, mail too large: failures for good of a mail (RFC 3463), which say nothing for good of its reader."""
POLICY = "5.7."
"""Refused by a rule, most often as spam: it says more about the sender."""


@dataclass(frozen=True)
class Failure:
    """One mail to one address, as it is reported; `event` is its number at whoever reports it."""

    event: str
    address: str
    kind: str
    at: datetime
    status: str = ""


@dataclass(frozen=True)
class Report:
    """The same, as it is judged."""

    kind: str
    on: date


@dataclass(frozen=True)
class Verdict:
    """What the reports come to; each is the day from which it holds, and None while it does not."""

    bounced_on: date | None = None
    soft_bounced_on: date | None = None
    complained_on: date | None = None

    def is_worse_than(self, former: "Verdict") -> bool:
        """Something is wrong that was not before."""
        pairs = zip(astuple(self), astuple(former), strict=True)
        return any(now is not None and before is None for now, before in pairs)


def kind_of(kind: str, status: str) -> str:
    """Hard or soft, by the enhanced status code (RFC 3463) where there is one, however the reporter calls it."""
    if kind == COMPLAINT or not status:
        return kind
    lasting = status.startswith("5") and status not in NOT_THE_MAILBOX and not status.startswith(POLICY)
    return HARD if lasting else SOFT


def judge(reports: Sequence[Report], former: Verdict, *, proved_on: date | None, today: date) -> Verdict:
    """The verdict on an address from the reports of the last year and what held before.

    Who has proved since that they read it (`proved_on`) starts anew, the same day included.
    """
    counted = [report for report in reports if proved_on is None or report.on > proved_on]
    return Verdict(
        _still(former.bounced_on, proved_on) or _third_hard(_days(counted, HARD)),
        _third_soft(_days(counted, SOFT), today) or _lately(_still(former.soft_bounced_on, proved_on), today),
        _still(former.complained_on, proved_on) or min(_days(counted, COMPLAINT), default=None),
    )


def _still(since: date | None, proved_on: date | None) -> date | None:
    """What was found once holds when its reports are long deleted."""
    return since if since and (proved_on is None or since > proved_on) else None


def _lately(since: date | None, today: date) -> date | None:
    return since if since and today - since <= SILENCE else None


def _days(reports: Sequence[Report], kind: str) -> list[date]:
    return sorted({report.on for report in reports if report.kind == kind})


def _third_hard(days: list[date]) -> date | None:
    return days[THREE - 1] if len(days) >= THREE else None


def _third_soft(days: list[date], today: date) -> date | None:
    """The third day of the row that goes on until now; a silence ends a row."""
    row: list[date] = []
    for day in days:
        if row and day - row[-1] > SILENCE:
            row = []
        row.append(day)
    return row[THREE - 1] if len(row) >= THREE and today - row[-1] <= SILENCE else None
