"""What the administrator must know before a donor notices. Pure: a reading in, the alarms that hold out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from portal.i18n import N_

AGAIN = timedelta(hours=24)
"""After which somebody is told once more of what still holds."""
MOST_PARKED = 20
"""Changes that may wait for people."""
STATUS = "backoffice-sync status"


@dataclass(frozen=True)
class Duty:
    """When the sync last did it, and what has been in its way since when; figures as it measured them."""

    at: datetime
    problem: str = ""
    since: datetime | None = None
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """How things stand at this moment."""

    now: datetime
    duties: Mapping[str, Duty]
    passes_on: bool
    """An administrator has let changes be passed on."""
    oldest_open: datetime | None = None
    parked: int = 0


@dataclass(frozen=True)
class Alarm:
    """What is wrong since when, what to do about it, and what to type, or the page (it begins with a slash) to open."""

    name: str
    words: str
    advice: str
    command: str = STATUS
    since: datetime | None = None
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Trouble:
    """What somebody must mend before the sync can go on: it will not pass by itself."""

    words: str
    advice: str
    command: str


SILENT = {
    "push": N_("The sync has passed nothing on for some time."),
    "pull": N_("The sync has not read the central base for some time."),
}
TROUBLES = {
    "the central base does not let us in": Trouble(
        N_("The central base no longer lets the sync in: user, password or rights."),
        N_("Put what is right into CENTRAL_URL, start the sync again, and try:"),
        "backoffice-sync pull",
    ),
    "the central base has no good certificate": Trouble(
        N_("The certificate of the central base has ended, or is not trusted."),
        N_("Have it renewed there, and try:"),
        "backoffice-sync pull",
    ),
    "the central base is not made as it was": Trouble(
        N_("The central base was rebuilt: fields that the sync uses have changed."),
        N_("Nothing moves until you have looked at what changed:"),
        "backoffice-sync catalogue",
    ),
    "more than": Trouble(
        N_("Very many rows have vanished from the central base at once, so none was removed here."),
        N_("If they were really deleted, let them go; if not, the central base must be mended:"),
        "backoffice-sync reconcile --remove",
    ),
}
"""By how the sync begins to say it."""
OTHER = Trouble(N_("The sync does not get on: the central base does not answer."), N_("See why:"), STATUS)


def alarms(reading: Reading, *, patience: timedelta) -> list[Alarm]:
    """What holds now; what can pass by itself is given this much time."""
    return [
        *_silences(reading, patience),
        *_troubles(reading, patience),
        *_findings(reading),
        *_queues(reading, patience),
    ]


def _silences(reading: Reading, patience: timedelta) -> Iterator[Alarm]:
    """A sync that was never there is not silent."""
    for name, words in SILENT.items():
        duty = reading.duties.get(name)
        expected = duty is not None and not duty.problem and (reading.passes_on or name != "push")
        if duty is not None and expected and reading.now - duty.at > patience:
            yield Alarm(
                f"silent {name}", words, N_("Its process may have ended. Start it:"), "backoffice-sync run", duty.at
            )


def _troubles(reading: Reading, patience: timedelta) -> Iterator[Alarm]:
    """One of each kind, however many duties it stands in the way of."""
    since: dict[str, datetime] = {}
    for duty in sorted(reading.duties.values(), key=lambda duty: duty.since or reading.now, reverse=True):
        kind = next((start for start in TROUBLES if duty.problem.startswith(start)), "")
        if duty.since is not None and (kind or reading.now - duty.since > patience):
            since[kind] = duty.since
    for kind, moment in since.items():
        found = TROUBLES.get(kind, OTHER)
        yield Alarm(f"trouble: {kind or 'no answer'}", found.words, found.advice, found.command, moment)


def _findings(reading: Reading) -> Iterator[Alarm]:
    """What a duty measured."""
    if swept := reading.duties.get("reconcile"):
        count = int(swept.figures.get("missed", 0) + swept.figures.get("lost", 0))
        if count:
            yield Alarm(
                "drift",
                N_("Differences that the last comparison with the central base found and mended: %(count)s."),
                N_("The sync's log names each by kind and number. There should be none: please report it."),
                since=swept.at,
                values={"count": count},
            )
    if pulled := reading.duties.get("pull"):
        jumped_at = pulled.figures.get("jumped_at")
        if jumped_at is not None and reading.now.timestamp() - jumped_at < AGAIN.total_seconds():
            yield Alarm(
                "clock",
                N_("The clock of the central base has jumped by more than five minutes."),
                N_("No change is decided by it, but somebody should set it right:"),
            )


def _queues(reading: Reading, patience: timedelta) -> Iterator[Alarm]:
    if reading.passes_on and reading.oldest_open is not None and reading.now - reading.oldest_open > patience:
        words = N_("A change has been waiting to be passed on for too long.")
        yield Alarm("late", words, N_("See why:"), since=reading.oldest_open)
    if reading.parked > MOST_PARKED:
        words = N_("Changes that the central base did not take, and that wait for people: %(count)s.")
        desk = N_("They stand on the staff's page:")
        yield Alarm("parked", words, desk, "/staff/reviews", values={"count": reading.parked})
