"""A receipt's life in the database: what was handed out stays as it is, whoever writes."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import text

from backoffice_sync.inward.pull import pull
from backoffice_sync.mapping import ENTITIES
from portal import clock, crypto
from portal.database import Database, role_url
from portal.receipts import paper, press
from portal.receipts.models import Receipt
from portal.settings import Settings
from portal.web.session import OPEN, limits
from portal.web.templating import environment
from tests.personas import MARIE, NADIA, STRANGER, THIS_YEAR
from tests.receipts.papers import rendered

NUMBER = f"{THIS_YEAR - 1}-000017"
CONTENT: dict[str, Any] = {
    "number": "other", "fiscal_year": 2001, "kind": "gift", "article": "238bis", "issued_on": date(2001, 1, 1),
    "amount": Decimal("1.00"), "currency": "CHF", "donor_name": "other", "donor_address": "other",
    "donor_siren": "other", "lines": Jsonb([]),
}  # fmt: skip


@pytest.fixture
def receipt_id(owner) -> UUID:
    [row] = owner.execute("SELECT id FROM receipt").fetchall()
    found: UUID = row[0]
    return found


@pytest.fixture
def hand_out(owner, receipt_id: UUID) -> Callable[..., None]:
    """As if the PDF had been rendered."""

    def give(variant: str = "original") -> None:
        owner.execute(
            "INSERT INTO receipt_file (receipt_id, variant, member_id, content, sha256) "
            "SELECT id, %s, member_id, '%%PDF', 'x' FROM receipt WHERE id = %s",
            [variant, receipt_id],
        )

    return give


@pytest.fixture
def row(owner) -> Callable[[], dict[str, Any]]:
    def read() -> dict[str, Any]:
        with owner.cursor(row_factory=psycopg.rows.dict_row) as cursor:
            found: dict[str, Any] | None = cursor.execute("SELECT * FROM receipt").fetchone()
        assert found is not None
        return found

    return read


def variants(owner) -> set[str]:
    return {variant for (variant,) in owner.execute("SELECT variant FROM receipt_file").fetchall()}


@pytest.mark.parametrize("field", CONTENT)
@pytest.mark.parametrize("variant", ["original", "duplicate"])
def test_no_field_of_a_receipt_that_was_handed_out_can_be_rewritten(owner, hand_out, row, field, variant) -> None:
    hand_out(variant)
    before = row()
    with pytest.raises(psycopg.errors.CheckViolation, match="a receipt that was handed out is final"):
        owner.execute(f"UPDATE receipt SET {field} = %s", [CONTENT[field]])
    assert row() == before


@pytest.mark.parametrize("field", CONTENT)
def test_cancelling_changes_nothing_else(owner, hand_out, row, field) -> None:
    hand_out()
    before = row()
    owner.execute(f"UPDATE receipt SET state = 'cancelled', cancel_reason = 'Erreur', {field} = %s", [CONTENT[field]])
    assert row() == before | {"state": "cancelled", "cancel_reason": "Erreur"}


def test_until_it_is_handed_out_the_central_base_may_still_correct_it(owner, row) -> None:
    owner.execute("UPDATE receipt SET donor_name = 'Mme Marie Durand', problem = 'it is not in euros'")
    assert row()["donor_name"] == "Mme Marie Durand"


def test_a_correction_takes_the_problem_away_that_a_look_at_it_had_found(owner, row) -> None:
    owner.execute("UPDATE receipt SET problem = 'it is not in euros'")
    owner.execute("UPDATE receipt SET handed_by = 'post'")
    assert row()["problem"]
    owner.execute("UPDATE receipt SET amount = amount + 1")
    assert not row()["problem"]


def test_a_copy_of_a_cancelled_receipt_is_final_too(owner, hand_out, row) -> None:
    owner.execute("UPDATE receipt SET state = 'cancelled'")
    hand_out("cancelled")
    owner.execute("UPDATE receipt SET cancel_reason = 'Doublon', amount = 1")
    assert (row()["amount"], row()["cancel_reason"]) == (Decimal("180.00"), "Doublon")


def test_what_a_cancelled_copy_says_is_said_anew_when_it_changes_and_only_then(owner, hand_out) -> None:
    hand_out()
    hand_out("duplicate")
    owner.execute("UPDATE receipt SET state = 'cancelled'")
    hand_out("cancelled")
    owner.execute("UPDATE receipt SET handed_by = 'post', central_id = central_id, state = 'cancelled'")
    assert variants(owner) == {"original", "duplicate", "cancelled"}
    owner.execute("UPDATE receipt SET replaced_by = '2031-000001'")
    assert variants(owner) == {"original", "duplicate"}


def test_what_the_portal_issued_is_never_made_valid_again_by_the_central_base(owner, hand_out, row) -> None:
    owner.execute("UPDATE receipt SET by_portal = true")
    owner.execute(
        "UPDATE receipt SET state = 'cancelled', cancelled_on = '2026-02-01', cancel_reason = 'Erreur', "
        "replaced_by = '2031-000001'"
    )
    hand_out("cancelled")
    before = row()
    owner.execute(
        "UPDATE receipt SET state = 'issued', cancelled_on = NULL, cancel_reason = '', replaced_by = '', "
        "donor_name = 'OTHER SPELLING'"
    )
    assert row() == before
    assert variants(owner) == {"cancelled"}, "the copy that was handed out is still the same"


def test_what_the_portal_issued_is_final_before_it_is_rendered(owner, row) -> None:
    owner.execute("UPDATE receipt SET by_portal = true")
    before = row()
    owner.execute("UPDATE receipt SET donor_name = 'OTHER SPELLING', lines = '[]'")
    assert row() == before


@pytest.mark.parametrize("other", ["amount = 1", "issued_on = '2001-01-01'", "fiscal_year = 2001"])
def test_another_receipt_under_a_number_of_ours_is_refused(owner, row, other) -> None:
    owner.execute("UPDATE receipt SET by_portal = true")
    before = row()
    with pytest.raises(psycopg.errors.CheckViolation, match="another receipt has this number"):
        owner.execute(f"UPDATE receipt SET {other}")
    assert row() == before


def test_a_receipt_goes_along_when_its_members_record_is_merged_into_another(owner, hand_out, row, member_id) -> None:
    hand_out()
    before, nadia = row(), member_id(NADIA)
    owner.execute("UPDATE receipt SET member_id = %s", [nadia])
    assert row() == before | {"member_id": nadia}
    for table in ("receipt_file", "receipt_gift"):
        assert owner.execute(f"SELECT DISTINCT member_id FROM {table}").fetchall() == [(nadia,)]


async def test_a_corrected_receipt_that_was_handed_out_is_set_aside_by_the_sync(
    owner, hand_out, row, sync_database, central_directory
) -> None:
    await pull(sync_database, central_directory)
    hand_out()
    before = row()
    central_directory.put("receipt", corrected(central_directory, "r1", donor_name="Mme M. Durand"))
    await pull(sync_database, central_directory)
    assert row() == before
    found = owner.execute("SELECT entity, central_id, problem FROM sync_set_aside").fetchall()
    assert found == [("receipt", "r1", "CheckViolation")]


async def test_a_receipt_that_the_central_base_has_lost_stays(
    owner, hand_out, row, sync_database, central_directory
) -> None:
    await pull(sync_database, central_directory)
    before = row()
    central_directory.drop("receipt", "r1")
    await pull(sync_database, central_directory)
    assert row() == before


def corrected(central: Any, central_id: str, **changes: Any) -> tuple[Any, ...]:
    names = ENTITIES["receipt"].incoming
    held = dict(zip(names, central.tables["receipt"][central_id], strict=True))
    return tuple((held | changes)[name] for name in names)


# Which receipt covers which gift


def covered(owner) -> set[str]:
    return {gift for (gift,) in owner.execute("SELECT gift FROM receipt_gift").fetchall()}


def test_the_gifts_of_a_receipt_are_known_and_follow_its_lines(owner, member_id) -> None:
    assert covered(owner) == {f"g{month}" for month in range(1, 13)}
    lines = [{"gift": "a", "amount": "1"}, {"gift": "b"}, {"gift": "a"}, {"amount": "2"}]
    owner.execute("UPDATE receipt SET lines = %s", [json.dumps(lines)])
    assert covered(owner) == {"a", "b"}
    assert owner.execute("SELECT DISTINCT member_id FROM receipt_gift").fetchall() == [(member_id(MARIE),)]


def test_many_receipts_at_once_have_each_their_own_gifts(owner) -> None:
    owner.execute(
        "INSERT INTO receipt (member_id, number, fiscal_year, kind, article, issued_on, amount, currency, state, "
        "donor_name, donor_address, lines) SELECT member_id, 'n' || n, 2020, 'gift', '200', issued_on, 1, 'EUR', "
        "'issued', '', '', jsonb_build_array(jsonb_build_object('gift', 'x' || n)) "
        "FROM receipt, generate_series(1, 50) n"
    )
    assert covered(owner) >= {f"x{number}" for number in range(1, 51)}
    owner.execute("UPDATE receipt SET lines = '[]' WHERE number LIKE 'n_'")
    assert len([gift for gift in covered(owner) if gift.startswith("x")]) == 41


# Rendering


@pytest.fixture
async def worker(settings: Settings) -> Any:
    database = Database(role_url(settings.database_url, settings.secret_key, "portal_worker"))
    yield database
    await database.close()


async def print_out(worker: Database, settings: Settings, receipt_id: UUID, variant: str = "original") -> bytes:
    """What the worker does, step by step."""
    async with worker.begin() as db:
        receipt = await db.get_one(Receipt, receipt_id)
        of = await press.freeze(db, settings, receipt)
    assert of is not None
    content = rendered(paper.sheet(environment(settings), of, variant, None))
    async with worker.begin() as db:
        await press.keep(db, receipt, variant, of, content)
    return content


async def test_the_file_is_kept_with_its_data_and_its_hash(owner, worker, settings, receipt_id) -> None:
    content = await print_out(worker, settings, receipt_id)
    data, kept, digest = owner.execute("SELECT data, content, sha256 FROM receipt_file").fetchone()
    assert kept == content
    assert digest == hashlib.sha256(content).hexdigest()
    assert data["donor"]["name"] == "Mme Marie Dupont"


async def test_rendering_the_frozen_data_again_gives_the_same_bytes(owner, worker, settings, receipt_id) -> None:
    """As they come back from the database, and under whatever settings."""
    content = await print_out(worker, settings, receipt_id)
    [(data,)] = owner.execute("SELECT data FROM receipt_file").fetchall()
    renamed = replace(settings, organisation_name="Les Mains Fermées", base_url="https://other.test")
    assert rendered(paper.sheet(environment(renamed), data, "original", None)) == content


async def test_a_changed_address_changes_no_old_receipt(owner, worker, settings, receipt_id) -> None:
    await print_out(worker, settings, receipt_id)
    owner.execute("UPDATE postal_address SET street = 'rue Neuve', town = 'Nantes'")
    owner.execute("UPDATE member SET last_name = 'Durand'")
    await print_out(worker, settings, receipt_id, "duplicate")
    [[original], [duplicate]] = owner.execute("SELECT data FROM receipt_file ORDER BY variant DESC").fetchall()
    assert original == duplicate
    assert original["donor"]["address"] == ["12 BIS RUE DES LILAS", "69003 LYON"]


async def test_a_changed_association_changes_no_old_receipt(owner, worker, settings, receipt_id) -> None:
    await print_out(worker, settings, receipt_id)
    later = replace(
        settings, organisation_name="Autre Nom", organisation_address="Ailleurs|75001 PARIS",
        organisation_siren="W751234567", organisation_purpose="Autre but", organisation_category="Autre catégorie",
        receipt_signatory="Quelqu’un d’autre", receipt_wealth_tax=True, base_url="https://autre.test",
    )  # fmt: skip
    await print_out(worker, later, receipt_id, "duplicate")
    owner.execute("UPDATE receipt SET state = 'cancelled', cancel_reason = 'Erreur'")
    await print_out(worker, later, receipt_id, "cancelled")
    bodies = [data["body"] for (data,) in owner.execute("SELECT data FROM receipt_file").fetchall()]
    assert bodies == 3 * [paper.issuing_body(settings)]


async def test_a_receipt_that_lacks_something_says_so_and_is_not_frozen(row, worker, settings, receipt_id) -> None:
    bare = replace(settings, receipt_signatory="", organisation_siren="")
    async with worker.begin() as db:
        assert await press.freeze(db, bare, await db.get_one(Receipt, receipt_id)) is None
    assert "RECEIPT_SIGNATORY" in row()["problem"]
    assert "ORGANISATION_SIREN" in row()["problem"]
    assert row()["issuer"] is None
    await print_out(worker, settings, receipt_id)
    assert not row()["problem"]
    assert row()["issuer"] == paper.issuing_body(settings)


async def test_of_two_renderings_at_once_the_first_stays(owner, worker, settings, receipt_id) -> None:
    async with worker.begin() as db:
        receipt = await db.get_one(Receipt, receipt_id)
        of = await press.freeze(db, settings, receipt)
    assert of is not None
    for content in (b"first", b"second"):
        async with worker.begin() as db:
            await press.keep(db, receipt, "original", of, content)
    assert owner.execute("SELECT content FROM receipt_file").fetchall() == [(b"first",)]


@pytest.mark.parametrize("change", ["donor_name = 'Mme Marie Durand'", "state = 'cancelled'"])
async def test_what_changed_while_it_was_rendered_is_not_kept(owner, worker, settings, receipt_id, change) -> None:
    """Else the paper would say one thing and the record another, for good."""
    async with worker.begin() as db:
        receipt = await db.get_one(Receipt, receipt_id)
        of = await press.freeze(db, settings, receipt)
    assert of is not None
    owner.execute(f"UPDATE receipt SET {change}")
    async with worker.begin() as db:
        await press.keep(db, receipt, "original", of, b"outdated")
    assert variants(owner) == set()


async def test_a_changed_reason_leaves_no_older_cancelled_copy(owner, worker, settings, receipt_id) -> None:
    owner.execute("UPDATE receipt SET state = 'cancelled', cancel_reason = 'Erreur'")
    async with worker.begin() as db:
        receipt = await db.get_one(Receipt, receipt_id)
        of = await press.freeze(db, settings, receipt)
    owner.execute("UPDATE receipt SET replaced_by = '2031-000001'")
    assert of is not None
    async with worker.begin() as db:
        await press.keep(db, receipt, "cancelled", of, b"without successor")
    assert variants(owner) == set()


async def test_another_transaction_cannot_slip_in_while_a_file_is_kept(owner, worker, settings, receipt_id) -> None:
    async with worker.begin() as db:
        receipt = await db.get_one(Receipt, receipt_id)
        of = await press.freeze(db, settings, receipt)
    assert of is not None
    owner.execute("SET lock_timeout = '200ms'")
    async with worker.begin() as db:
        await press.keep(db, receipt, "original", of, b"kept")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            owner.execute("UPDATE receipt SET donor_name = 'Mme Marie Durand'")
    with pytest.raises(psycopg.errors.CheckViolation):
        owner.execute("UPDATE receipt SET donor_name = 'Mme Marie Durand'")


# Walls


async def test_the_walls_stand_around_files_and_gifts_of_receipts(settings, visitor, database, hand_out) -> None:
    hand_out()
    counts = {}
    for person in (MARIE, STRANGER, NADIA):
        walker = visitor()
        session_id = await walker.enter(person)
        secret = walker.client.cookies["__Host-session"].split(".")[1]
        async with database.begin() as db:
            await db.execute(OPEN, {"id": session_id, "hash": crypto.digest(secret)} | limits(settings))
            counts[person.number] = [
                await db.scalar(text(f"SELECT count(*) FROM {table}"))
                for table in ("receipt", "receipt_file", "receipt_gift")
            ]
    assert counts == {MARIE.number: [1, 1, 12], STRANGER.number: [0, 0, 0], NADIA.number: [0, 0, 0]}


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO receipt_file (receipt_id, member_id, content, sha256) SELECT id, member_id, '', '' FROM receipt",
        "UPDATE receipt_file SET content = ''",
        "DELETE FROM receipt_file",
        "DELETE FROM receipt_gift",
        "UPDATE receipt SET state = 'cancelled'",
        "UPDATE receipt_counter SET last = 0",
    ],
)
async def test_the_web_role_writes_nothing_of_receipts(database, statement: str) -> None:
    with pytest.raises(Exception, match="permission denied"):
        async with database.begin() as db:
            await db.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE receipt SET amount = 1",
        "UPDATE receipt SET state = 'issued'",
        "UPDATE receipt SET code = ''",
        "UPDATE receipt_file SET content = ''",
        "SELECT verify_receipt('', '')",
    ],
)
async def test_the_worker_renders_and_changes_nothing(worker, statement: str) -> None:
    with pytest.raises(Exception, match="permission denied"):
        async with worker.begin() as db:
            await db.execute(text(statement))


async def test_the_worker_deletes_nothing_before_its_six_years_are_over(worker, owner) -> None:
    """As long as a control may ask for it (LPF, art. L102 E)."""
    values = "receipt_id, member_id, content, sha256"
    owner.execute(f"INSERT INTO receipt_file ({values}) SELECT id, member_id, '', '' FROM receipt")
    owner.execute("ALTER TABLE receipt DISABLE TRIGGER USER")
    left = []
    for age in ("5 years 364 days", "6 years 2 days"):
        owner.execute(f"UPDATE receipt SET issued_on = {clock.SQL_TODAY} - interval '{age}'")
        async with worker.begin() as db:
            await db.execute(text("DELETE FROM receipt_file"))
            await db.execute(text("DELETE FROM receipt"))
        counted = "SELECT (SELECT count(*) FROM receipt_file), (SELECT count(*) FROM receipt)"
        left.append(owner.execute(counted).fetchone())
    assert left == [(1, 1), (0, 0)]


def test_codes_are_random_and_of_forty_eight_bits(owner) -> None:
    found = owner.execute(
        "INSERT INTO receipt (member_id, number, fiscal_year, kind, article, issued_on, amount, currency, state, "
        "donor_name, donor_address, lines) SELECT member_id, 'n' || n, 2020, 'gift', '200', issued_on, 1, 'EUR', "
        "'issued', '', '', '[]' FROM receipt, generate_series(1, 300) n RETURNING code"
    ).fetchall()
    codes = {code for (code,) in found}
    assert len(codes) == 300
    assert all(len(code) == 12 and set(code) <= set("0123456789ABCDEF") for code in codes)
    for place in range(12):
        assert len({code[place] for code in codes}) == 16, "every digit is random"
