"""What is looked at for news: columns of stamps, and the base's own log. Pure."""

from dataclasses import dataclass, field

from sqlalchemy import RowMapping

from backoffice_sync.connectors.sql.plan import Plan
from backoffice_sync.connectors.sql.values import word


@dataclass
class Watch:
    """A column of stamps, and by what the rows that bear them are known and known again."""

    table: str
    stamp: str
    order: str
    number: str
    told: list[str] = field(default_factory=list)
    entities: dict[str, list[str]] = field(default_factory=dict)
    """By the table that a row is about: in a log the one that it names."""
    names: str = ""
    """The column of a log that names the table."""

    @property
    def name(self) -> str:
        return f"{self.table}.{self.stamp}"

    def about(self, row: RowMapping) -> list[str]:
        table = _bare(word(row[self.names])) if self.names else self.table
        return self.entities.get(table, [])


def watches(plan: Plan) -> list[Watch]:
    found: dict[tuple[str, str, str], Watch] = {}
    for source in plan.sources.values():
        for stamp in source.changed:
            fresh = Watch(source.table, stamp, source.key, source.key)
            watch = found.setdefault((source.table, stamp, source.key), fresh)
            watch.told += source.columns
            watch.entities.setdefault(source.table, []).append(source.entity)
    if plan.log is None:
        return list(found.values())
    tables: dict[str, list[str]] = {}
    for source in plan.sources.values():
        tables.setdefault(_bare(source.table), []).append(source.entity)
    log = plan.log
    noted = Watch(log.table, log.at, log.order, log.row, [log.row, log.entity], tables, log.entity)
    return [noted, *found.values()]


def _bare(table: str) -> str:
    """Without its schema, as a log may name it or not."""
    return table.rpartition(".")[2].lower()
