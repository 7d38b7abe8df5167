"""What each connector can do, as Markdown for the README: `python -m tests.backoffice_sync.contract.table`.

Each cell is a statement of the connector's own, which the tests of this folder prove.
"""

from collections.abc import Iterable
from pathlib import Path

from backoffice_sync.connectors import sql
from backoffice_sync.connectors.memory import MemoryDirectory
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.connectors.sql import file
from backoffice_sync.connectors.tryton.connector import TrytonDirectory
from backoffice_sync.directory import Capabilities
from backoffice_sync.mapping import ENTITIES, GROUPS

EXAMPLE = Path(sql.__file__).parent / "example.toml"
CONNECTORS = {
    "postgresql": PostgresDirectory.capabilities,
    "tryton": TrytonDirectory.capabilities,
    "sql": file.load(EXAMPLE).capabilities,
    "memory": MemoryDirectory().capabilities,
}
WORDS = {
    "entities": "Kinds of rows that it has",
    "reads": "Field groups that it has",
    "writes": "Field groups that can be changed from the portal",
    "conditional_write": "Of two who write at once, one is told",
    "exact_news": "Each change is told once, however long its transaction took",
    "noop_is_news": "A save that changes nothing is told too",
    "tells_deletions": "Kinds of rows of which a deletion is told at once",
    "tells_merges": "Merged members are told",
    "keeps_receipts": "Takes tax receipts that the portal issued",
    "keeps_bounces": "Notes mails that come back",
    "keeps_requests": "Takes what donors ask for, and tells what became of it",
    "tells_everything": "Gives all that it has on one person, for who asks for it",
    "sums": "Kinds of rows whose checksums it computes itself",
}
WHOLE: dict[str, Iterable[str]] = {
    "entities": ENTITIES,
    "reads": GROUPS,
    "writes": GROUPS,
    "tells_deletions": ENTITIES,
    "sums": ENTITIES,
}


def table(connectors: dict[str, Capabilities]) -> str:
    head = ["", *(f"`{name}`" for name in connectors)]
    rows = [[words, *(_cell(name, getattr(can, name)) for can in connectors.values())] for name, words in WORDS.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def _cell(name: str, can: bool | frozenset[str]) -> str:
    if isinstance(can, bool):
        return "yes" if can else "no"
    whole = list(WHOLE[name])
    lacking = [one for one in whole if one not in can]
    if not can or not lacking:
        return "all" if can else "none"
    if len(lacking) < len(can):
        return f"all but {_listed(lacking)}"
    return _listed([one for one in whole if one in can])


def _listed(names: list[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names)


if __name__ == "__main__":
    print(table(CONNECTORS))
