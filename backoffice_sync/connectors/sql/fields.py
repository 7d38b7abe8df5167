"""How one field of the portal stands in the columns of a table. Pure.

Cells are values as the base holds them, by column.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from backoffice_sync.connectors.iban import bank_name, masked
from backoffice_sync.connectors.sql.values import code, word
from portal.items import in_order

Cells = Mapping[str, Any]
NOTHING = (None, "", 0, b"\x00", False)


class NoPlace(Exception):
    """The base has no place for this value."""


class Field(Protocol):
    @property
    def columns(self) -> tuple[str, ...]: ...
    def read(self, cells: Cells) -> Any: ...
    def write(self, value: Any) -> dict[str, Any]:
        """The cells that say this.

        Raises:
            NoPlace: none do.
        """


@dataclass(frozen=True)
class Plain:
    """A column that holds the value itself."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,)

    def read(self, cells: Cells) -> Any:
        return cells[self.column]

    def write(self, value: Any) -> dict[str, Any]:
        return {self.column: value}


@dataclass(frozen=True)
class Coded(Plain):
    """A column with codes of the base's own; of two that mean the same we write the first."""

    meanings: Mapping[str, str]

    def read(self, cells: Cells) -> Any:
        return self.meanings.get(code(cells[self.column]))

    def write(self, value: Any) -> dict[str, Any]:
        for theirs, ours in self.meanings.items():
            if ours == word(value):
                return {self.column: theirs}
        raise NoPlace


@dataclass(frozen=True)
class Constant:
    """The same for every row; without a value: the base does not know."""

    value: Any = None
    columns: tuple[str, ...] = ()

    def read(self, cells: Cells) -> Any:  # noqa: ARG002 - whatever they hold
        return self.value

    def write(self, value: Any) -> dict[str, Any]:
        if word(value) != word(self.value):
            raise NoPlace
        return {}


@dataclass(frozen=True)
class Flags:
    """A column of yes and no for each element of a list; where one says neither, the list has no value."""

    elements: Mapping[str, str]
    """By column."""
    yes: str = "1"
    no: str = "0"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.elements)

    def read(self, cells: Cells) -> Any:
        held = {column: code(cells[column]) for column in self.elements}
        if set(held.values()) - {self.yes, self.no, ""}:
            return None
        return in_order(element for column, element in self.elements.items() if held[column] == self.yes)

    def write(self, value: Any) -> dict[str, Any]:
        if set(value or ()) - set(self.elements.values()):
            raise NoPlace
        chosen = value or ()
        return {column: self.yes if element in chosen else self.no for column, element in self.elements.items()}


class Iban(Plain):
    """An account number leaves the central base masked only, and is never written."""

    def read(self, cells: Cells) -> str:
        return masked(str(cells[self.column] or ""))

    def write(self, value: Any) -> dict[str, Any]:  # noqa: ARG002 - whatever it is
        raise NoPlace


class BankOfIban(Iban):
    def read(self, cells: Cells) -> str:
        return bank_name(str(cells[self.column] or ""))


@dataclass(frozen=True)
class ClosedWhenMerged:
    """Merged members are closed, whatever else closes one."""

    merged_into: str
    also: Field

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.merged_into, *self.also.columns)

    def read(self, cells: Cells) -> Any:
        return cells[self.merged_into] not in NOTHING or self.also.read(cells)

    def write(self, value: Any) -> dict[str, Any]:  # noqa: ARG002 - whatever it is
        raise NoPlace
