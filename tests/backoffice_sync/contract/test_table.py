"""The table of the README leaves no capability out."""

from dataclasses import fields

from backoffice_sync.directory import Capabilities
from tests.backoffice_sync.contract.table import WORDS, table


def test_every_capability_has_its_line() -> None:
    assert list(WORDS) == [field.name for field in fields(Capabilities)]


def test_what_it_can_do_is_told_in_the_shorter_way() -> None:
    some = Capabilities(frozenset({"member", "gift"}), sums=frozenset({"member"}), writes=frozenset(), exact_news=False)
    told = table({"crm": some})
    for line in (
        "|  | `crm` |",
        "| Kinds of rows that it has | member, gift |",
        "| Field groups that it has | all |",
        "| Field groups that can be changed from the portal | none |",
        "| Each change is told once, however long its transaction took | no |",
    ):
        assert line in told.splitlines()
