"""Where a base of an association's own making keeps what the portal mirrors: what the mapping file says. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from backoffice_sync.connectors.sql import fields
from backoffice_sync.connectors.sql.fields import Cells, Field, NoPlace
from backoffice_sync.connectors.sql.values import normal, word
from backoffice_sync.connectors.sql.vocabulary import TEXTS, codes
from backoffice_sync.directory import Capabilities, Row
from backoffice_sync.mapping import ENTITIES, GROUPS, Group
from portal import clock

OVERLAP = timedelta(seconds=120)
BOUNCES = ("bounced_on", "soft_bounced_on", "complained_on")


@dataclass(frozen=True)
class Source:
    """The table behind an entity."""

    entity: str
    table: str
    key: str
    fields: Mapping[str, Field]
    references: Mapping[str, str] = field(default_factory=dict)
    """Columns with the numbers of other rows, by reference."""
    changed: tuple[str, ...] = ()
    """Columns that say when a row was saved."""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What holds of its rows, where the table has others too."""
    is_writable: bool = True
    content: str = ""
    """Of documents: the column with the file, which is read by itself."""

    @property
    def is_beside(self) -> bool:
        """Whether it stands in the member's own row, which is neither inserted nor deleted."""
        return self.references.get("member") == self.key

    @property
    def texts(self) -> tuple[str, ...]:
        return TEXTS.get(self.entity, ()) if self.is_beside else ()

    def is_empty(self, cells: Cells) -> bool:
        return bool(self.texts) and not any(word(self.fields[name].read(cells)) for name in self.texts)

    @property
    def columns(self) -> list[str]:
        """Those that its rows are read from."""
        named = (column for one in self.fields.values() for column in one.columns)
        return list(dict.fromkeys((self.key, *self.references.values(), *self.where, *named)))

    def values(self, cells: Cells) -> dict[str, Any]:
        """A row in the portal's form, by the names of `mapping`."""
        entity = ENTITIES[self.entity]
        row: dict[str, Any] = {"central_id": word(cells[self.key])}
        for reference in entity.references:
            column = self.references.get(reference.name)
            row[reference.name] = (word(cells[column]) or None) if column else None
        for name, kind, nullable, known in self._forms:
            value = self.fields[name].read(cells)
            row[name] = value if isinstance(value, list) else normal(value, kind, nullable=nullable, codes=known)
        return row

    @cached_property
    def _forms(self) -> list[tuple[str, type, bool, frozenset[str]]]:
        """What the portal's columns can hold."""
        entity = ENTITIES[self.entity]
        targets = [(name, entity.table.c[name]) for name in entity.columns]
        return [(name, one.type.python_type, bool(one.nullable), codes(self.entity, name)) for name, one in targets]

    def row(self, cells: Cells) -> Row:
        values = self.values(cells)
        return tuple(values[name] for name in ENTITIES[self.entity].incoming)

    def can(self, group: Group) -> bool:
        """Whether it has rows of this group at all: a table of main addresses only has no other ones."""
        return all(_takes(self.fields[name], value) for name, value in group.only)

    def keeps(self, group: Group) -> bool:
        """Whether it takes what donors change of a group: each field in a column, or one and the same for all."""
        mine = [self.fields[name] for name in group.items or group.fields]
        stated = all(one.columns or one != fields.Constant() for one in mine)
        has_place = any(one.columns for one in mine) and not (group.items and self.is_beside)
        return self.is_writable and stated and has_place and self.can(group)


@dataclass(frozen=True)
class Log:
    """The table in which the base notes its own changes: a row for each, with the table and the key of what changed."""

    table: str
    entity: str
    row: str
    order: str
    at: str


@dataclass(frozen=True)
class Plan:
    sources: Mapping[str, Source]
    log: Log | None = None
    overlap: timedelta = OVERLAP
    zone: ZoneInfo = clock.PARIS
    """The clock of stamps without a zone."""

    @property
    def capabilities(self) -> Capabilities:
        groups = {name: one for name, one in GROUPS.items() if one.entity in self.sources}
        email, member = self.sources.get("email"), self.sources["member"]
        bounces = [email.fields[name] for name in BOUNCES] if email and email.is_writable else []
        return Capabilities(
            entities=frozenset(self.sources),
            reads=frozenset(name for name, one in groups.items() if self.sources[one.entity].can(one)),
            writes=frozenset(name for name, one in groups.items() if self.sources[one.entity].keeps(one)),
            exact_news=False,
            noop_is_news=True,
            tells_deletions=frozenset(self.sources) if self.log else frozenset(),
            tells_merges=isinstance(member.fields["closed"], fields.ClosedWhenMerged),
            keeps_receipts=False,
            keeps_bounces=any(one.columns for one in bounces),
            keeps_requests="request" in self.sources and self.sources["request"].is_writable,
        )

    @property
    def needs(self) -> dict[str, list[str]]:
        """Columns by table."""
        found: dict[str, list[str]] = {}
        for source in self.sources.values():
            own = [*source.columns, *source.changed, *filter(None, [source.content])]
            found.setdefault(source.table, []).extend(own)
        if self.log:
            found[self.log.table] = [self.log.entity, self.log.row, self.log.order, self.log.at]
        return {table: list(dict.fromkeys(columns)) for table, columns in found.items()}


def _takes(one: Field, value: object) -> bool:
    try:
        one.write(value)
    except NoPlace:
        return False
    return True
