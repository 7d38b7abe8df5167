"""Pages of a long list."""

from dataclasses import dataclass

PER_PAGE = 30


@dataclass(frozen=True)
class Pages:
    wanted: int
    total: int

    @property
    def number(self) -> int:
        """The wanted page, or the nearest that there is."""
        return min(max(self.wanted, 1), self.count)

    @property
    def offset(self) -> int:
        return (self.number - 1) * PER_PAGE

    @property
    def count(self) -> int:
        return max(1, -(-self.total // PER_PAGE))

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.count else None
