"""The restore drill: a backup from before the erasure brings the person back, and the ledger erases them again."""

import os
import subprocess
from dataclasses import replace

import psycopg
import pytest

from backoffice_sync.compare.reconcile import reconcile
from portal import embedded, journal
from portal.erasure import actions
from portal.work import as_owner
from tests.conftest import drop
from tests.personas import NADIA

NAMED = "SELECT first_name FROM member WHERE number = '1002'"


def program(name: str) -> str:
    """Of the server's own version: the embedded one brings its programs along."""
    return name if "TEST_DATABASE_URL" in os.environ else str(embedded._programs() / name)


@pytest.fixture
def restored(server, suffix, settings, tmp_path):
    """Gives what makes a database out of the backup, which is taken now."""
    name, backup = f"restored_{suffix}", tmp_path / "backup"
    subprocess.run([program("pg_dump"), "-Fc", "-f", backup, settings.database_url], check=True)

    def restore() -> str:
        server.create_database(name, "template0")
        subprocess.run([program("pg_restore"), "-d", server.dsn(name), backup], check=True)
        address: str = server.dsn(name)
        return address

    yield restore
    drop(server, name)


async def test_whoever_a_backup_brings_back_is_erased_again(settings, owner, restored, erase, portal, tmp_path) -> None:
    ledger = tmp_path / "erasures.jsonl"
    await erase(NADIA)
    assert owner.execute(NAMED).fetchone() == ("",)
    assert await portal(settings.database_url, "erasure", "export", ledger) == 0
    named = "SELECT member_id::text, central_id, last_name FROM member JOIN erasure ON member.id = member_id"
    assert not any(known in ledger.read_text() for known in (*owner.execute(named).fetchone()[:2], NADIA.email))

    address = restored()
    with psycopg.connect(address, autocommit=True) as back:
        assert back.execute(NAMED).fetchone() == ("Nadia",)
        assert await portal(address, "erasure", "replay", ledger) == 0
        assert back.execute(NAMED).fetchone() == ("",)
        assert back.execute("SELECT count(*) FROM email_address WHERE address = %s", [NADIA.email]).fetchone() == (0,)
        assert await portal(address, "erasure", "replay", ledger) == 0
        assert back.execute("SELECT count(*), min(actor) FROM erasure").fetchone() == (1, "replay")
    assert await as_owner(replace(settings, database_url=address), journal.verify) == []


@pytest.mark.parametrize("content", ["", "no JSON", '{"name": "Nadia"}', '[["Nadia"]]'])
async def test_a_ledger_of_another_make_is_refused_and_nothing_happens(
    settings, owner, portal, tmp_path, capsys, content
) -> None:
    other = tmp_path / "other"
    other.write_text(content)
    assert await portal(settings.database_url, "erasure", "replay", other) == 1
    said = capsys.readouterr().out
    assert "This is no ledger of erasures" in said
    assert "Nadia" not in said
    assert owner.execute("SELECT count(*) FROM erasure").fetchone() == (0,)


async def test_a_ledger_made_with_another_key_says_so_instead_of_finding_nobody(
    settings, owner, erase, portal, tmp_path, capsys, monkeypatch
) -> None:
    ledger = tmp_path / "erasures.jsonl"
    await erase(NADIA)
    assert await portal(settings.database_url, "erasure", "export", ledger) == 0
    lines = await as_owner(settings, lambda db: actions.exported(db, key=f"{settings.secret_key}!"))
    ledger.write_text("\n".join(lines))
    assert await portal(settings.database_url, "erasure", "replay", ledger) == 1
    assert "another SECRET_KEY" in capsys.readouterr().out


async def test_an_erasure_that_is_lifted_lets_the_central_base_bring_the_person_back(
    settings, owner, erase, portal, sync_database, central_directory
) -> None:
    await erase(NADIA)
    assert await portal(settings.database_url, "erasure", "lift", NADIA.number) == 0
    await reconcile(sync_database, central_directory)
    assert owner.execute(NAMED).fetchone() == ("Nadia",)
