"""Comparing both sides: what it finds, what it mends, and what it leaves alone; the twin, and the reference schema."""

import dataclasses
import logging
from datetime import UTC, datetime, timedelta

import pytest
from psycopg.types.json import Jsonb

from backoffice_sync.compare import reconcile as sweeping
from backoffice_sync.compare.drift import Drift, NotLoadedError
from backoffice_sync.compare.reconcile import reconcile
from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.dry_run import NotYetError, enable
from backoffice_sync.outward.push import push
from portal import clock
from tests.backoffice_sync.bases import ANNE, LUC, Reference, Twin
from tests.backoffice_sync.test_push import change_address, statuses, street_there, type_into_central

MAIN = "SELECT street FROM postal_address a JOIN member m ON m.id = a.member_id WHERE m.central_id = %s"
COUNT = "SELECT count(*) FROM gift"


def behind_its_back(base, action) -> None:
    """A change that the central base tells nobody of."""
    if isinstance(base, Twin):
        told = len(base.directory.history.entries)
        action()
        del base.directory.history.entries[told:]
    else:
        base._do("SET session_replication_role = replica")
        action()
        base._do("SET session_replication_role = DEFAULT")


def drop(base, kind: str, *keys: int) -> None:
    for key in keys:
        if isinstance(base, Reference):
            base._do(f"DELETE FROM {kind} WHERE id = %s", key)
        else:
            base.directory.drop(kind, str(key))


def found(drift: Drift) -> dict[str, int]:
    counts = {name: count for name, count in dataclasses.asdict(drift).items() if count}
    del counts["compared"]
    return counts


async def test_between_sides_that_agree_there_is_no_difference(base, sync_database, owner) -> None:
    drift = await reconcile(sync_database, base.directory)
    assert found(drift) == {}
    assert drift.is_none
    assert drift.compared == owner.execute(
        "SELECT (SELECT count(*) FROM member) * 3 + (SELECT count(*) FROM postal_address) + (SELECT count(*) FROM gift)"
    ).fetchone()[0]  # fmt: skip
    problem, figures = owner.execute("SELECT problem, figures FROM sync_heartbeat WHERE duty = 'reconcile'").fetchone()
    assert problem == ""
    assert {name: figures[name] for name in ("missed", "lost", "gone", "under_way")} == dict.fromkeys(
        ("missed", "lost", "gone", "under_way"), 0
    )


async def test_what_the_pull_missed_is_mended_and_named_without_its_value(base, sync_database, owner, caplog) -> None:
    def changes() -> None:
        base.edit("member", LUC, last_name="Petitjean")
        base.add("gift", 99, member=LUC, given_on=clock.today(), amount="77.00", means="card", state="received")

    behind_its_back(base, changes)
    assert set((await pull(sync_database, base.directory)).values()) == {0}
    with caplog.at_level(logging.ERROR):
        assert found(await reconcile(sync_database, base.directory)) == {"missed": 2}
    assert owner.execute("SELECT last_name FROM member WHERE central_id = %s", [str(LUC)]).fetchone() == ("Petitjean",)
    assert owner.execute("SELECT amount::text FROM gift WHERE central_id = '99'").fetchone() == ("77.00",)
    assert [record.getMessage() for record in caplog.records] == [
        f"member {LUC} was not as in the central base; mended", "gift 99 was not as in the central base; mended",
    ]  # fmt: skip
    assert found(await reconcile(sync_database, base.directory)) == {}


async def test_news_that_the_next_pull_brings_are_no_difference(base, sync_database, owner) -> None:
    base.edit("member", LUC, last_name="Petitjean")
    drop(base, "gift", 12)
    assert found(await reconcile(sync_database, base.directory)) == {"under_way": 2}
    assert owner.execute(COUNT).fetchone() == (4,)
    await pull(sync_database, base.directory)
    assert found(await reconcile(sync_database, base.directory)) == {}
    assert owner.execute(COUNT).fetchone() == (3,)


async def test_a_row_that_is_gone_goes_with_the_second_sweep_that_misses_it(base, sync_database, owner) -> None:
    behind_its_back(base, lambda: drop(base, "gift", 12))
    assert found(await reconcile(sync_database, base.directory)) == {"gone": 1}
    assert owner.execute(COUNT).fetchone() == (4,)
    assert found(await reconcile(sync_database, base.directory)) == {"gone": 1, "removed": 1}
    assert owner.execute(COUNT).fetchone() == (3,)
    assert found(await reconcile(sync_database, base.directory)) == {}


async def test_a_row_that_is_back_before_the_second_sweep_begins_anew(base, sync_database, owner) -> None:
    gift = {"member": LUC, "given_on": clock.today(), "amount": "50.00", "means": "card", "state": "received"}
    behind_its_back(base, lambda: base.add("gift", 13, **gift))
    await reconcile(sync_database, base.directory)
    for _ in range(2):
        behind_its_back(base, lambda: drop(base, "gift", 13))
        assert found(await reconcile(sync_database, base.directory)) == {"gone": 1}
        behind_its_back(base, lambda: base.add("gift", 13, **gift))
        assert found(await reconcile(sync_database, base.directory)) == {}
    assert owner.execute("SELECT count(*) FROM sync_missing").fetchone() == (0,)


@pytest.fixture
async def many(base, sync_database):
    """Luc gave 30 times more: more than may go at once."""
    for key in range(100, 130):
        base.add("gift", key, member=LUC, given_on=clock.today(), amount="5.00", means="card", state="received")
    await pull(sync_database, base.directory)
    return range(100, 130)


async def test_when_too_much_is_gone_at_once_nothing_goes_until_an_administrator_says_so(
    base, sync_database, owner, many
) -> None:
    behind_its_back(base, lambda: drop(base, "gift", *many))
    for _ in range(3):
        drift = await reconcile(sync_database, base.directory)
        assert found(drift) == {"gone": 30, "held_back": ["gift"]}
    assert owner.execute(COUNT).fetchone() == (34,)
    problem = "SELECT problem FROM sync_heartbeat WHERE duty = 'reconcile'"
    assert "more than 0.5% are gone" in owner.execute(problem).fetchone()[0]
    with pytest.raises(NotYetError, match="are gone"):
        await enable(sync_database, base.directory)
    assert found(await reconcile(sync_database, base.directory, remove=True)) == {"gone": 30, "removed": 30}
    assert owner.execute(COUNT).fetchone() == (4,)
    assert owner.execute(problem).fetchone() == ("",)


async def test_deletions_that_are_told_are_held_back_too_when_they_are_too_many(
    base, sync_database, owner, many
) -> None:
    drop(base, "gift", *many[:20])
    await pull(sync_database, base.directory)
    assert owner.execute(COUNT).fetchone() == (14,)
    for key in range(200, 230):
        base.add("gift", key, member=LUC, given_on=clock.today(), amount="5.00", means="card", state="received")
    await pull(sync_database, base.directory)
    base.edit("member", LUC, last_name="Petitjean")
    drop(base, "gift", *range(200, 230))
    await pull(sync_database, base.directory)
    assert owner.execute(COUNT).fetchone() == (44,)
    assert owner.execute("SELECT last_name FROM member WHERE central_id = %s", [str(LUC)]).fetchone() == ("Petitjean",)
    assert owner.execute("SELECT problem FROM sync_heartbeat ORDER BY duty").fetchall()[-1][0].startswith("more than")


async def test_a_base_that_lost_all_its_members_closes_nobodys_account(base, sync_database, owner) -> None:
    for key in range(1000, 1030):
        base.add("member", key, number=f"N{key}", kind="person", last_name="Durand")
    await pull(sync_database, base.directory)
    behind_its_back(base, lambda: drop(base, "member", *range(1000, 1030)))
    for _ in range(3):
        assert (await reconcile(sync_database, base.directory)).held_back == ["member"]
    assert owner.execute("SELECT count(*) FROM member WHERE closed").fetchone() == (0,)


async def test_members_gone_long_ago_are_not_counted_again(base, sync_database, owner) -> None:
    base.add("member", 1000, number="N1000", kind="person", last_name="Durand")
    await pull(sync_database, base.directory)
    behind_its_back(base, lambda: drop(base, "member", 1000))
    await reconcile(sync_database, base.directory)
    assert found(await reconcile(sync_database, base.directory)) == {"gone": 1, "removed": 1}
    assert owner.execute("SELECT closed FROM member WHERE central_id = '1000'").fetchone() == (True,)
    assert found(await reconcile(sync_database, base.directory)) == {}


async def test_before_the_first_load_has_ended_there_is_nothing_to_compare(base, sync_database, owner) -> None:
    owner.execute("INSERT INTO sync_load (system, position, entity) SELECT system, position, 'gift' FROM sync_cursor")
    with pytest.raises(NotLoadedError):
        await reconcile(sync_database, base.directory)
    assert not await sweeping.is_due(sync_database, base.directory)


async def test_a_row_set_aside_is_tried_again_and_counted_as_no_difference(base, sync_database, owner) -> None:
    owner.execute("ALTER TABLE gift ADD CONSTRAINT small CHECK (amount < 100)")
    base.edit("gift", 12, amount="170.00")
    await pull(sync_database, base.directory)
    aside = "SELECT entity, central_id FROM sync_set_aside"
    assert owner.execute(aside).fetchall() == [("gift", "12")]
    assert found(await reconcile(sync_database, base.directory)) == {}
    owner.execute("ALTER TABLE gift DROP CONSTRAINT small")
    assert found(await reconcile(sync_database, base.directory)) == {}
    assert owner.execute(aside).fetchall() == []
    assert owner.execute("SELECT amount::text FROM gift WHERE central_id = '12'").fetchone() == ("170.00",)


async def test_a_confirmed_change_that_was_lost_there_is_sent_once_more(
    sync_database, central_directory, visitor, owner
) -> None:
    await pull(sync_database, central_directory)
    before = dict(central_directory.tables["address"])
    await change_address(visitor)
    await push(sync_database, central_directory)
    await pull(sync_database, central_directory)
    central_directory.tables["address"] = before  # restored from an old copy, and nobody is told
    assert found(await reconcile(sync_database, central_directory)) == {"lost": 1}
    noted = owner.execute("SELECT ours ->> 'street', decision FROM sync_conflict").fetchall()
    assert noted == [("place Bellecour", "ours")], "people there may have taken it back, and are not overruled unseen"
    assert statuses(owner) == ["saved"]
    assert owner.execute("SELECT street, held FROM postal_address WHERE central_id = 'a1001'").fetchone() == (
        "place Bellecour", True,
    )  # fmt: skip
    assert found(await reconcile(sync_database, central_directory)) == {"under_way": 1}
    await push(sync_database, central_directory)
    assert await street_there(central_directory) == "place Bellecour"
    assert statuses(owner) == ["confirmed"]
    await pull(sync_database, central_directory)
    assert found(await reconcile(sync_database, central_directory)) == {}


async def test_a_name_that_was_lost_there_is_the_central_bases_to_decide(
    sync_database, central_directory, owner
) -> None:
    await pull(sync_database, central_directory)
    theirs = await central_directory.read("1001", "identity")
    [(member_id,)] = owner.execute("SELECT id FROM member WHERE central_id = '1001'").fetchall()
    owner.execute("UPDATE member SET first_name = 'Autre' WHERE id = %s", [member_id])
    owner.execute(
        "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor, status) "
        "VALUES (gen_random_uuid(), %s, 'identity', %s, %s, 'tests', 'confirmed')",
        [member_id, Jsonb(theirs), Jsonb(theirs | {"first_name": "Autre"})],
    )
    assert found(await reconcile(sync_database, central_directory)) == {"missed": 1}
    assert owner.execute("SELECT first_name FROM member WHERE id = %s", [member_id]).fetchone() == (
        theirs["first_name"],
    )


async def test_what_people_typed_there_after_a_confirmed_change_stands(
    sync_database, central_directory, visitor, owner
) -> None:
    await change_address(visitor)
    await push(sync_database, central_directory)
    await pull(sync_database, central_directory)
    told = len(central_directory.history.entries)
    type_into_central(central_directory, "address", "a1001", street="rue du Secrétariat")
    del central_directory.history.entries[told:]
    assert found(await reconcile(sync_database, central_directory)) == {"missed": 1}
    assert statuses(owner) == ["confirmed"]
    assert owner.execute("SELECT street FROM postal_address WHERE central_id = 'a1001'").fetchone() == (
        "rue du Secrétariat",
    )


async def test_a_change_that_waits_is_left_to_the_push(sync_database, central_directory, visitor, owner) -> None:
    await pull(sync_database, central_directory)
    await change_address(visitor)
    drift = await reconcile(sync_database, central_directory)
    assert found(drift) == {"under_way": 1}
    assert drift.is_none
    assert owner.execute("SELECT street FROM postal_address WHERE central_id = 'a1001'").fetchone() == (
        "place Bellecour",
    )


async def test_it_is_due_each_night_and_after_26_hours(sync_database, central_directory, owner, monkeypatch) -> None:
    await pull(sync_database, central_directory)

    async def due(last: datetime, now: datetime) -> bool:
        monkeypatch.setattr(clock, "now", lambda: now)
        owner.execute("DELETE FROM sync_heartbeat WHERE duty = 'reconcile'")
        owner.execute("INSERT INTO sync_heartbeat (duty, at) VALUES ('reconcile', %s)", [last])
        return await sweeping.is_due(sync_database, central_directory)

    night = datetime(2026, 6, 10, 1, 0, tzinfo=UTC)  # 03:00 in Paris
    assert await due(night - timedelta(hours=20), night)
    assert not await due(night - timedelta(hours=20), night - timedelta(minutes=1))
    assert not await due(night + timedelta(minutes=1), night + timedelta(hours=5))
    assert await due(night - timedelta(hours=25), night - timedelta(minutes=1)) is False
    assert await due(night - timedelta(hours=27), night - timedelta(minutes=1))


async def test_the_address_of_anne_is_compared_too(base, sync_database, owner) -> None:
    behind_its_back(base, lambda: base.edit("address", ANNE, street="rue Neuve"))
    assert found(await reconcile(sync_database, base.directory)) == {"missed": 1}
    assert owner.execute(MAIN, [str(ANNE)]).fetchone() == ("rue Neuve",)
