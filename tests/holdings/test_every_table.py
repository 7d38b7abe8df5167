"""Nothing that is about a person is forgotten: a new table or column fails here until somebody has thought about it."""

import importlib
import pkgutil
from collections import Counter

import pytest
from sqlalchemy import Column

import backoffice_sync
import portal
from portal.database import Base
from portal.holdings.rules import EXCLUDED, HOLDINGS, RecordSet

for package in (portal, backoffice_sync):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name.endswith(".models") or module.name.startswith("portal.web."):
            importlib.import_module(module.name)
TABLES = Base.metadata.tables
EVERY = pytest.mark.parametrize("held", HOLDINGS, ids=lambda held: held.name)


def test_every_table_is_given_to_the_person_or_left_out_for_a_reason(owner) -> None:
    """Those of the database itself: some have no model, such as the queue of jobs, which knows addresses of mails."""
    there = {name for (name,) in owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    assert set(TABLES) <= there
    files = [held.file.table for held in HOLDINGS if held.file and held.file.table]
    said = Counter([held.table for held in HOLDINGS] + files + [one.table for one in EXCLUDED])
    assert sorted(there - set(said)) == [], "does a person have something of it? Say so in portal/holdings"
    assert sorted(set(said) - there) == [], "there is no such table"
    assert [table for table, times in said.items() if times > 1] == []
    assert all(one.reason for one in EXCLUDED)


@EVERY
def test_every_column_is_given_or_left_out_for_a_reason(held: RecordSet) -> None:
    file = {held.file.column} if held.file and not held.file.table else set()
    columns = {column.name for column in TABLES[held.table].columns}
    assert set(held.columns) | set(held.left_out) | file == columns
    assert not set(held.columns) & (set(held.left_out) | file)
    assert all(held.left_out.values())


@EVERY
def test_what_a_set_says_of_itself_names_columns_that_are_there(held: RecordSet) -> None:
    columns = TABLES[held.table].columns
    assert {held.owner, held.also_owner or held.owner, held.order or held.key} <= set(columns.keys())
    if held.file and held.file.table:
        assert {held.file.key, held.file.column} <= set(TABLES[held.file.table].columns.keys())
    assert {held.key, *held.portable, *held.actors, *held.lookups} <= set(held.columns) | set(held.left_out)
    for name, (table, column) in held.lookups.items():
        assert column in TABLES[table].columns
        assert {key.column.table.name for key in columns[name].foreign_keys} == {table}
    assert bool(held.law) == (held.fate != "delete"), "what erasure leaves there is left by a law"


def test_the_worker_who_writes_the_answers_may_read_all_of_every_set(owner) -> None:
    """A wall that lets it see nothing would leave a set out without a word."""
    readable = (
        "SELECT has_table_privilege('portal_worker', oid, 'SELECT') AND (NOT relrowsecurity OR EXISTS ("
        "SELECT FROM pg_policies WHERE tablename = relname AND 'portal_worker' = ANY (roles) AND qual = 'true' "
        "AND cmd IN ('ALL', 'SELECT'))) FROM pg_class WHERE relname = %s"
    )
    needed = {name for held in HOLDINGS for name, _ in held.lookups.values()}
    needed |= {held.file.table for held in HOLDINGS if held.file and held.file.table}
    for table in sorted(needed | {held.table for held in HOLDINGS}):
        assert owner.execute(readable, [table]).fetchone() == (True,), table


def test_whoever_has_a_column_that_names_a_member_is_not_called_nobody() -> None:
    personal = {table.name for table in TABLES.values() if any(map(_names_somebody, table.columns))}
    nobody = {one.table for one in EXCLUDED if "about nobody" in one.reason}
    assert not personal & nobody


def _names_somebody(column: Column[object]) -> bool:
    return column.name in {"member_id", "mailbox", "email", "actor", "viewing_id"}
