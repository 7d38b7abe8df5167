"""Chance that repeats itself."""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TypeVar

T = TypeVar("T")


class Chance(random.Random):
    """Draws that depend on a name only, so that one member's luck never changes another's."""

    def __init__(self, name: str) -> None:
        super().__init__(f"donor file: {name}")

    def happens(self, share: float) -> bool:
        return self.random() < share

    def one_of(self, weights: Mapping[T, float]) -> T:
        return self.choices(list(weights), list(weights.values()))[0]

    def day_between(self, first: date, last: date) -> date:
        """Draw a day, both ends included; the first when the span is empty."""
        return first + timedelta(days=self.randint(0, max(0, (last - first).days)))

    def digits(self, count: int) -> str:
        return "".join(str(self.randrange(10)) for _ in range(count))
