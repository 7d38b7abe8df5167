"""What the connector needs of the reference schema, proved against the statements themselves."""

import re

import psycopg
import pytest

from backoffice_sync.connectors.postgresql import reads, writes
from backoffice_sync.connectors.postgresql.catalogue import USED
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.directory import Applied, SchemaChanged

STATEMENTS = [
    *(select.format(where="", and_="WHERE") for select in reads.SELECTS.values()),
    *reads.READ_GROUP.values(),
    reads.CONTENT,
    *(statement for steps in writes.WRITE_GROUP.values() for statement in steps.values()),
    *(statement for steps in writes.WRITE_ITEM.values() for statement in steps.values()),
    writes.PUT_BOUNCE, writes.PUT_RECEIPT, writes.PUT_RECEIPT_GIFTS, writes.SUBMIT, writes.SUBMITTED, writes.JOURNAL,
    reads.NEWS,
]  # fmt: skip
PLANS = ["EXPLAIN " + re.sub(r"%\(\w+\)s", "NULL", statement) for statement in STATEMENTS]


@pytest.fixture
async def directory(central_url):
    made = PostgresDirectory(central_url)
    yield made
    await made.close()


def works(central: psycopg.Connection, plans: list[str]) -> bool:
    try:
        with central.transaction():
            for plan in plans:
                central.execute(plan.encode())
    except (psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable):
        return False
    return True


def columns(central: psycopg.Connection) -> list[tuple[str, str]]:
    query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    return central.execute(query).fetchall()


def test_the_list_of_used_columns_is_just_what_the_statements_name(central) -> None:
    needed = {(table, column) for table, names in USED.items() for column in names.split()}
    for table, column in columns(central):
        plans = [plan for plan in PLANS if re.search(rf"\b{column}\b", plan)]
        with central.transaction(force_rollback=True):
            central.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO elsewhere")
            assert works(central, plans) is ((table, column) not in needed), f"{table}.{column}"


def test_all_statements_together_need_no_other_column(central) -> None:
    unused = [found for found in columns(central) if found[1] not in USED.get(found[0], "").split()]
    with central.transaction(force_rollback=True):
        for table, column in unused:
            central.execute(f"ALTER TABLE {table} DROP COLUMN {column} CASCADE")
        assert works(central, PLANS)


async def test_it_tells_type_length_and_what_must_be_filled_in_the_bases_own_words(directory, central) -> None:
    made = await directory.catalogue()
    assert set(made.used) == {f"{table}.{column}" for table, names in USED.items() for column in names.split()}
    assert made.used["gift.amount"] == "numeric(12,2), required, CHECK ((amount > (0)::numeric))"
    assert made.used["address.town"] == "text, required, CHECK ((length(town) <= 60))"
    assert made.used["member.deceased_on"] == "date"
    assert made.others["member.joined_on"] == "date"
    central.execute("ALTER TABLE address ALTER town TYPE varchar(20)")
    central.execute("ALTER TABLE member ADD COLUMN nickname text")
    central.commit()
    changed = await directory.catalogue()
    assert changed.used["address.town"].startswith("character varying(20), required")
    assert changed.others["member.nickname"] == "text"


async def test_everything_that_is_missing_is_named_at_once(directory, central) -> None:
    central.execute("ALTER TABLE gift RENAME COLUMN form TO shape")
    central.execute("ALTER TABLE phone RENAME TO telephone")
    central.commit()
    missing = r"^phone\.id, phone\.member_id, phone\.number, phone\.kind, phone\.origin, gift\.form$"
    with pytest.raises(SchemaChanged, match=missing):
        await directory.catalogue()


async def test_views_of_these_names_do_as_well_as_tables(directory, central) -> None:
    central.execute("ALTER TABLE phone RENAME TO telephone")
    central.execute("CREATE VIEW phone AS SELECT id, member_id, number, kind, origin FROM telephone")
    central.execute("INSERT INTO member (id, number, kind) VALUES (1, 'A1', 'person')")
    central.commit()
    assert (await directory.catalogue()).used["phone.number"] == "text"
    value = {"items": [{"number": "+33612345678", "kind": "mobile"}]}
    assert await directory.write("1", "phones", value, expected={"items": []}, change_id="1") == Applied()
    assert await directory.read("1", "phones") == value
