"""What Tryton has no field for and the portal needs: a line in a text of its own that staff can read and write.

    [extranet] ends_on=2026-12-31
    [extranet] anne@example.org confirmed_on=2026-11-22

A line that is not exactly so is no mark, and the text stays theirs.
"""

import re
from collections.abc import Mapping
from datetime import date

LINE = re.compile(r"\[extranet\](?: ([^\s=]+@[^\s=]+))?((?: [a-z_]+=\d{4}-\d\d-\d\d)*) *")

Dates = dict[str, date]


def read(text: str | None, about: str = "") -> tuple[Dates | None, str]:
    """The dates of the first line that is a mark, None without one; and the other lines.

    What is known of another address than this one says nothing: somebody has typed a new one over it.
    """
    lines = (text or "").splitlines()
    for at, line in enumerate(lines):
        if found := LINE.fullmatch(line):
            try:
                dates = {name: date.fromisoformat(day) for name, day in map(_pair, found[2].split())}
            except ValueError:  # the 31st of February
                continue
            is_about = (found[1] or "").lower() == about.lower()
            return dates if is_about else {}, "\n".join(lines[:at] + lines[at + 1 :])
    return None, text or ""


def write(dates: Mapping[str, date | str | None], text: str, about: str = "") -> str:
    words = [f"{name}={day}" for name, day in dates.items() if day]
    return "\n".join([" ".join(["[extranet]", *filter(None, [about]), *words]), *filter(None, [text])])


def _pair(word: str) -> tuple[str, str]:
    name, _, day = word.partition("=")
    return name, day
