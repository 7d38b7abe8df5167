"""What a base in memory remembers of its changes, and what of it is told to whom."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from backoffice_sync.connectors.memory.quirks import Quirks

Key = tuple[str, str]
"""Of a row: its entity and its number."""


@dataclass(frozen=True)
class Entry:
    key: Key
    stamp: float
    is_deletion: bool


class History:
    """The log, in the order in which transactions ended; each entry with the date that its row got."""

    def __init__(self, quirks: Quirks, clock: Callable[[], float] | None = None) -> None:
        self.quirks = quirks
        self.entries: list[Entry] = []
        ticks = count(10_000, 1)
        self._clock = clock or (lambda: next(ticks) / 4)

    def clock(self) -> float:
        return self._clock() + self.quirks.skew

    def note(self, key: Key, *, began: float | None = None, is_deletion: bool = False) -> None:
        """A change was committed; its date is when its transaction began."""
        stamp = _rounded(self.clock() if began is None else began, self.quirks.grain)
        self.entries.append(Entry(key, stamp, is_deletion))

    @property
    def stamps(self) -> dict[Key, float]:
        """The date on each row that is there, and of each whose deletion is told."""
        found = {entry.key: entry for entry in self.entries}
        told = self.quirks.tells_deletions
        return {key: entry.stamp for key, entry in found.items() if told or not entry.is_deletion}


class Follower:
    """One connection's view; of dates it remembers what it told at its last position, as a good connector does."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._told: set[tuple[Key, float]] = set()
        self._last = ""
        self._before: list[Key] = []

    def position(self) -> str:
        history = self._history
        if not history.quirks.stamps:
            return str(len(history.entries))
        newest = max(history.stamps.values(), default=0.0)
        return str(_rounded(newest, history.quirks.shown))

    def since(self, position: str) -> list[Key]:
        """Rows that changed, in the order in which they are told; each once."""
        quirks = self._history.quirks
        found = self._by_date(float(position)) if quirks.stamps else self._by_log(int(position))
        if position != self._last:
            self._before = []
        self._last, again = self.position(), self._before if quirks.told_again else []
        self._before = list(found)
        found = list(dict.fromkeys([*again, *found]))
        return found[::-1] if quirks.told_backwards else found

    def _by_log(self, position: int) -> list[Key]:
        entries = self._history.entries[position:]
        told = self._history.quirks.tells_deletions
        return list(dict.fromkeys(entry.key for entry in entries if told or not entry.is_deletion))

    def _by_date(self, position: float) -> list[Key]:
        quirks = self._history.quirks
        known = self._told if str(position) == self._last else set()
        dates = sorted(self._history.stamps.items(), key=lambda dated: dated[1])
        found = [(key, stamp) for key, stamp in dates if stamp >= position - quirks.overlap]
        newest = found[-1][1] if found else 0.0
        blur = max(quirks.grain, quirks.shown)  # what is saved again within it bears the same date
        self._told = {(key, stamp) for key, stamp in found if not blur or stamp < newest - blur}
        return [key for key, stamp in found if (key, stamp) not in known]


def _rounded(stamp: float, grain: float) -> float:
    return stamp // grain * grain if grain else stamp
