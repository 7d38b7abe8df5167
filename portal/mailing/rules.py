"""Why a mailing must leave somebody out: only what is known, never what follows from something missing."""

from dataclasses import dataclass, replace
from datetime import date

from portal.consents.rules import boxes

REASONS = {
    "deceased": "has died",
    "closed": "no longer in the central base",
    "suspended": "sending is suspended",
    "stop_promo": "wants no promotion at all",
    "objection": "objects to this",
    "paused": "wants no appeal for now",
    "complained": "called a mail unwanted",
    "bounced": "mails come back",
    "returned": "letters come back",
    "no_address": "cannot be reached in this way",
}
"""The strongest first. The codes are for programs and stay; the words are for people."""

WITH_PAUSE = WITH_RHYTHM = "appeals"
EVERY_TIME = "all"


@dataclass(frozen=True)
class Record:
    """What is known of a member for one channel; `reached_at` is None where there is no address for it."""

    number: str
    deceased_on: date | None
    closed: bool
    suspension_code: str
    stop_promo: bool
    objections: list[str] | None
    paused_until: date | None
    post_rhythm: str | None
    reached_at: str | None
    failed_on: date | None
    complained_on: date | None

    def with_objections(self, codes: list[str]) -> "Record":
        """And with those that the same address said before its owner was erased."""
        return replace(self, objections=[*(self.objections or ()), *codes]) if codes else self


def reasons(record: Record, purpose: str, channel: str, today: date) -> dict[str, str]:
    """Every reason that holds, the strongest first, each with what there is to say about it."""
    paused = record.paused_until if purpose == WITH_PAUSE and record.paused_until else None
    failed = {"email": "bounced", "post": "returned"}.get(channel, "")
    found = {
        "deceased": _since(record.deceased_on),
        "closed": record.closed,
        "suspended": record.suspension_code,
        "stop_promo": record.stop_promo,
        "objection": bool(record.objections) and f"{purpose}/{channel}" in boxes(record.objections or ()),
        "paused": paused and paused >= today and f"until {paused}",
        "complained": _since(record.complained_on),
        failed: _since(record.failed_on),
        "no_address": record.reached_at is None,
    }
    return {code: detail if isinstance(detail, str) else "" for code in REASONS if (detail := found.get(code))}


def rhythm(record: Record, purpose: str, channel: str) -> str:
    """How often appeals may come by post, where that is not each time: the tool knows when the last one went."""
    told = channel == "post" and purpose == WITH_RHYTHM and record.post_rhythm not in (None, EVERY_TIME)
    return str(record.post_rhythm) if told else ""


def in_words(found: dict[str, str]) -> str:
    return "; ".join(f"{REASONS[code]} ({detail})" if detail else REASONS[code] for code, detail in found.items())


def _since(day: date | None) -> str:
    return f"since {day}" if day else ""
