"""Files of documents: fetched when they are new, once, and only what is as its checksum says."""

import hashlib
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from backoffice_sync.directory import DirectoryUnreachable
from backoffice_sync.inward import files
from backoffice_sync.inward.files import fetch_files
from backoffice_sync.inward.pull import pull
from portal.documents.rules import LARGEST_MIRRORED
from tests.personas import MARIE

PDF = b"%PDF-1.7 welcome"


@pytest.fixture
def filed(central_directory):
    """A document of Marie's in the central base, with its file."""

    def file(number="d1", content=PDF, **more) -> None:
        told = {
            "central_id": number, "member": MARIE.number, "title": "Welcome", "kind": "letter", "direction": "sent",
            "dated_on": date(2026, 3, 5), "author": "", "for_member": True, "media_type": "application/pdf",
            "size": len(content), "sha256": hashlib.sha256(content).hexdigest(),
        }  # fmt: skip
        central_directory.files[number] = content
        central_directory.put_named("document", told | more)

    return file


@pytest.fixture
def bring(sync_database, central_directory):
    async def bring() -> int:
        await pull(sync_database, central_directory)
        return await fetch_files(sync_database, central_directory)

    return bring


async def test_a_new_file_is_fetched_once_and_again_when_it_is_another(bring, filed, owner) -> None:
    filed()
    assert [await bring(), await bring()] == [1, 0]
    assert owner.execute("SELECT content FROM document_arrival").fetchall() == [(PDF,)]
    owner.execute("UPDATE document SET held = sha256")
    owner.execute("DELETE FROM document_arrival")
    assert await bring() == 0, "it is here"
    filed(content=PDF + b" again")
    assert await bring() == 1


async def test_after_a_crash_of_the_database_what_was_lost_is_fetched_again(bring, filed, owner) -> None:
    filed()
    await bring()
    owner.execute("TRUNCATE document_arrival")
    assert await bring() == 1


@pytest.mark.parametrize(
    "more", [{"sha256": "0" * 64}, {"size": LARGEST_MIRRORED + 1}], ids=["not what its checksum says", "too large"]
)
async def test_a_file_that_we_do_not_take_is_asked_for_once(bring, filed, owner, central_directory, more) -> None:
    filed(**more)
    assert await bring() == 0
    assert owner.execute("SELECT refused = sha256 FROM document").fetchall() == [(True,)]
    central_directory.content = None  # nobody asks again
    assert await bring() == 0


async def test_a_worker_that_rests_is_not_buried(bring, filed, owner, monkeypatch) -> None:
    monkeypatch.setattr(files, "MOST_UNSEALED", 2)
    for number in ("d1", "d2", "d3"):
        filed(number)
    assert [await bring(), await bring()] == [2, 0]
    owner.execute("UPDATE document SET held = sha256 WHERE id IN (SELECT document_id FROM document_arrival)")
    owner.execute("DELETE FROM document_arrival")
    assert await bring() == 1


async def test_what_cannot_be_reached_waits(bring, filed, central_directory, sync_database, owner) -> None:
    filed()
    await pull(sync_database, central_directory)
    central_directory.reachable = False
    with pytest.raises(DirectoryUnreachable):
        await fetch_files(sync_database, central_directory)
    central_directory.reachable = True
    assert await bring() == 1


async def test_a_base_without_documents_is_not_asked(bring, central_directory, filed) -> None:
    able = central_directory.capabilities
    central_directory.capabilities = replace(able, entities=able.entities - {"document"})
    filed()
    assert await bring() == 0


async def test_what_staff_added_here_outlives_every_comparison(
    sync_database, central_directory, owner, member_id
) -> None:
    from backoffice_sync.compare.reconcile import reconcile

    owner.execute(
        "INSERT INTO document (member_id, title, direction, dated_on) VALUES (%s, 'Ours', 'sent', '2026-01-01')",
        [member_id(MARIE)],
    )
    for _ in range(3):
        assert (await reconcile(sync_database, central_directory)).is_none
    assert owner.execute("SELECT title FROM document").fetchall() == [("Ours",)]


async def test_the_sync_may_not_read_back_what_it_left_nor_what_is_sealed(sync_database) -> None:
    for statement in ("SELECT content FROM document_arrival", "SELECT sealed FROM document_file"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with sync_database.begin() as db:
                await db.execute(text(statement))
