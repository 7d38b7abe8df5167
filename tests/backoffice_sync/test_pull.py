from decimal import Decimal

import psycopg
import pytest

from backoffice_sync import mapping
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.demo import fill
from backoffice_sync.directory import DirectoryUnreachable
from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.push import push
from backoffice_sync.watch.status import status
from portal import clock
from tests.backoffice_sync.test_push import change_address, type_into_central
from tests.personas import MARIE, NADIA


@pytest.fixture
async def pulled(sync_database, central_directory):
    await pull(sync_database, central_directory)
    return central_directory


async def test_what_changed_there_is_here_after_the_next_pull(pulled, visitor, sync_database) -> None:
    type_into_central(pulled, "gift", "g-now", amount="51.00")
    type_into_central(pulled, "memo", "x1", body="Nouveau mot")
    assert {name: n for name, n in (await pull(sync_database, pulled)).items() if n} == {"gift": 1, "memo": 1}
    walker = visitor()
    await walker.enter(MARIE)
    text = (await walker.get("/")).text
    assert "€51.00" in text
    assert "Nouveau mot" in text


async def test_a_second_pull_without_news_writes_nothing(pulled, sync_database) -> None:
    for entity, rows in pulled.tables.items():
        for row in list(rows.values()):
            pulled.put(entity, row)
    assert set((await pull(sync_database, pulled)).values()) == {0}


async def test_a_row_that_is_gone_there_is_gone_here(pulled, owner, sync_database) -> None:
    pulled.drop("phone", "p1")
    pulled.drop("memo", "x1")
    await pull(sync_database, pulled)
    assert owner.execute("SELECT count(*) FROM phone").fetchone() == (0,)
    assert owner.execute("SELECT count(*) FROM memo").fetchone() == (0,)


async def test_a_member_that_is_gone_is_locked_out_but_not_forgotten(pulled, visitor, owner, sync_database) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    pulled.drop("member", MARIE.number)
    await pull(sync_database, pulled)
    assert (await walker.get("/", follow=False)).headers["location"] == "/sign-in"
    assert owner.execute("SELECT closed FROM member WHERE number = '1001'").fetchone() == (True,)
    assert owner.execute("SELECT count(*) FROM receipt").fetchone() == (1,)


async def test_a_pull_never_overwrites_a_change_that_is_under_way(pulled, visitor, owner, sync_database) -> None:
    walker = await change_address(visitor)
    type_into_central(pulled, "address", "a1001", street="rue du Secrétariat")
    await pull(sync_database, pulled)
    assert "PLACE BELLECOUR" in (await walker.get("/profile")).text
    assert owner.execute("SELECT base ->> 'street' FROM field_in_motion").fetchone() == ("rue des Lilas",)


async def test_a_load_that_was_cut_short_starts_again_and_ends_complete(
    sync_database, central_directory, owner
) -> None:
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    count = central_directory.count

    async def cut(entity):
        if entity == "gift":
            raise DirectoryUnreachable
        return await count(entity)

    central_directory.count = cut
    with pytest.raises(DirectoryUnreachable):
        await pull(sync_database, central_directory)
    assert owner.execute("SELECT count(*) FROM sync_cursor").fetchone() == (0,)
    central_directory.count = count
    await pull(sync_database, central_directory)
    assert owner.execute("SELECT count(*) FROM gift").fetchone() == (len(central_directory.tables["gift"]),)


async def test_rows_of_members_unknown_here_are_left_out(pulled, owner, sync_database) -> None:
    row = dict(zip(mapping.ENTITIES["phone"].incoming, pulled.tables["phone"]["p1"], strict=True))
    pulled.put("phone", tuple((row | {"central_id": "p9", "member": "nobody"}).values()))
    await pull(sync_database, pulled)
    assert owner.execute("SELECT count(*) FROM phone").fetchone() == (1,)


async def test_the_full_iban_never_reaches_the_portal(central, central_url, owner, sync_database) -> None:
    fill(central, members=60, today=clock.today())
    central.commit()
    directory = PostgresDirectory(central_url)
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    await pull(sync_database, directory)
    await directory.close()
    ibans = [iban for (iban,) in central.execute("SELECT iban FROM mandate")]
    assert ibans
    stored = owner.execute("SELECT masked_iban FROM mandate WHERE central_id ~ '^[0-9]'").fetchall()
    assert len(stored) == len(ibans)
    assert all(len(masked) == 14 and masked[:2].isalpha() for (masked,) in stored)
    everything = str(owner.execute("SELECT * FROM mandate").fetchall())
    assert not [iban for iban in ibans if iban in everything or iban[4:14] in everything]


async def test_rows_of_a_transaction_that_ends_late_are_not_missed(central_url, central, owner, sync_database) -> None:
    fill(central, members=60, today=clock.today())
    central.commit()
    directory = PostgresDirectory(central_url)
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    await pull(sync_database, directory)
    with psycopg.connect(central_url) as slow, psycopg.connect(central_url, autocommit=True) as quick:
        slow.execute("UPDATE member SET first_name = 'Lente' WHERE number = '100001'")
        quick.execute("UPDATE member SET first_name = 'Rapide' WHERE number = '100002'")
        await pull(sync_database, directory)
        slow.commit()
    await pull(sync_database, directory)
    await directory.close()
    names = owner.execute(
        "SELECT first_name FROM member WHERE number IN ('100001', '100002') ORDER BY number"
    ).fetchall()
    assert names == [("Lente",), ("Rapide",)]


async def test_a_row_that_cannot_be_taken_is_set_aside_and_the_others_arrive(pulled, owner, sync_database) -> None:
    type_into_central(pulled, "gift", "g1", amount="99999999999.00")
    type_into_central(pulled, "gift", "g2", amount="16.00")
    await pull(sync_database, pulled)
    assert owner.execute("SELECT amount FROM gift WHERE central_id = 'g2'").fetchone() == (Decimal("16.00"),)
    assert owner.execute("SELECT entity, central_id FROM sync_set_aside").fetchall() == [("gift", "g1")]
    assert (await status(sync_database))["rows_set_aside"] == ["gift g1 NumericValueOutOfRange"]
    type_into_central(pulled, "gift", "g1", amount="17.00")
    await pull(sync_database, pulled)
    assert (await status(sync_database))["rows_set_aside"] == []


async def test_a_message_that_moves_to_another_member_moves_here_too(pulled, owner, sync_database) -> None:
    type_into_central(pulled, "memo", "x1", member="1002")
    await pull(sync_database, pulled)
    rows = owner.execute("SELECT m.number FROM memo JOIN member m ON m.id = memo.member_id").fetchall()
    assert rows == [("1002",)]


async def test_a_number_given_to_another_record_is_taken(pulled, owner, sync_database) -> None:
    type_into_central(pulled, "member", "1002", number="1003")
    type_into_central(pulled, "member", "1003", number="1002")
    await pull(sync_database, pulled)
    assert owner.execute("SELECT number FROM member WHERE central_id = '1002'").fetchone() == ("1003",)


async def test_a_receipt_that_was_handed_out_is_never_rewritten_only_cancelled(pulled, owner, sync_database) -> None:
    type_into_central(pulled, "receipt", "r1", donor_name="Mme Marie Durand")
    await pull(sync_database, pulled)
    assert owner.execute("SELECT donor_name FROM receipt").fetchone() == ("Mme Marie Durand",)
    owner.execute(
        "INSERT INTO receipt_file (receipt_id, member_id, content, sha256) SELECT id, member_id, 'x', 'x' FROM receipt"
    )
    type_into_central(pulled, "receipt", "r1", amount="99.00")
    await pull(sync_database, pulled)
    assert owner.execute("SELECT amount, state FROM receipt").fetchone() == (Decimal("180.00"), "issued")
    assert owner.execute("SELECT entity, central_id, problem FROM sync_set_aside").fetchall() == [
        ("receipt", "r1", "CheckViolation")
    ]
    type_into_central(pulled, "receipt", "r1", state="cancelled", cancel_reason="Erreur de montant")
    await pull(sync_database, pulled)
    assert owner.execute("SELECT amount, state, cancel_reason FROM receipt").fetchone() == (
        Decimal("180.00"), "cancelled", "Erreur de montant",
    )  # fmt: skip
    assert owner.execute("SELECT count(*) FROM sync_set_aside").fetchone() == (0,)


async def test_a_central_base_restored_from_a_copy_is_read_anew(central, central_url, owner, sync_database) -> None:
    fill(central, members=60, today=clock.today())
    central.commit()
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    directory = PostgresDirectory(central_url)
    await pull(sync_database, directory)
    owner.execute("UPDATE sync_cursor SET position = '999999999:999999999:'")
    central.execute("ALTER TABLE member DISABLE TRIGGER note_change")
    central.execute("UPDATE member SET first_name = 'Retrouvée' WHERE number = '100001'")
    central.commit()
    await pull(sync_database, directory)
    await directory.close()
    assert owner.execute("SELECT first_name FROM member WHERE number = '100001'").fetchone() == ("Retrouvée",)


async def test_an_address_typed_there_does_not_stand_beside_the_one_on_its_way(
    pulled, visitor, owner, sync_database
) -> None:
    await change_address(visitor, NADIA)
    names = mapping.ENTITIES["address"].incoming
    row = dict(zip(names, pulled.tables["address"]["a1001"], strict=True))
    pulled.put("address", tuple((row | {"central_id": "a1002", "member": NADIA.number})[name] for name in names))
    await pull(sync_database, pulled)
    query = "SELECT street FROM postal_address a JOIN member m ON m.id = a.member_id WHERE m.number = %s"
    assert owner.execute(query, [NADIA.number]).fetchall() == [("place Bellecour",)]
    await push(sync_database, pulled)
    assert owner.execute(query, [NADIA.number]).fetchall() == [("place Bellecour",)]


async def test_what_a_push_has_just_confirmed_is_not_shown_as_it_was_before(
    pulled, visitor, owner, sync_database, monkeypatch
) -> None:
    """Another worker passes a change on between what a pull asks and what it writes."""
    type_into_central(pulled, "address", "a1001", street="rue du Secrétariat")
    await change_address(visitor)
    rows = pulled.rows

    async def slowly(entity, ids):
        found = await rows(entity, ids)
        if entity == "address":
            await push(sync_database, pulled)
        return found

    shown = "SELECT street, held FROM postal_address WHERE central_id = 'a1001'"
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(pulled, "rows", slowly)
        await pull(sync_database, pulled)
    assert owner.execute("SELECT status FROM recorded_change").fetchall() == [("confirmed",)]
    assert owner.execute(shown).fetchone() == ("place Bellecour", False)
    await pull(sync_database, pulled)
    assert owner.execute(shown).fetchone() == ("place Bellecour", False)
