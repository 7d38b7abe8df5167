"""What a message for many is, for whom, and in which state."""

import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from portal.i18n import N_

LONGEST_TITLE = 120
MOST_NUMBERS = 250_000
EVERYBODY, NUMBERS, SELECTION = "everybody", "numbers", "selection"
AUDIENCES = (
    (EVERYBODY, N_("Everybody"), N_("Also those who become members later.")),
    (NUMBERS, N_("Member numbers"), N_("Pasted or from a file, at most 250,000.")),
    (SELECTION, N_("A kept selection"), N_("The members who fit on the day when it is published.")),
)
PRIORITIES = {"1": N_("before other messages"), "2": N_("as usual"), "3": N_("after other messages")}
STATES = {
    "draft": N_("Being written"),
    "waiting": N_("Waits for a colleague's approval"),
    "published": N_("Published"),
    "withdrawn": N_("Withdrawn"),
}


@dataclass(frozen=True)
class MessageText:
    title: str
    body_fr: str
    body_en: str
    starts_on: date | None
    ends_on: date | None
    priority: int


@dataclass(frozen=True)
class Audience:
    """Of a selection, the criteria as they were when it was chosen: one that changes later changes no message."""

    kind: str
    name: str = ""
    criteria: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        more = {"name": self.name, "criteria": dict(self.criteria)} if self.kind == SELECTION else {}
        return {"kind": self.kind, **more}


def content(message: Any) -> dict[str, Any]:
    """All that readers may find in a message, and who they are: to see that it changed, and for the journal."""
    text = {name: getattr(message, name) for name in MessageText.__dataclass_fields__}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in text.items()} | {
        "audience": message.audience
    }


def version(message: Any) -> dict[str, Any]:
    """By which one sees that it is no longer what was looked at, its numbers included: they are not in `content`."""
    return content(message) | {"written_at": message.written_at}


def columns(text: MessageText) -> dict[str, Any]:
    return asdict(text)


def read_numbers(typed: str) -> list[str]:
    """However they are separated, each once, in their order."""
    return list(dict.fromkeys(re.findall(r"[^\s,;]+", typed)))


def read_file(content: bytes) -> list[str]:
    """The first column of a CSV file as spreadsheets write them; a heading has no digit.

    Raises:
        ValueError: it is no text.
    """
    if b"\0" in content:
        raise ValueError("no text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    cells = [re.split(r"[;,\t]", line)[0].strip().strip('"').strip() for line in text.splitlines()]
    heading = 1 if cells and not re.search(r"\d", cells[0]) else 0
    return list(dict.fromkeys(cell for cell in cells[heading:] if cell))
