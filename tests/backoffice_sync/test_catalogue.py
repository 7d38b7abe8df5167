"""How the central base is made: what changed there keeps the sync from starting until somebody agrees to it."""

import asyncio
import dataclasses
from types import SimpleNamespace

import pytest

from backoffice_sync import cli
from backoffice_sync.compare import catalogue
from backoffice_sync.compare.catalogue import FieldsChanged
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.directory import Catalogue, DirectoryUnreachable
from portal.database import role_url

PROBLEM = "SELECT problem, problem_since IS NOT NULL FROM sync_heartbeat WHERE duty = 'catalogue'"
FIGURES = "SELECT figures FROM sync_heartbeat WHERE duty = 'catalogue'"


@pytest.fixture
def made(central_directory):
    """Lets the twin be made in this way."""
    central_directory.made = Catalogue(
        {"member.last_name": "text, required", "member.language": "text"}, {"note.x": "text"}
    )

    async def found():
        return central_directory.made

    def as_made(used=None, others=None) -> None:
        now = central_directory.made
        central_directory.made = dataclasses.replace(now, used=used or now.used, others=others or now.others)

    central_directory.catalogue = found
    return as_made


async def test_what_is_there_the_first_time_is_agreed_to(sync_database, central_directory, made, owner) -> None:
    assert await catalogue.check(sync_database, central_directory) == []
    assert await catalogue.check(sync_database, central_directory) == []
    assert owner.execute("SELECT name, made, used FROM sync_field ORDER BY name").fetchall() == [
        ("member.language", "text", True), ("member.last_name", "text, required", True), ("note.x", "text", False),
    ]  # fmt: skip


async def test_a_changed_or_vanished_field_that_we_use_is_named_until_somebody_agrees(
    sync_database, central_directory, made, owner
) -> None:
    await catalogue.check(sync_database, central_directory)
    made(used={"member.last_name": "varchar(20)"}, others={"note.x": "integer"})
    for _ in range(2):
        with pytest.raises(FieldsChanged) as refused:
            await catalogue.check(sync_database, central_directory)
    assert str(refused.value).splitlines() == [
        "member.language: was text; is gone",
        "member.last_name: was text, required; is varchar(20)",
    ]
    problem, since = owner.execute(PROBLEM).fetchone()
    assert "member.last_name: was text, required; is varchar(20)" in problem
    assert since
    await catalogue.accept(sync_database, central_directory)
    assert await catalogue.check(sync_database, central_directory) == []
    assert owner.execute(PROBLEM).fetchone() == ("", False)


async def test_new_fields_are_told_and_keep_nothing_from_starting(
    sync_database, central_directory, made, owner
) -> None:
    await catalogue.check(sync_database, central_directory)
    made(others={"note.x": "text", "member.shoe_size": "integer"})
    assert await catalogue.check(sync_database, central_directory) == ["member.shoe_size"]
    assert owner.execute(FIGURES).fetchone()[0] == {"fields": 2, "new": ["member.shoe_size"]}
    await catalogue.accept(sync_database, central_directory)
    assert await catalogue.check(sync_database, central_directory) == []


async def test_a_field_that_a_new_release_uses_is_agreed_to_without_a_word(
    sync_database, central_directory, made, owner
) -> None:
    await catalogue.check(sync_database, central_directory)
    made(used={"member.last_name": "text, required", "member.language": "text", "note.x": "text", "note.y": "date"})
    await catalogue.check(sync_database, central_directory)
    made(used={"member.last_name": "text, required", "member.language": "text", "note.x": "text"})
    with pytest.raises(FieldsChanged, match="was date; is gone"):
        await catalogue.check(sync_database, central_directory)


async def test_a_base_that_is_not_reached_is_another_trouble(sync_database, central_directory, owner) -> None:
    central_directory.reachable = False
    with pytest.raises(DirectoryUnreachable):
        await catalogue.check(sync_database, central_directory)
    assert owner.execute(PROBLEM).fetchone()[0].startswith("the central base is not reached")


@pytest.fixture
def command(settings, central_url, monkeypatch):
    """Runs a command line; gives its exit code."""
    url = role_url(settings.database_url, settings.secret_key, "portal_sync")
    monkeypatch.setenv("PORTAL_DATABASE_URL", url.set(drivername="postgresql").render_as_string(hide_password=False))
    monkeypatch.setenv("CENTRAL_URL", central_url)

    async def run(*words: str) -> str | int | None:
        monkeypatch.setattr("sys.argv", ["backoffice-sync", *words])
        try:
            await asyncio.to_thread(cli.main)
        except SystemExit as end:
            return end.code
        raise AssertionError

    return run


async def test_every_command_that_moves_something_refuses_a_changed_base(command, central, capsys, owner) -> None:
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    assert await command("pull") == 0
    central.execute("ALTER TABLE member ALTER last_name TYPE varchar(20)")
    central.commit()
    capsys.readouterr()
    for words in (["pull"], ["push"], ["push", "--dry-run"], ["run"], ["catalogue"]):
        assert await command(*words) == 3, words
        assert "member.last_name: was " in capsys.readouterr().err
    assert await command("catalogue", "--accept") == 0
    assert await command("pull") == 0


async def test_a_portal_that_is_not_reached_is_told_in_words_and_not_by_a_trace(command, monkeypatch) -> None:
    monkeypatch.setenv("PORTAL_DATABASE_URL", "postgresql://portal_sync@/portal?host=/nonexistent")
    assert str(await command("status")).startswith("A database was not reached.")


async def test_changes_are_held_back_until_both_sides_were_compared_and_an_administrator_lets_them(
    command, central, owner, capsys
) -> None:
    owner.execute("TRUNCATE member, campaign, sync_cursor CASCADE")
    owner.execute("DELETE FROM sync_heartbeat")
    await command("pull")
    assert "enable-push" in capsys.readouterr().out
    assert "reconcile" in await command("push")
    assert "never compared" in await command("enable-push")
    assert await command("reconcile") == 0
    assert await command("enable-push") == 0
    assert await command("push") == 0
    capsys.readouterr()
    assert await command("pull") == 0
    assert "enable-push" not in capsys.readouterr().out


async def test_the_reference_schema_names_its_fields(central_url) -> None:
    directory = PostgresDirectory(central_url)
    found = await directory.catalogue()
    await directory.close()
    assert "member.last_name" in found.used


async def test_a_service_waits_for_a_base_that_is_down_when_it_starts(
    sync_database, central_directory, made, owner, monkeypatch
) -> None:
    async def back_again(_seconds: float) -> None:
        assert owner.execute(PROBLEM).fetchone()[0].startswith("the central base is not reached")
        central_directory.catalogue = answer

    async def down():
        raise DirectoryUnreachable

    answer, central_directory.catalogue = central_directory.catalogue, down
    monkeypatch.setattr(catalogue, "asyncio", SimpleNamespace(sleep=back_again))  # the servers of other tests sleep too
    await catalogue.check_when_reached(sync_database, central_directory)
    assert owner.execute(PROBLEM).fetchone() == ("", False)
