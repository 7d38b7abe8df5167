"""A circuit breaker: who does not answer is left alone for a while, then asked once."""

import random
import time
from collections.abc import Callable

MOST_FAILURES = 3
SHORTEST, LONGEST = 5.0, 300.0
"""Of the pauses, in seconds; each is twice the one before, with jitter against herds."""


class Breaker:
    """Closed at first; open after three failures in a row; after the pause one attempt decides."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0

    @property
    def seconds_left(self) -> float:
        """Of the pause; nothing when it may be asked."""
        return max(0.0, self._open_until - self._clock())

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= MOST_FAILURES:
            pause = min(SHORTEST * 2.0 ** min(self._failures - MOST_FAILURES, 10), LONGEST)
            self._open_until = self._clock() + pause * random.uniform(0.8, 1.0)  # noqa: S311 - jitter
