"""Who gets an answer, how often and how long; and that nobody else finds that there is one."""

import asyncio
import io
import zipfile
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import event, text
from sqlalchemy.engine import Engine

from portal import crypto
from portal.exports import rules, store
from portal.jobs import defer
from portal.web import session
from tests.personas import MARIE, STRANGER

NOWHERE = f"/rights/answers/{UUID(int=1)}"


@pytest.fixture
async def marie(visitor):
    walker = visitor()
    await walker.enter(MARIE)
    return walker


@pytest.fixture
async def path(built, database, work_off) -> str:
    """Of a portability answer that was released to Marie."""
    export_id = await built(kind="portability")
    async with database.begin() as db:
        await session.reveal(db, staff_id=uuid4())
        await store.release(db, export_id, actor="staff:tests")
    await work_off()
    return f"/rights/answers/{export_id}"


async def fetch(walker, path):
    """Press the button."""
    token = (await walker.get("/security")).form("/sign-out")["csrf_token"]
    return await walker.client.post(f"{path}/download", data={"csrf_token": token})


@pytest.fixture
def same_as_absent(visitor):
    """Page and file answer, byte for byte, as if there had never been such an answer."""

    async def check(walker, path) -> None:
        shown, nothing = await walker.get(path), await walker.get(NOWHERE)
        assert (shown.status, shown.html) == (nothing.status, nothing.html) == (404, nothing.html)
        got, nothing = await fetch(walker, path), await fetch(walker, NOWHERE)
        assert (got.status_code, got.content) == (nothing.status_code, nothing.content) == (404, nothing.content)

    return check


async def test_the_member_is_told_by_mail_and_downloads_the_answer(marie, path, mails, owner) -> None:
    [mail] = mails.to(MARIE.email)
    assert path in mail.get_body(("plain",)).get_content()
    assert not list(mail.iter_attachments())
    page = await marie.get(path)
    assert "How many times 5 more times" in page.text
    got = await fetch(marie, path)
    assert zipfile.ZipFile(io.BytesIO(got.content)).testzip() is None
    assert got.headers["content-disposition"].startswith('attachment; filename="mes-donnees-')
    assert int(got.headers["content-length"]) == len(got.content)
    assert "4 more times" in (await marie.get(path)).text
    assert owner.execute("SELECT count(*) FROM journal WHERE kind = 'export.downloaded'").fetchone() == (1,)


async def test_what_the_central_base_gave_goes_once_the_answer_is_released(built, database, owner, work_off) -> None:
    export_id = await built()
    row = "INSERT INTO extract_row (order_id, position, record_set, record) SELECT id, 1, 'x', '{}' FROM extract_order"
    owner.execute(row)
    async with database.begin() as db:
        await session.reveal(db, staff_id=uuid4())
        await store.release(db, export_id, actor="staff:tests")
    await work_off()
    assert owner.execute("SELECT count(*) FROM extract_row").fetchone() == (0,)


async def test_the_page_costs_three_statements(marie, path) -> None:
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    await marie.get(path)
    event.remove(Engine, "before_cursor_execute", note)
    assert len(seen) == 3, "\n".join(seen)


async def test_before_release_there_is_nothing(marie, built, same_as_absent) -> None:
    await same_as_absent(marie, f"/rights/answers/{await built(kind='portability')}")


async def test_another_donor_finds_nothing_and_the_signed_out_have_to_sign_in(visitor, path, same_as_absent) -> None:
    stranger = visitor()
    await stranger.enter(STRANGER)
    await same_as_absent(stranger, path)
    assert (await visitor().get(path)).path == "/sign-in"
    assert (await visitor().client.post(f"{path}/download")).headers["location"].startswith("/sign-in")


async def test_a_sixth_download_finds_nothing(marie, path, same_as_absent, owner) -> None:
    for _ in range(5):
        assert (await fetch(marie, path)).status_code == 200
    await same_as_absent(marie, path)
    assert owner.execute("SELECT downloads FROM data_export").fetchone() == (5,)


async def test_two_who_ask_for_the_last_download_at_once_get_one(marie, path, owner) -> None:
    owner.execute("UPDATE data_export SET downloads = 4")
    token = (await marie.get("/security")).form("/sign-out")["csrf_token"]
    both = [marie.client.post(f"{path}/download", data={"csrf_token": token}) for _ in range(2)]
    assert sorted(got.status_code for got in await asyncio.gather(*both)) == [200, 404]
    assert owner.execute("SELECT downloads FROM data_export").fetchone() == (5,)


async def test_on_the_eighth_day_there_is_nothing_and_then_it_is_gone(
    marie, path, same_as_absent, owner, database, work_off
) -> None:
    owner.execute("UPDATE data_export SET released_at = now() - interval '7 days 1 minute'")
    await same_as_absent(marie, path)
    async with database.begin() as db:
        await defer(db, "exports.purge", timestamp=0)
    await work_off()
    assert owner.execute("SELECT count(*) FROM export_part").fetchone() == (0,)
    assert owner.execute("SELECT state, downloads, sha256 <> '' FROM data_export").fetchone() == ("purged", 0, True)
    await same_as_absent(marie, path)


async def test_who_one_is_must_have_been_proved_lately(marie, path, owner) -> None:
    owner.execute("UPDATE web_session SET proved_at = now() - interval '11 minutes'")
    got = await fetch(marie, path)
    assert got.headers["location"] == f"/security/confirmation?next={path}"
    assert owner.execute("SELECT downloads FROM data_export").fetchone() == (0,)


async def test_what_is_stored_opens_with_the_key_and_in_its_own_place_alone(path, owner, settings) -> None:
    parts = owner.execute("SELECT export_id, file, number, content FROM export_part ORDER BY file").fetchall()
    assert not [part for part in parts if b"06 12 34" in part[3] or b"Dupont" in part[3]]
    (export_id, file, number, content), (_, other, _, swapped) = parts[:2]
    assert crypto.unseal_part(settings.secret_key, rules.place(export_id, file, number), content).startswith(b"PK")
    for key, place, sealed in (
        (settings.secret_key, rules.place(export_id, other, number), content),
        (settings.secret_key, rules.place(export_id, file, number), swapped),
        ("another secret that is long enough too", rules.place(export_id, file, number), content),
    ):
        with pytest.raises(InvalidTag):
            crypto.unseal_part(key, place, sealed)


async def test_one_answer_of_a_kind_a_week_and_one_for_each_request(order, owner) -> None:
    request_id = uuid4()
    first = await order(request_id=request_id)
    assert await order(request_id=request_id) == first
    with pytest.raises(store.TooSoon):
        await order(request_id=uuid4())
    await order(kind="portability")
    owner.execute("UPDATE data_export SET ordered_at = now() - interval '8 days'")
    assert await order(request_id=uuid4()) != first


async def test_nothing_is_released_before_it_is_built_or_twice(order, path, database) -> None:
    async with database.begin() as db:
        await session.reveal(db, staff_id=uuid4())
        for export_id in (await order(), UUID(path.rpartition("/")[2])):
            with pytest.raises(store.NotReady):
                await store.release(db, export_id, actor="staff:tests")


async def test_the_database_shows_a_donor_no_part_of_an_answer_that_is_not_theirs(
    path, database, member_id, owner
) -> None:
    """The second wall, asked by the web's own role."""
    async with database.begin() as db:
        for person, sees in ((MARIE, True), (STRANGER, False)):
            await session.reveal(db, member_id=member_id(person))
            for table in ("data_export", "export_file", "export_part"):
                assert bool(await db.scalar(text(f"SELECT count(*) FROM {table}"))) is sees, table
            assert await db.scalar(text("SELECT count(*) FROM redaction")) == 0
