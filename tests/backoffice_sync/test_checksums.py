"""A row has one fingerprint, whoever reckons it: PostgreSQL or Python, the central base or the portal."""

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as chosen
from hypothesis import strategies as st
from sqlalchemy import Boolean, Date, Integer, Numeric
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from backoffice_sync.compare.checksums import UNNUMBERED, add_up, counted, fingerprint, summed, thousand
from backoffice_sync.inward import staging
from backoffice_sync.mapping import ENTITIES, Entity

EXAMPLES = 25
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
CENTS = st.decimals(Decimal("-9999999999.99"), Decimal("9999999999.99"), places=2)
LINES = st.lists(st.dictionaries(TEXTS, TEXTS | st.none(), max_size=4), max_size=3)
VALUES = {
    Boolean: st.booleans(),
    Date: st.dates(),
    Integer: st.integers(-(2**31), 2**31 - 1),
    Numeric: CENTS,
    ARRAY: st.lists(TEXTS | st.sampled_from(["null", 'a "b"', "{c}", "", "back\\slash"]), max_size=4),
    JSONB: LINES.map(json.dumps),
}
NUMBERS = st.integers(1, 10**17).map(str) | st.integers(0, 2_000).map(str) | TEXTS | st.sampled_from(["0", "007", "00"])


def rows_of(entity: Entity) -> st.SearchStrategy[list[tuple[object, ...]]]:
    columns = entity.table.c
    kinds = [columns[name].type if name in columns else None for name in entity.columns]
    values = [next((made for kind, made in VALUES.items() if isinstance(of, kind)), TEXTS) for of in kinds]
    references = [NUMBERS] * len(entity.references)
    row = st.tuples(NUMBERS, *(value | st.none() for value in [*references, *values]))
    return st.lists(row, max_size=4)


@pytest.mark.parametrize("name", ENTITIES)
def test_postgresql_and_python_agree_on_rows_of_any_content(owner, name) -> None:
    entity = ENTITIES[name]

    @chosen(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rows_of(entity))
    def agree(rows: list[tuple[object, ...]]) -> None:
        with owner.transaction(force_rollback=True), owner.cursor() as cursor:
            with cursor.copy("COPY incoming FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(summed("SELECT * FROM incoming", len(entity.incoming)))
            assert counted(cursor) == add_up(entity, rows)

    with owner.transaction():
        owner.execute(staging.staging(entity))
        agree()


CAMPAIGN = ENTITIES["campaign"]
PHONE = ENTITIES["phone"]


def test_every_difference_makes_another_sum() -> None:
    rows = [("1", "7", "0102030405", "home"), ("2", "7", "0102030405", "home")]
    same = add_up(PHONE, rows)
    assert add_up(PHONE, reversed(rows)) == same, "in any order"
    for other in (rows[:1], [*rows, rows[0]], [rows[0], rows[0]], [rows[0], ("2", "8", *rows[1][2:])]):
        assert add_up(PHONE, other) != same


def test_nothing_and_an_empty_text_are_not_the_same() -> None:
    assert fingerprint(PHONE, ("1", "7", "", "home")) != fingerprint(PHONE, ("1", "7", None, "home"))
    assert fingerprint(PHONE, ("1", "7", "ab", "")) != fingerprint(PHONE, ("1", "7", "a", "b"))


def test_an_amount_and_a_day_count_however_a_connector_writes_them() -> None:
    gift = ENTITIES["gift"]
    row = ("1", "7", None, None, date(2026, 3, 5), Decimal(50), "EUR", "cheque", "received", "", True, "manual", "cash")
    assert fingerprint(gift, row) == fingerprint(gift, (*row[:4], "2026-03-05", "50.00", *row[6:]))


def test_numbers_that_are_words_are_summed_together() -> None:
    assert [thousand(number) for number in ("0", "999", "1000")] == [0, 0, 1]
    words = ("receipt-1", "", "-5", "٣", "007", "1" * 19)
    assert {thousand(number) for number in words} == {UNNUMBERED}
    assert add_up(CAMPAIGN, [("a", "Spring"), ("b", "Summer"), ("1", "Autumn")]).keys() == {UNNUMBERED, 0}
