"""The status for people: a table whose colours say what is well, what wants a look, and what is bad."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backoffice_sync.watch.status import OUTCOMES, Found
from portal.alarms.rules import TROUBLES

MINUTE, HOUR = 60, 3_600
DUTIES = ("push", "pull", "reconcile")


class Level(enum.IntEnum):
    WELL = 0
    LOOK = 1
    BAD = 2


MARKS = {Level.WELL: "ok", Level.LOOK: "look", Level.BAD: "BAD"}
COLOURS = {Level.WELL: "32", Level.LOOK: "33", Level.BAD: "31;1"}

LIMITS: dict[str, tuple[float, float]] = {
    "oldest open change": (1 * MINUTE, 10 * MINUTE),
    "last push": (1 * MINUTE, 10 * MINUTE),
    "last pull": (5 * MINUTE, 30 * MINUTE),
    "last reconcile": (26 * HOUR, 50 * HOUR),
    "trouble": (0, 10 * MINUTE),
    "parked": (0, 20),
    "drift": (0, 20),
    "conflicts": (0, 100),
    "rows set aside": (0, 100),
    "requests": (0, 20),
    "receipts": (0, 20),
    "extracts": (10 * MINUTE, 24 * HOUR),
}
"""Seconds or counts above which something wants a look, and above which it is bad."""


@dataclass(frozen=True)
class Line:
    name: str
    value: str
    level: Level = Level.WELL


def lines(found: Found) -> list[Line]:
    return [*_flow(found), *_troubles(found), *_people(found), *_background(found)]


def is_well(found: Found) -> bool:
    """Nothing is bad; what only wants a look can wait for the morning."""
    return all(line.level < Level.BAD for line in lines(found))


def in_words(found: Found, *, coloured: bool = False) -> str:
    return "\n".join(_printed(line, coloured=coloured) for line in lines(found))


def _printed(line: Line, *, coloured: bool) -> str:
    mark = f"{MARKS[line.level]:4}"
    if coloured:
        mark = f"\x1b[{COLOURS[line.level]}m{mark}\x1b[0m"
    return f"{mark}  {line.name:26} {line.value}"


def _level(measure: float | None, limit: str) -> Level:
    """What never happened wants a look."""
    if measure is None:
        return Level.LOOK
    look, bad = LIMITS[limit]
    return Level((measure > look) + (measure > bad))


def _flow(found: Found) -> list[Line]:
    states, oldest, failed = found["changes"], found["oldest_open_change_seconds"], found["waiting_after_failure"]
    allowed = "yes" if found["pushes_enabled"] else "no: backoffice-sync enable-push"
    return [
        *_load(found["load"]),
        Line("changes may be passed on", allowed, Level(not found["pushes_enabled"])),
        Line("changes open", f"{states['saved']} saved, {states['sent']} sent"),
        Line("oldest open change", ago(oldest) if oldest else "none", _level(oldest or 0, "oldest open change")),
        Line("waiting after a failure", str(failed), Level(failed > 0)),
        *(Line(f"last {duty}", ago(_age(found, duty)), _level(_age(found, duty), f"last {duty}")) for duty in DUTIES),
    ]


def _load(under_way: Found | None) -> list[Line]:
    if under_way is None:
        return []
    words = f"{under_way['percent']} %, at {under_way['entity']}, for {ago(under_way['seconds'])}"
    return [Line("first load", words, Level.LOOK)]


def _troubles(found: Found) -> list[Line]:
    return [
        Line(f"trouble: {name}", f"{_in_one(one['problem'])} (since {ago(one['problem_seconds'])})", _gravity(one))
        for name, one in found["duties"].items()
        if one["problem"]
    ]


def _in_one(problem: str) -> str:
    """A changed schema is told in a line for each field."""
    return "; ".join(problem.splitlines())


def _gravity(duty: Found) -> Level:
    """What will not pass by itself is bad at once."""
    lasts = duty["problem"].startswith(tuple(TROUBLES))
    return Level.BAD if lasts else max(Level.LOOK, _level(duty["problem_seconds"], "trouble"))


def _people(found: Found) -> list[Line]:
    parked, requests = found["parked"], found["requests"]
    refused = requests["refused_there"]
    return [
        Line("parked for people", _counted(sum(parked.values()), [f"{name} {count}" for name, count in parked.items()]),
             _level(sum(parked.values()), "parked")),
        Line("members under review", _counted(found["changes"]["review"], found["members_under_review"])),
        Line("conflicts not looked at", f"{found['conflicts_not_looked_at']} of {found['conflicts']}",
             _level(found["conflicts_not_looked_at"], "conflicts")),
        Line("requests", f"{requests['not_handed_over']} to hand over, {refused} refused there, "
             f"{requests['with_people_there']} with people there", _level(refused, "requests")),
        Line("receipts refused there", _counted(len(found["receipts_refused"]), found["receipts_refused"]),
             _level(len(found["receipts_refused"]), "receipts")),
        Line("extracts waiting", _extracts(found), _level(found["oldest_extract_seconds"] or 0, "extracts")),
        Line("files to fetch", str(found["files_to_fetch"])),
        Line("rows set aside", _counted(len(found["rows_set_aside"]), found["rows_set_aside"]),
             _level(len(found["rows_set_aside"]), "rows set aside")),
    ]  # fmt: skip


def _extracts(found: Found) -> str:
    oldest = found["oldest_extract_seconds"]
    return f"{found['extracts_waiting']}, the oldest for {ago(oldest)}" if oldest else "0"


def _background(found: Found) -> list[Line]:
    offset, echo, drift = found["clock_offset_seconds"], found["echo_rate"], found["drift"]
    new = found["new_fields"]
    writes = ", ".join(f"{found['writes'][name]} {name}" for name in OUTCOMES)
    return [
        Line("drift at last reconcile", _or_never(drift, lambda count: f"{count} mended"), _level(drift, "drift")),
        Line("missed by one sweep", str(found["rows_missed_by_a_sweep"])),
        Line("cursor moved", ago(found["cursor_seconds"])),
        Line("central clock", _or_never(offset, lambda seconds: f"{seconds:+.0f} s from ours")),
        Line("writes so far", writes),
        Line("own echo among news", _or_never(echo, lambda share: f"{share:.1%} of {found['news']}")),
        Line("new fields, not used", _counted(len(new), new), Level(len(new) > 0)),
    ]


def _or_never(value: Any, words: Callable[[Any], str]) -> str:
    return "not measured yet" if value is None else words(value)


def _age(found: Found, duty: str) -> float | None:
    seconds: float | None = found["duties"].get(duty, {}).get("seconds")
    return seconds


def _counted(count: int, names: list[str]) -> str:
    return f"{count} ({', '.join(names[:20])}{', …' if len(names) > 20 else ''})" if names else str(count)  # noqa: PLR2004 - reads better


def ago(seconds: float | None) -> str:
    """5 s, 3 min, 2 h, 4 days: as one says it."""
    if seconds is None:
        return "never"
    for most, unit, name in ((2 * MINUTE, 1, "s"), (2 * HOUR, MINUTE, "min"), (48 * HOUR, HOUR, "h")):
        if seconds < most:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds / (24 * HOUR):.0f} days"
