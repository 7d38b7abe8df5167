"""What became of each row of the export, so that nothing disappears quietly."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, dataclass, field, fields
from enum import StrEnum
from pathlib import Path

from backoffice_sync.npsp.table import Record


class Outcome(StrEnum):
    TAKEN = "taken"
    REPAIRED = "repaired"
    """Taken, but not as it stood: the reason says what is different."""
    FOLDED = "folded"
    """No row of its own, yet its content is in the base: the reason says where."""
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class Verdict:
    file: str
    line: int
    id: str
    outcome: Outcome
    reason: str


@dataclass(slots=True)
class Report:
    verdicts: list[Verdict] = field(default_factory=list)

    def note(self, record: Record, outcome: Outcome, reason: str = "") -> None:
        self.verdicts.append(Verdict(record.file, record.line, record.id, outcome, reason))

    def accept(self, record: Record, repairs: list[str]) -> None:
        """Note a row that was taken, with what had to be repaired in it."""
        self.note(record, Outcome.REPAIRED if repairs else Outcome.TAKEN, "; ".join(repairs))

    def of(self, file: str, outcome: Outcome | None = None) -> list[Verdict]:
        return [verdict for verdict in self.in_order() if verdict.file == file and outcome in {None, verdict.outcome}]

    def in_order(self) -> list[Verdict]:
        """Sort as in the files, whatever the order in which rows were understood."""
        return sorted(self.verdicts, key=lambda verdict: (verdict.file, verdict.line))

    def summary(self) -> Iterator[str]:
        """Yield a line for each file."""
        counts: dict[str, Counter[Outcome]] = {}
        for verdict in self.in_order():
            counts.setdefault(verdict.file, Counter())[verdict.outcome] += 1
        for file, outcomes in counts.items():
            parts = [f"{outcomes[outcome]} {outcome}" for outcome in Outcome if outcomes[outcome]]
            yield f"{file}: {outcomes.total()} rows read, {', '.join(parts)}"

    def write(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([column.name for column in fields(Verdict)])
            writer.writerows(map(astuple, self.in_order()))
