import psycopg
import pytest

from portal import journal
from portal.database import Database, role_url
from portal.web.session import reveal
from portal.work import as_owner


@pytest.fixture
async def written(settings, owner):
    marie, nadia = (row[0] for row in owner.execute("SELECT id FROM member ORDER BY number LIMIT 2").fetchall())

    async def act(db) -> None:
        for member in (marie, nadia, None, marie):
            await journal.write(db, "memo.set", actor="tests", member_id=member, body="x")

    await as_owner(settings, act)
    return [row[0] for row in owner.execute("SELECT id FROM journal ORDER BY id").fetchall()]


async def test_an_untouched_journal_is_whole(settings, written) -> None:
    assert await as_owner(settings, journal.verify) == []


@pytest.mark.parametrize(
    "change", ["data = '{}'", "actor = 'somebody'", "at = at - interval '1 day'", "kind = 'other'"]
)
async def test_a_row_altered_by_hand_is_named(settings, owner, written, change) -> None:
    owner.execute(f"UPDATE journal SET {change} WHERE id = %s", [written[-4]])
    assert written[-4] in await as_owner(settings, journal.verify)


async def test_a_row_taken_out_of_the_chain_is_noticed(settings, owner, written) -> None:
    owner.execute("DELETE FROM journal WHERE id = %s", [written[-4]])
    assert await as_owner(settings, journal.verify) == [written[-1]]


async def test_a_row_cut_off_at_the_end_is_noticed(settings, owner, written) -> None:
    owner.execute("DELETE FROM journal WHERE id = %s", [written[-1]])
    assert await as_owner(settings, journal.verify) == [written[-1]]


@pytest.mark.parametrize("role", ["portal_web", "portal_worker", "portal_sync"])
async def test_no_role_of_ours_can_rewrite_history(settings, written, role) -> None:
    url = role_url(settings.database_url, settings.secret_key, role).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        for statement in ("UPDATE journal SET actor = 'x'", "DELETE FROM journal", "TRUNCATE journal"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
            connection.rollback()


async def test_a_kind_without_words_is_refused(settings) -> None:
    with pytest.raises(KeyError):
        await as_owner(settings, lambda db: journal.write(db, "unheard.of", actor="tests"))


async def test_writers_at_the_same_moment_make_one_chain(settings, owner) -> None:
    import asyncio

    (marie,) = owner.execute("SELECT id FROM member WHERE number = '1001'").fetchone()
    database = Database(role_url(settings.database_url, settings.secret_key, "portal_web"))

    async def one() -> None:
        async with database.begin() as db:
            await reveal(db, member_id=marie)
            await journal.write(db, "memo.set", actor="tests", member_id=marie)
            await asyncio.sleep(0.01)

    await asyncio.gather(*(one() for _ in range(12)))
    await database.close()
    assert await as_owner(settings, journal.verify) == []
