"""The table that is printed: what was measured, and its goal beside it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    name: str
    found: str
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None

    def __str__(self) -> str:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        verdict = {None: "", True: "met", False: "MISSED"}[self.met]
        return f"{self.name:46}{self.found:>22}{ratio:>7}  {self.goal:12}{verdict}".rstrip()


@dataclass
class Table:
    lines: list[Line | str] = field(default_factory=list)

    def add(self, name: str, found: str, *, ratio: float | None = None, least: float = 0, most: float = 0) -> None:
        """With the ratio to its bare counterpart, and what it is to reach at least or at most."""
        value = 0 if ratio is None else ratio
        met = value >= least if least else value <= most if most else None
        goal = f">= {least:g}" if least else f"<= {most:g}" if most else ""
        self._say(Line(name, found, ratio, goal, met))

    def check(self, name: str, found: str, goal: str, *, met: bool) -> None:
        self._say(Line(name, found, goal=goal, met=met))

    def title(self, words: str) -> None:
        self._say(f"\n{words}")

    def _say(self, line: Line | str) -> None:
        self.lines.append(line)
        print(line, flush=True)

    def __str__(self) -> str:
        return "\n" + "\n".join(map(str, self.lines))
