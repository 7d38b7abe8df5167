"""The base itself: what people type into it, what it makes of it, and what it notes of that."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backoffice_sync.connectors.memory.history import History
from backoffice_sync.connectors.memory.quirks import DatabaseError, Quirks
from backoffice_sync.connectors.memory.tables import Tables
from backoffice_sync.directory import Row, Value
from backoffice_sync.mapping import GROUPS

REFUSAL = "Our records cannot take this as it is written. Please change it, or call us."


class Base(Tables):
    def __init__(self, quirks: Quirks, seconds: Callable[[], float] | None) -> None:
        super().__init__()
        self.quirks = quirks
        self.history = History(quirks, seconds)
        self.refuses: Callable[[Value | None], str | None] = lambda _: None

    def put(self, entity: str, row: Row) -> None:
        """What somebody at the association types into the central base."""
        self._put(entity, row)

    def drop(self, entity: str, number: str) -> None:
        self._note(entity, self.tables[entity].pop(number), is_deletion=True)

    @contextmanager
    def slowly(self, entity: str, row: Row) -> Iterator[None]:
        """A transaction that begins now, and whose row nobody sees before the block has ended."""
        began = self.history.clock()
        yield
        self._put(entity, row, began=began)

    def fresh_number(self, group: str) -> str:
        return f"{group}-{len(self.history.entries) + 1}"

    def store(self, member: str, group: str, expected: Value | None, value: Value | None, rows: list[Value]) -> None:
        """Carry out a write; `rows` are as its writer read them."""
        if self.quirks.forgets:
            return
        kept = copy.deepcopy(self.quirks.kept(value))
        if GROUPS[group].items:  # rows of their own: those that the write is not about are not touched
            kept = self._stepwise(member, group, (expected or {})["items"], (kept or {})["items"])
            rows = self.rows_of_group(member, group)
        elif not self.quirks.whole_rows:
            rows = self.rows_of_group(member, group)
        self.replace(member, group, kept, rows)

    def refusal(self, value: Value | None) -> str | None:
        """Why it cannot take a value.

        Raises:
            DatabaseError: where it bursts.
        """
        if not self.quirks.too_long(value):
            return self.refuses(value)
        if self.quirks.bursts:
            raise DatabaseError(f"UPDATE member SET … = {value!r}: value too long for type character varying")
        return REFUSAL

    def _stepwise(self, member: str, group: str, before: list[Value], after: list[Value]) -> Value:
        there = (self.group(member, group) or {})["items"]
        left = [element for element in there if element not in before or element in after]
        return {"items": left + [element for element in after if element not in before and element not in left]}

    def _put(self, entity: str, row: Row, *, began: float | None = None) -> None:
        same = self.tables[entity].get(row[0]) == row
        self.tables[entity][row[0]] = row
        if not same or self.quirks.noop_is_news:
            self._note(entity, row, began=began)

    def _note(self, entity: str, row: Row, *, began: float | None = None, is_deletion: bool = False) -> None:
        key = (entity, row[0])
        if entity in self.quirks.told_by_parent:
            key, is_deletion = ("member", row[1]), False
        if entity not in self.quirks.told_by_nobody:
            self.history.note(key, began=began, is_deletion=is_deletion)
