"""`portal receipts render` as it is typed: what it says, what it leaves, and that it may be killed at any moment."""

import re
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.campaign.conftest import handed, letters, rows, ways
from tests.issuing.givers import LAST_YEAR, gift, many, put_receipt, run, start
from tests.issuing.test_at_once import PATIENCE, wait_until

RENDER = ["receipts", "render", "--year", str(LAST_YEAR), "--output", "out"]


@pytest.fixture
async def donors(giver, issue) -> None:
    """Six who read mails, eight who do not."""
    for name in many(6, "e"):
        giver(name, gift(name), by="email", email=f"{name}@example.org")
    for name in many(8, "p"):
        giver(name, gift(name))
    await issue()


def files(owner) -> dict[str, str]:
    return dict(owner.execute("SELECT receipt_id::text, sha256 FROM receipt_file").fetchall())


def children(process: subprocess.Popen[str]) -> list[str]:
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


def kill(process: subprocess.Popen[str]) -> None:
    """At once, as the kernel does when memory is short; its own renderers end with it."""
    renderers = children(process)
    process.kill()
    process.communicate()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in renderers), "the renderers to end")


@pytest.mark.usefixtures("donors")
async def test_killed_while_it_renders_it_goes_on_where_it_was(owner, settings, work_off, mails, tmp_path) -> None:
    first = start(settings, *RENDER, "--processes", "2", folder=tmp_path)
    wait_until(lambda: len(files(owner)) >= 4, "some receipts")
    kill(first)
    done = files(owner)
    assert 4 <= len(done) < 14, "killed in the middle"
    status, said = run(settings, *RENDER, "--processes", "2", folder=tmp_path)
    assert status == 0
    assert f"{14 - len(done)} rendered, 0 set aside, 6 donors told by e-mail, 8 letters" in said
    assert len(files(owner)) == 14
    assert done.items() <= files(owner).items(), "what was rendered stays as it was"
    await work_off()
    assert sorted(mail["To"] for mail in mails.mails) == [f"{name}@example.org" for name in many(6, "e")]
    assert len(letters(tmp_path)) == 8
    ended = owner.execute("SELECT ended_at IS NULL FROM receipt_run WHERE act = 'render' ORDER BY started_at")
    assert ended.fetchall() == [(True,), (False,)]


@pytest.mark.usefixtures("donors")
async def test_killed_while_it_hands_over_it_tells_nobody_twice_and_forgets_nobody(
    owner, settings, work_off, mails, tmp_path
) -> None:
    run(settings, *RENDER, "--no-mail", "--no-post", folder=tmp_path)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with psycopg.connect(settings.database_url) as blocker:
        blocker.execute("SELECT FROM receipt r JOIN member m ON m.id = member_id WHERE m.number = 'p003' FOR UPDATE")
        first = start(settings, *RENDER, folder=tmp_path)
        wait_until(lambda: owner.execute(waiting).fetchone() == (1,), "letters that are made but not noted")
        kill(first)
    wait_until(lambda: owner.execute(waiting).fetchone() == (0,), "the server to notice")
    assert {by for member, by in handed(owner) if member < "p"} == {"email"}
    assert {by for member, by in handed(owner) if member > "p"} == {""}
    status, said = run(settings, *RENDER, folder=tmp_path)
    assert status == 0
    assert "0 rendered, 0 set aside, 0 donors told by e-mail, 8 letters" in said
    await work_off()
    assert sorted(mail["To"] for mail in mails.mails) == [f"{name}@example.org" for name in many(6, "e")]
    assert sorted(row["member"] for row in rows(tmp_path, "addresses.csv")) == list(many(8, "p"))
    assert {way for way, _ in ways(tmp_path).values()} == {"email", "post"}
    assert len(ways(tmp_path)) == 14


@pytest.mark.usefixtures("donors")
async def test_a_second_run_at_the_same_moment_is_refused_in_words(owner, settings, tmp_path) -> None:
    first = start(settings, *RENDER, folder=tmp_path)
    wait_until(lambda: len(files(owner)) >= 1, "the first run")
    status, said = run(settings, *RENDER, folder=tmp_path)
    assert (status, "Another run is at work" in said) == (1, True)
    assert first.communicate(timeout=PATIENCE)
    assert first.returncode == 0
    assert len(files(owner)) == 14


@pytest.mark.usefixtures("donors")
async def test_it_shows_rate_and_remaining_time_and_hides_all_files_from_others(
    giver, owner, settings, tmp_path
) -> None:
    put_receipt(owner, giver("c1"), "C-1")
    status, said = run(settings, *RENDER, folder=tmp_path)
    assert status == 0
    assert re.search(r"15/15 \[\d\d:\d\d<\d\d:\d\d, .*receipts", said), "done of all, elapsed, remaining, rate"
    assert "1 set aside" in said
    assert "1 donors got nothing: it covers no gift" in said
    found = [tmp_path / "out", *(tmp_path / "out").rglob("*")]
    assert {path.suffix for path in found} == {"", ".csv", ".pdf"}
    for path in found:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_it_starts_nothing_when_the_association_s_mentions_are_not_complete(settings, tmp_path) -> None:
    status, said = run(settings, *RENDER, folder=tmp_path, ORGANISATION_PURPOSE=" ")
    assert status == 1
    assert "ORGANISATION_PURPOSE: its purpose" in said
    assert "Traceback" not in said
