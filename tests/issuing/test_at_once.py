"""Many issue at once and some of them die: numbers without a gap, and no gift on two receipts."""

import subprocess
import sys
import time

import psycopg

from tests.issuing.givers import LAST_YEAR, covered, environment, gift, many, number, numbers, start

PATIENCE = 90
ISSUERS = 16
VICTIMS = 6


def wait_until(is_so, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.02)


def in_the_middle(owner) -> list[str]:
    """Issuers that have a transaction open, whoever holds the counter first."""
    query = (
        "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name LIKE 'issuer-%' AND backend_xid IS NOT NULL ORDER BY xact_start"
    )
    return [row[0] for row in owner.execute(query)]


def is_gapless(owner, *, gifts: list[str]) -> None:
    found = numbers(owner)
    assert found == [number(count) for count in range(1, len(found) + 1)]
    assert covered(owner) == sorted(gifts), "every due gift stands on one receipt, and on no second one"
    assert owner.execute("SELECT last FROM receipt_counter").fetchall() == [(len(found),)]


def test_sixteen_issuers_of_whom_six_are_killed_give_exactly_one_to_n(giver, owner, settings) -> None:
    for name in many(60):
        gifts = [gift(f"{name}-{count}") for count in range(3)]
        giver(name, *gifts, rhythm="per_gift" if name < "m041" else "annual")
    issuers = {
        f"issuer-{count}": subprocess.Popen(
            [sys.executable, "-m", "tests.issuing.issuer", f"issuer-{count}"], env=environment(settings)
        )
        for count in range(ISSUERS)
    }
    killed: set[str] = set()
    for count in range(VICTIMS):
        wait_until(lambda: set(in_the_middle(owner)) - killed, "somebody in the middle of issuing")
        wait_until(lambda least=8 * count: len(numbers(owner)) >= least, "some receipts")
        for victim in [name for name in in_the_middle(owner) if name not in killed][:1]:
            issuers[victim].kill()
            killed.add(victim)
    for name, process in issuers.items():
        assert (process.wait(PATIENCE) == 0) is (name not in killed)
    assert killed
    is_gapless(owner, gifts=[f"{name}-{count}" for name in many(60) for count in range(3)])
    assert len(numbers(owner)) == 40 * 3 + 20


def test_a_command_that_is_killed_with_receipts_in_hand_leaves_no_gap(giver, owner, settings, tmp_path) -> None:
    for name in many(30):
        giver(name, gift(f"{name}-1"))
    last = owner.execute("SELECT max(id::text) FROM member WHERE number LIKE 'm%'").fetchone()[0]
    owner.execute("INSERT INTO journal_head VALUES (%s, 0, '')", [last])
    issuing = ["receipts", "issue", "--year", str(LAST_YEAR)]
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with psycopg.connect(settings.database_url) as blocker:
        blocker.execute("SELECT FROM journal_head FOR UPDATE")
        first = start(settings, *issuing, folder=tmp_path)
        wait_until(lambda: owner.execute(waiting).fetchone() == (1,), "the first, which holds numbers 1 to 30")
        others = [start(settings, *issuing, "--output", f"other-{count}", folder=tmp_path) for count in range(3)]
        wait_until(lambda: owner.execute(waiting).fetchone() == (4,), "the others behind it")
        first.kill()
        first.communicate()
    said = [process.communicate(timeout=PATIENCE)[0] for process in others]
    assert sorted(text.split(" receipts issued")[0].rsplit("\n", 1)[-1] for text in said) == ["0", "0", "30"]
    is_gapless(owner, gifts=[f"{name}-1" for name in many(30)])
