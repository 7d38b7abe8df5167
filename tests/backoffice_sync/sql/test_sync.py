"""The portal in front of an association's own base: what stands there is shown, what a donor changes arrives."""

import pytest

from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.push import push
from portal import changes
from portal.profile import store
from tests.backoffice_sync.contract.test_contract import SAMPLES, person
from tests.backoffice_sync.sql.staff import SqlStaff

ADDRESS = SAMPLES["address"][0]


@pytest.fixture
async def anne(staff: SqlStaff, owner) -> str:
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    made = await person(staff)
    for entity in ("mandate", "gift", "receipt", "request", "memo"):
        await staff.make(entity, made)
    await staff.make("gift", made, mode="ZZ")
    return made


async def test_everything_is_brought_once_and_a_row_that_cannot_be_read_is_named(
    staff, anne, owner, sync_database
) -> None:
    directory = staff.connect()
    written = {entity: count for entity, count in (await pull(sync_database, directory)).items() if count}
    rows = ("member", "contact_choice", "receipt_wish", "address", "email", "phone", "mandate", "gift", "receipt")
    assert written == dict.fromkeys((*rows, "request", "memo"), 1)
    assert owner.execute("SELECT entity, problem FROM sync_set_aside").fetchall() == [("gift", "NotNullViolation")]
    assert set((await pull(sync_database, directory)).values()) == {0}
    assert set((await pull(sync_database, staff.connect())).values()) == {0}, "told again after a restart"
    await staff.edit("address", (await directory.rows_of("address", anne))[0][0])
    assert (await pull(sync_database, directory))["address"] == 1
    assert owner.execute("SELECT town FROM postal_address").fetchall() == [("Nice",)]


async def test_what_a_donor_changes_arrives_and_is_confirmed(staff, anne, owner, sync_database) -> None:
    directory = staff.connect()
    await pull(sync_database, directory)
    before = await directory.read(anne, "address")
    [(member_id,)] = owner.execute("SELECT id FROM member").fetchall()
    async with sync_database.begin() as db:
        await store.put_address(db, member_id, ADDRESS)
        await changes.record(db, member_id, "address", old=before, new=ADDRESS, actor="Anne")
    await push(sync_database, directory)
    assert owner.execute("SELECT status, reason FROM recorded_change").fetchall() == [("confirmed", "")]
    assert staff.ask("SELECT numero, voie, ville FROM adresse") == [("3", "chemin des Dunes", "Les Sables-d'Olonne")]
    assert set((await pull(sync_database, directory)).values()) == {0}
