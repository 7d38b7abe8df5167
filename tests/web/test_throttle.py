from datetime import timedelta

from portal.web.throttle import Limit, allow, network

LIMIT = Limit("test", 3, timedelta(minutes=5))


async def test_a_limit_lets_so_many_through_and_then_no_more(database, settings) -> None:
    async with database.begin() as db:
        assert [await allow(db, settings, LIMIT, "x") for _ in range(5)] == [True, True, True, False, False]
        assert await allow(db, settings, LIMIT, "somebody else")


async def test_the_window_opens_again(database, settings, owner) -> None:
    async with database.begin() as db:
        for _ in range(4):
            await allow(db, settings, LIMIT, "x")
    owner.execute("UPDATE throttle SET started_at = started_at - interval '6 minutes'")
    async with database.begin() as db:
        assert await allow(db, settings, LIMIT, "x")


async def test_the_table_names_nobody(database, settings, owner) -> None:
    async with database.begin() as db:
        await allow(db, settings, LIMIT, "marie@example.org")
    assert "marie" not in str(owner.execute("SELECT convert_from(key, 'latin1') FROM throttle").fetchall())


def test_neighbours_share_a_network() -> None:
    assert network("192.0.2.7") == network("192.0.2.200") == "192.0.2.0/24"
    assert network("2001:db8:0:1::1") == network("2001:db8:0:ff::9") != network("2001:db8:1::1")
