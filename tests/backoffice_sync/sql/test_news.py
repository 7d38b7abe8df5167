"""What stamps and logs tell, and that nothing is missed that is saved in an order of its own."""

import asyncio
import random
import threading
from datetime import datetime, timedelta

import psycopg
import pytest

from backoffice_sync.connectors.sql.news import PAGE
from backoffice_sync.directory import Directory, HistoryLost
from tests.backoffice_sync.sql.staff import BY_LOG, BY_STAMPS, SqlStaff

AUTUMN = datetime(2025, 10, 26, 2, 59, 30)  # noqa: DTZ001 - as a base without time zones has it
"""In the hour that this night has twice."""


@pytest.fixture
def by_stamps(staff: SqlStaff) -> SqlStaff:
    staff.mapping = BY_STAMPS
    return staff


@pytest.fixture
def by_hand(by_stamps: SqlStaff) -> SqlStaff:
    """Stamps are what the test says."""
    by_stamps.do("ALTER TABLE adherent DISABLE TRIGGER horodate")
    return by_stamps


async def start(directory: Directory) -> str:
    return (await directory.news(await directory.position())).position


async def test_in_the_night_when_the_clock_goes_back_nothing_is_missed(by_hand) -> None:
    directory, early = by_hand.connect(), await by_hand.make("member", modifie_le=AUTUMN)
    position = await start(directory)
    for minutes in (59, 30, 5):
        late = await by_hand.make("member", modifie_le=AUTUMN - timedelta(minutes=minutes))
        news = await directory.news(position)
        assert news.ids["member"] == [late]
        position = news.position
    await by_hand.edit("member", early, nom="Petit", modifie_le=AUTUMN - timedelta(minutes=1))
    assert (await directory.news(position)).ids["member"] == [early]


async def test_outside_that_night_it_looks_back_no_longer_than_it_must(by_hand) -> None:
    directory, day = by_hand.connect(), AUTUMN - timedelta(days=1)
    await by_hand.make("member", modifie_le=day)
    position = await start(directory)
    await by_hand.make("member", modifie_le=day - timedelta(seconds=121))
    there = await by_hand.make("member", modifie_le=day - timedelta(seconds=120))
    assert (await directory.news(position)).ids["member"] == [there]


@pytest.mark.parametrize("shift", ["- interval '1 hour'", "+ interval '1 hour'", ", timestamp '2020-01-01'"])
async def test_it_does_not_matter_what_time_the_stamps_say(by_stamps, shift) -> None:
    by_stamps.do(
        "CREATE OR REPLACE FUNCTION horodate() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN NEW.modifie_le := {f'least(now(){shift})' if ',' in shift else f'now() {shift}'}; RETURN NEW; END $$"
    )
    directory, member = by_stamps.connect(), await by_stamps.make("member")
    position = await start(directory)
    await by_stamps.edit("member", member)
    assert (await directory.news(position)).ids["member"] == [member]


async def test_more_rows_than_a_page_with_one_stamp_are_all_told_and_told_once(by_hand) -> None:
    directory = by_hand.connect()
    position = await directory.position()
    by_hand.do(
        "INSERT INTO adherent (id, numero, modifie_le) SELECT n, 'M' || n, %s FROM generate_series(1, %s) n",
        AUTUMN,
        2 * PAGE,
    )
    news = await directory.news(position)
    assert len(news.ids["member"]) == 2 * PAGE
    news = await directory.news(news.position)
    assert news.ids == {}
    await by_hand.edit("member", "77", nom="Petit")
    by_hand.do("INSERT INTO adherent (id, numero, modifie_le) VALUES (99999, 'M', %s)", AUTUMN)
    assert (await directory.news(news.position)).ids["member"] == ["77", "99999"]


async def test_two_saves_under_one_stamp_are_both_told(by_hand) -> None:
    directory, member = by_hand.connect(), await by_hand.make("member", modifie_le=AUTUMN)
    position = await start(directory)
    for name in ("Petit", "Legrand"):
        await by_hand.edit("member", member, nom=name)
        news = await directory.news(position)
        assert news.ids["member"] == [member]
        position = news.position


async def test_a_row_from_the_far_future_does_not_hide_what_comes_now(by_hand) -> None:
    directory = by_hand.connect()
    far = await by_hand.make("member", modifie_le="2099-12-31")
    position = await directory.position()
    now = await by_hand.make("member", modifie_le=datetime.now())  # noqa: DTZ005 - as the base has it
    news = await directory.news(position)
    assert now in news.ids["member"]
    later = await by_hand.make("member", modifie_le=datetime.now())  # noqa: DTZ005 - as the base has it
    assert (await directory.news(news.position)).ids["member"] == [later]
    await by_hand.edit("member", far, nom="Petit")
    assert far in (await directory.news(news.position)).ids["member"]


async def test_each_table_has_a_position_of_its_own(by_hand) -> None:
    directory, member = by_hand.connect(), await by_hand.make("member", modifie_le=AUTUMN)
    address = await by_hand.make("address", member)
    position = await start(directory)
    await by_hand.edit("member", member, nom="Petit", modifie_le=AUTUMN + timedelta(seconds=1))
    news = await directory.news(position)
    assert news.ids.keys() == {"member", "contact_choice", "receipt_wish"}
    await by_hand.edit("address", address)
    assert (await directory.news(news.position)).ids == {"address": [address]}


async def test_a_row_that_staff_mark_as_deleted_is_told_and_gone(by_stamps) -> None:
    directory, member = by_stamps.connect(), await by_stamps.make("member")
    address = await by_stamps.make("address", member)
    position = await start(directory)
    await by_stamps.edit("address", address, supprime=1)
    assert (await directory.news(position)).ids == {"address": [address]}
    assert await directory.rows("address", [address]) == []


async def test_a_base_put_back_from_a_copy_has_lost_its_history_where_it_has_a_log(staff) -> None:
    staff.mapping = BY_LOG
    directory, member = staff.connect(), await staff.make("member")
    position = await start(directory)
    staff.do("UPDATE journal_modif SET quand = quand - interval '1 day'")
    with pytest.raises(HistoryLost):
        await directory.news(position)
    staff.do("DELETE FROM journal_modif")
    assert (await directory.news(position)).ids == {}, "a log that was tidied up"
    await staff.edit("member", member)
    assert member in (await directory.news(position)).ids["member"]


async def test_a_position_of_another_connector_is_none_of_ours(staff) -> None:
    for position in ("1:2:", "3", "{}", "[]"):
        with pytest.raises(HistoryLost):
            await staff.connect().news(position)


async def test_a_slow_transaction_among_quick_ones_is_never_missed_and_a_naive_reader_would_miss_some(
    by_stamps,
) -> None:
    """Four people save, now and then one takes her time. Counts of rows unseen, or seen before their last change."""
    naive = by_stamps.connect(BY_STAMPS.replace("overlap_seconds = 120", "overlap_seconds = 0"))
    followers: dict[Directory, dict[str, str]] = {by_stamps.connect(): {}, naive: {}}
    positions = {directory: await directory.position() for directory in followers}
    over = threading.Event()
    people = [threading.Thread(target=save, args=(by_stamps.url, over, seed)) for seed in range(4)]
    for one in people:
        one.start()
    for turn in range(17):
        for directory, seen in followers.items():
            news = await directory.news(positions[directory])
            positions[directory] = news.position
            rows = await directory.rows("member", news.ids.get("member", []))
            seen |= {row[0]: row[5] for row in rows}
        await asyncio.sleep(0.25)
        if turn == 14:
            over.set()
            for one in people:
                one.join()
    there = {str(number): name for number, name in by_stamps.ask("SELECT id, nom FROM adherent")}
    missed = [sum(name != seen.get(number) for number, name in there.items()) for seen in followers.values()]
    assert len(there) > 100
    assert missed[0] == 0
    assert missed[1] > 0, "as a test of the test"


def save(url: str, over: threading.Event, seed: int) -> None:
    chance = random.Random(seed)
    mine: list[int] = []
    with psycopg.connect(url) as connection:
        for turn in range(100_000):
            if over.is_set():
                return
            name = f"{seed}-{turn}"
            if mine and chance.random() < 0.3:
                connection.execute("UPDATE adherent SET nom = %s WHERE id = %s", [name, chance.choice(mine)])
            else:
                made = "INSERT INTO adherent (numero, nom) VALUES (%s, %s) RETURNING id"
                [row] = connection.execute(made, [name, name]).fetchall()
                mine.append(row[0])
            over.wait(0.4 if chance.random() < 0.05 else 0.005)
            connection.commit()
