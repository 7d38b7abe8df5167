"""A base that has no place for some field groups: of those the portal's own value is the reference, and stays."""

import dataclasses

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from backoffice_sync.compare.reconcile import reconcile
from backoffice_sync.inward.pull import pull
from backoffice_sync.mapping import ENTITIES, GROUPS
from backoffice_sync.outward.push import push
from portal.consents import store
from portal.database import Database
from portal.members.models import Member
from portal.preferences import store as preferences
from tests.backoffice_sync.test_push import change_address, statuses, type_into_central
from tests.personas import MARIE

OWN = ("contact_choice", "receipt_wish")
HELD = """
    SELECT objections, receipt_by FROM contact_choice JOIN member m ON m.id = member_id
    JOIN receipt_wish USING (member_id) WHERE number = '1001'"""


@pytest.fixture
async def bare(central_directory, sync_database, owner):
    """Like Tryton: without a place for choices and wishes."""
    for name in OWN:
        central_directory.tables[name].clear()
    own = {name for entity in OWN for name in ENTITIES[entity].groups}
    central_directory.capabilities = dataclasses.replace(
        central_directory.capabilities,
        entities=frozenset(ENTITIES) - set(OWN), reads=frozenset(GROUPS) - own, writes=frozenset(GROUPS) - own,
    )  # fmt: skip
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    await pull(sync_database, central_directory)
    return central_directory


@pytest.fixture
def choose(settings):
    async def say(objections: list[str]) -> None:
        here = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"), pool_size=1)
        async with here.begin() as db:
            member_id = (await db.scalars(select(Member.id).where(Member.number == MARIE.number))).one()
            actor = f"member:{member_id}"
            await store.choose(db, member_id, "objections", objections, shown={}, source="portal", actor=actor)
            await preferences.put_wish(db, member_id, {"receipt_rhythm": "annual", "receipt_by": "email"})
        await here.close()

    return say


async def test_every_member_has_a_row_of_what_the_portal_alone_keeps(bare, sync_database, owner) -> None:
    type_into_central(bare, "member", "1001", number="1099", central_id="1099", last_name="Nouvelle")
    await pull(sync_database, bare)
    for table in OWN:
        without = f"SELECT count(*) FROM member m WHERE NOT EXISTS (SELECT FROM {table} WHERE member_id = m.id)"
        assert owner.execute(without.encode()).fetchone() == (0,)
    assert owner.execute("SELECT count(*) FROM consent_entry").fetchone() == (0,), "nobody has chosen anything"


async def test_an_objection_is_kept_for_good_whatever_the_sync_does(bare, choose, sync_database, owner) -> None:
    await choose(["appeals/post"])
    kept = (["appeals/post"], "email")

    async def swept() -> None:
        type_into_central(bare, "member", "1001", last_name="Durand")
        await pull(sync_database, bare)
        assert owner.execute(HELD).fetchone() == kept
        await pull(sync_database, bare, everything=True)
        assert owner.execute(HELD).fetchone() == kept
        for _ in range(3):
            assert (await reconcile(sync_database, bare)).is_none
        assert owner.execute(HELD).fetchone() == kept

    await swept()
    await push(sync_database, bare)
    assert statuses(owner) == ["confirmed"]
    assert bare.writes == []
    assert owner.execute(HELD).fetchone() == kept
    await swept()
    acts = owner.execute("SELECT act, source FROM consent_entry").fetchall()
    assert acts == [("objected", "portal")]


async def test_a_base_that_keeps_part_of_a_row_leaves_the_rest_of_it_to_the_portal(
    central_directory, choose, sync_database, owner
) -> None:
    unread = {"contact_rhythm", "details_check", "consents", "objections"}
    central_directory.capabilities = dataclasses.replace(
        central_directory.capabilities, reads=frozenset(GROUPS) - unread, writes=frozenset(GROUPS) - unread
    )
    await pull(sync_database, central_directory)
    await choose(["appeals/post"])
    await push(sync_database, central_directory)
    central_directory.put("contact_choice", central_directory.tables["contact_choice"]["1001"])
    await pull(sync_database, central_directory)
    await reconcile(sync_database, central_directory)
    assert owner.execute(HELD).fetchone()[0] == ["appeals/post"]


async def test_other_addresses_of_the_portals_own_outlive_a_change_of_the_main_one(
    central_directory, sync_database, visitor, owner
) -> None:
    unread = {"other_addresses"}
    central_directory.capabilities = dataclasses.replace(
        central_directory.capabilities, reads=frozenset(GROUPS) - unread, writes=frozenset(GROUPS) - unread
    )
    await pull(sync_database, central_directory)
    owner.execute(
        "INSERT INTO postal_address (member_id, is_main, street, unit, building, house_number, locality, postcode, "
        "town, region, country, returned_reason) SELECT id, false, 'rue du Lac', '', '', '', '', '74000', 'Annecy', "
        "'', 'FR', '' FROM member WHERE number = '1001'"
    )
    await change_address(visitor)
    await push(sync_database, central_directory)
    assert statuses(owner) == ["confirmed"]
    streets = "SELECT street FROM postal_address a JOIN member m ON m.id = member_id WHERE number = '1001' ORDER BY 1"
    assert owner.execute(streets).fetchall() == [("place Bellecour",), ("rue du Lac",)]
