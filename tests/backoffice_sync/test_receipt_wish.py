"""A wish for tax receipts on its way: the same over the twin in memory and over the reference schema."""

from collections.abc import AsyncIterator
from typing import Any, Protocol

import psycopg
import pytest

from backoffice_sync.connectors.memory import MemoryDirectory
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.push import push
from tests.backoffice_sync.test_push import due_now, statuses, type_into_central
from tests.personas import CLAIRE, MARIE, NADIA, PAUL, STRANGER, Person

PATH = "/preferences/receipts"
BY_EMAIL = {"receipt_rhythm": "annual", "receipt_by": "email"}


class Central(Protocol):
    """What the tests do to a central base behind the sync's back."""

    directory: Any

    def types(self, person: Person, rhythm: str, by: str) -> None: ...
    def closes(self, person: Person) -> None: ...


class Twin:
    def __init__(self, directory: MemoryDirectory) -> None:
        self.directory = directory

    def types(self, person: Person, rhythm: str, by: str) -> None:
        type_into_central(self.directory, "receipt_wish", person.number, receipt_rhythm=rhythm, receipt_by=by)

    def closes(self, person: Person) -> None:
        self.directory.drop("member", person.number)


class Reference:
    """With members of the personas' numbers."""

    def __init__(self, connection: psycopg.Connection[Any], directory: PostgresDirectory) -> None:
        self.connection, self.directory = connection, directory
        for person in (MARIE, NADIA, STRANGER, CLAIRE, PAUL):
            self._do("INSERT INTO member (id, number, kind) VALUES (%s, %s, 'person')", person.number, person.number)
            self._do("INSERT INTO email (member_id, address) VALUES (%s, %s)", person.number, person.email)

    def types(self, person: Person, rhythm: str, by: str) -> None:
        wish = "UPDATE member SET receipt_rhythm = %s, receipt_by = %s, last_name = 'Durand' WHERE id = %s"
        self._do(wish, rhythm, by, person.number)

    def closes(self, person: Person) -> None:
        self._do("UPDATE member SET merged_into = %s WHERE id = %s", NADIA.number, person.number)

    def _do(self, statement: str, *values: object) -> None:
        self.connection.execute(statement.encode(), values)
        self.connection.commit()


@pytest.fixture(params=["twin", "reference"])
async def central_base(
    request, sync_database, central_directory, central, central_url, owner
) -> AsyncIterator[Central]:
    """A central base whose members the portal has."""
    if request.param == "twin":
        await pull(sync_database, central_directory)
        yield Twin(central_directory)
        return
    directory = PostgresDirectory(central_url)
    made = Reference(central, directory)
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    await pull(sync_database, directory)
    yield made
    await directory.close()


@pytest.fixture
def choose(visitor):
    async def choose(person=MARIE, **fields):
        walker = visitor()
        await walker.enter(person)
        await walker.submit(await walker.get(PATH), PATH, **({"receipt_by": "email"} | fields))
        return walker

    return choose


@pytest.fixture
def here(owner):
    """What the portal holds of a member: rhythm, way, and whether a change is under way."""
    query = (
        "SELECT receipt_rhythm, receipt_by, w.held FROM receipt_wish w JOIN member m ON m.id = w.member_id "
        "WHERE m.number = %s"
    )
    return lambda person=MARIE: owner.execute(query, [person.number]).fetchone()


async def there(central_base, person=MARIE):
    return await central_base.directory.read(person.number, "receipt_wish")


async def test_a_wish_arrives_and_the_donor_sees_that_it_has(central_base, choose, owner, here, sync_database) -> None:
    walker = await choose()
    assert await push(sync_database, central_base.directory) == 1
    assert await there(central_base) == BY_EMAIL
    assert statuses(owner) == ["confirmed"]
    assert here() == ("annual", "email", False)
    assert owner.execute("SELECT count(*) FROM field_in_motion").fetchone() == (0,)
    assert "Tax receipts Received by the association" in (await walker.get("/profile/changes")).text
    assert "on its way to our central records" not in (await walker.get(PATH)).text


async def test_no_receipt_arrives_as_well(central_base, choose, here, sync_database) -> None:
    await choose(receipt_by="post", receipt_rhythm="none")
    await push(sync_database, central_base.directory)
    assert await there(central_base) == {"receipt_rhythm": "none", "receipt_by": "post"}
    assert here() == ("none", "post", False)


async def test_the_wish_leaves_the_rest_of_the_record_and_the_other_members_alone(
    central, central_url, owner, choose, sync_database
) -> None:
    base = Reference(central, PostgresDirectory(central_url))
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    await pull(sync_database, base.directory)
    base.types(MARIE, "annual", "post")
    before = central.execute("SELECT * FROM member ORDER BY id").fetchall()
    await choose()
    await push(sync_database, base.directory)
    await base.directory.close()
    central.commit()
    after = central.execute("SELECT * FROM member ORDER BY id").fetchall()
    [marie_before, *others], [marie_after, *others_after] = before, after
    assert others == others_after
    assert [pair for pair in zip(marie_before, marie_after, strict=True) if pair[0] != pair[1]] == [("post", "email")]
    assert central.execute("SELECT actor, act FROM journal").fetchall() == [("donor extranet", "receipt_wish written")]


async def test_a_pull_leaves_a_wish_alone_that_is_under_way(central_base, choose, owner, here, sync_database) -> None:
    await choose()
    central_base.types(MARIE, "none", "post")
    await pull(sync_database, central_base.directory)
    assert here() == ("annual", "email", True)
    assert owner.execute("SELECT base ->> 'receipt_rhythm' FROM field_in_motion").fetchone() == ("annual",)


async def test_when_both_sides_changed_it_the_donor_wins_and_the_conflict_is_noted(
    central_base, choose, owner, here, sync_database
) -> None:
    await choose()
    central_base.types(MARIE, "per_gift", "post")
    await pull(sync_database, central_base.directory)
    await push(sync_database, central_base.directory)
    assert await there(central_base) == BY_EMAIL
    assert here() == ("annual", "email", False)
    assert statuses(owner) == ["confirmed"]
    noted = owner.execute("SELECT field_group, theirs ->> 'receipt_rhythm', ours ->> 'receipt_by' FROM sync_conflict")
    assert noted.fetchall() == [("receipt_wish", "per_gift", "email")]


async def test_both_sides_wishing_the_same_is_no_conflict(central_base, choose, owner, sync_database) -> None:
    await choose()
    central_base.types(MARIE, "annual", "email")
    await push(sync_database, central_base.directory)
    assert statuses(owner) == ["confirmed"]
    assert owner.execute("SELECT count(*) FROM sync_conflict").fetchone() == (0,)


async def test_what_the_association_changes_later_comes_back(central_base, choose, here, sync_database) -> None:
    walker = await choose()
    await push(sync_database, central_base.directory)
    await pull(sync_database, central_base.directory)
    assert here() == ("annual", "email", False), "our own write comes back as it went"
    central_base.types(MARIE, "per_gift", "post")
    await pull(sync_database, central_base.directory)
    assert here() == ("per_gift", "post", False)
    assert "At present One receipt for each gift, by post" in (await walker.get(PATH)).text


async def test_several_choices_are_passed_on_as_the_last_one(central_base, choose, owner, sync_database) -> None:
    await choose()
    await choose(receipt_rhythm="per_gift")
    await choose(receipt_by="post", receipt_rhythm="none")
    await push(sync_database, central_base.directory)
    assert await there(central_base) == {"receipt_rhythm": "none", "receipt_by": "post"}
    assert statuses(owner) == ["confirmed"] * 3


async def test_going_back_before_it_was_passed_on_leaves_everything_as_it_was(
    central_base, choose, owner, here, sync_database
) -> None:
    await choose()
    await choose(receipt_by="post")
    await push(sync_database, central_base.directory)
    assert await there(central_base) == {"receipt_rhythm": "annual", "receipt_by": "post"}
    assert here() == ("annual", "post", False)
    assert statuses(owner) == ["confirmed"] * 2


async def test_each_members_wish_reaches_their_own_record(central_base, choose, here, sync_database) -> None:
    wishes = {
        MARIE: ("annual", "email"),
        STRANGER: ("per_gift", "email"),
        CLAIRE: ("none", "post"),
        PAUL: ("per_gift", "post"),
    }
    for person, (rhythm, by) in wishes.items():
        await choose(person, receipt_rhythm=rhythm, receipt_by=by)
    assert await push(sync_database, central_base.directory) == len(wishes)
    for person, (rhythm, by) in wishes.items():
        assert await there(central_base, person) == {"receipt_rhythm": rhythm, "receipt_by": by}
        assert here(person) == (rhythm, by, False)
    assert here(NADIA) == ("annual", "post", False)


async def test_wish_and_address_of_one_member_travel_side_by_side(
    choose, owner, sync_database, central_directory
) -> None:
    walker = await choose()
    page = await walker.submit(await walker.get("/profile/address"), "/profile/address/check", street="rue neuve")
    await walker.submit(page, "/profile/address")
    await push(sync_database, central_directory)
    assert await central_directory.read(MARIE.number, "receipt_wish") == BY_EMAIL
    assert (await central_directory.read(MARIE.number, "address"))["street"] == "rue neuve"
    assert statuses(owner) == ["confirmed"] * 2


async def test_the_wish_of_a_closed_record_is_refused_with_the_reason(
    central_base, choose, owner, sync_database
) -> None:
    walker = await choose()
    central_base.closes(MARIE)
    await push(sync_database, central_base.directory)
    assert statuses(owner) == ["refused"]
    text = (await walker.get("/profile/changes")).text
    assert "Not accepted" in text
    assert "Your record has been closed or merged. Please call us." in text
    assert owner.execute("SELECT count(*) FROM receipt_wish WHERE held").fetchone() == (0,)


async def test_the_wish_of_a_deleted_record_is_refused_and_shows_again_what_was_before(
    central, central_url, choose, owner, here, sync_database
) -> None:
    base = Reference(central, PostgresDirectory(central_url))
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    await pull(sync_database, base.directory)
    await choose()
    central.execute("DELETE FROM member WHERE id = 1001")
    central.commit()
    await pull(sync_database, base.directory)
    await push(sync_database, base.directory)
    await base.directory.close()
    assert statuses(owner) == ["refused"]
    assert here() == ("annual", "post", False)


async def test_a_wish_that_the_base_refuses_is_undone_here(
    choose, owner, here, sync_database, central_directory
) -> None:
    walker = await choose()
    central_directory.refuses = lambda _: "Our records cannot take this as it is written. Please change it, or call us."
    await push(sync_database, central_directory)
    assert statuses(owner) == ["refused"]
    assert here() == ("annual", "post", False)
    assert "At present One receipt for the whole year, by post" in (await walker.get(PATH)).text


async def test_while_the_base_is_down_the_wish_waits_and_holds_here(
    choose, owner, here, sync_database, central_directory
) -> None:
    walker = await choose()
    central_directory.reachable = False
    assert await push(sync_database, central_directory) == 0
    assert here() == ("annual", "email", True)
    assert "Saved, will be passed on shortly" in (await walker.get("/profile/changes")).text
    central_directory.reachable = True
    due_now(owner)
    assert await push(sync_database, central_directory) == 1
    assert await central_directory.read(MARIE.number, "receipt_wish") == BY_EMAIL


async def test_a_wish_that_is_given_up_shows_again_what_the_base_holds(
    choose, owner, here, sync_database, central_directory
) -> None:
    async def broken(member, group):
        raise RuntimeError

    central_directory.read = broken
    await choose()
    for _ in range(8):
        await push(sync_database, central_directory)
        due_now(owner)
    assert statuses(owner) == ["review"]
    assert here() == ("annual", "post", False)
