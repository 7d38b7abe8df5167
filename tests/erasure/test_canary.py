"""A word of its own in every column about one person: erased, it stands where the one list says, and only there."""

import json
import uuid
from typing import Any

import pytest

from portal import journal
from portal.erasure.rules import BY_FUNCTION, BY_MAILBOX, EMPTIED, FATES, OWNERS
from portal.holdings.rules import HOLDINGS, Fate
from portal.work import as_owner
from tests.personas import MARIE

ADDRESS = "canary-address@example.org"
LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff"
COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
CHECKED: dict[str, Any] = {
    "member_request.state": "refused", "member_request.kind": "data", "mail_failure.kind": "soft",
    "receipt_file.variant": "duplicate", "consent_entry.act": "objected", "consent_entry.text_id": None,
    "recorded_change.status": "confirmed", "memo_shown.kind": "memo", "document.direction": "sent",
    "data_export.kind": "access", "data_export.state": "released", "data_export.downloads": 0,
    "vouched_email.use": "main", "suspected_duplicate.decision": "", "suspected_duplicate.other_id": LAST,
    "data_case.channel": "letter", "data_case.identity": "proved", "data_case.outcome": "granted",
    "data_case.refusal": "",
}  # fmt: skip
"""Columns that take only some words, or none."""
CODES = {
    "member.central_id", "member.number", "member.language", "gift.central_id", "gift.currency", "gift.means",
    "gift.state", "gift.form", "gift.nature", "member_request.key", "member_request.central_id",
    "member_request.about", "member_request.undelivered", "contact_choice.objections", "data_case.entered_by",
    "data_case.checklist", "data_case.signed_by", "data_case.countersigned_by", "data_case.delivered_by",
    "data_export.ordered_by", "data_export.released_by",
}  # fmt: skip
"""What stays: numbers, codes, staff by their number, and objections, under a digest."""


def word(table: str, column: str) -> str:
    """One word, so that it is found in a list of words too."""
    return f"canary{table}{column}end".replace("_", "")


def value(table: str, column: str, kind: str) -> object:
    text = word(table, column)
    return CHECKED.get(
        f"{table}.{column}",
        {
            "text": text,
            "jsonb": {"at": text},
            "bytea": f"\\x{text.encode().hex()}",
            "ARRAY": [text],
            "boolean": False,
            "date": "2026-01-01",
            "timestamp with time zone": "2026-01-01",
        }.get(kind, str(uuid.uuid4()) if kind == "uuid" else 1_000_000),
    )


@pytest.fixture
def canaries(owner, settings, member_id):
    """A row of Marie's in each table of the one list, past the triggers and foreign keys."""
    marie = str(member_id(MARIE))
    owner.execute("SET session_replication_role = replica")
    for table in OWNERS.keys() - {"journal", "member"}:
        row = {column: value(table, column, kind) for column, kind in owner.execute(COLUMNS, [table])}
        row = {column: None if column in {"staff_id", "viewing_id"} else content for column, content in row.items()}
        row |= {OWNERS[table]: ADDRESS if table in BY_MAILBOX else marie}
        row |= {"address": ADDRESS} if table == "email_address" else {}
        owner.execute(f"DELETE FROM {table} WHERE {OWNERS[table]}::text = %s", [row[OWNERS[table]]])
        names = ", ".join(f'"{column}"' for column in row)
        owner.execute(
            f"INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {names} "
            f"FROM jsonb_populate_record(NULL::{table}, %s)",
            [json.dumps(row)],
        )
    owner.execute("SET session_replication_role = origin")
    texts = [column for column, kind in owner.execute(COLUMNS, ["member"]) if kind == "text" and column != "kind"]
    for column in texts:
        owner.execute(f"UPDATE member SET {column} = %s WHERE id = %s", [word("member", column), marie])
    for table in ("email_address", "phone", "postal_address"):  # what is searched by follows
        owner.execute(f"UPDATE {table} SET held = true WHERE member_id = %s", [marie])


def standing(owner) -> set[str]:
    """Wherever in the database such a word stands, in clear or as bytes: the columns that it was written to."""
    tables = [table for (table,) in owner.execute(TABLES)]
    text = "".join(row for table in tables for (row,) in owner.execute(f"SELECT t::text FROM {table} AS t"))
    places = [(table, column) for table in OWNERS for column, *_ in owner.execute(COLUMNS, [table])]
    found = {
        f"{table}.{column}"
        for table, column in places
        if (canary := word(table, column)) in text or canary.encode().hex() in text
    }
    return found | ({"the address"} if ADDRESS in text else set())


async def test_what_is_erased_stands_nowhere_and_what_the_law_keeps_stays(owner, settings, canaries, erase) -> None:
    noted = {"old": word("journal", "data"), "reason": word("journal", "data")}
    marie = owner.execute("SELECT id FROM member WHERE central_id = %s", [word("member", "central_id")]).fetchone()[0]
    await as_owner(settings, lambda db: journal.write(db, "memo.set", actor="tests", member_id=marie, **noted))
    before = standing(owner)
    assert "the address" in before
    without_text = {"mail_verdict", "message_addressee"}
    assert {name.split(".")[0] for name in before} >= OWNERS.keys() - without_text
    assert await erase(member=marie)
    kept = {table for table, fate in FATES.items() if fate is Fate.KEEP}
    assert standing(owner) == {name for name in before if name.split(".")[0] in kept or name in CODES}
    assert await as_owner(settings, journal.verify) == []


def test_whatever_is_to_lose_its_name_is_emptied() -> None:
    nameless = {table for table, fate in FATES.items() if fate is Fate.PSEUDONYMISE}
    assert nameless == EMPTIED.keys() | BY_FUNCTION


def test_every_table_with_a_member_has_a_fate(owner) -> None:
    ours = (
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'member_id' AND table_schema = 'public'"
    )
    files = {one.file.table for one in HOLDINGS if one.file}
    assert {table for (table,) in owner.execute(ours)} <= FATES.keys() | files
