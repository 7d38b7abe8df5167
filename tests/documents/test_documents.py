"""The archive of documents: what donors find of it, what staff add, and the files that the sync left."""

import hashlib
from datetime import date

import pytest

from portal import crypto
from portal.documents import queries, rules
from tests.conftest import SECRET
from tests.personas import EDITOR, MARIE, NADIA, READER
from tests.walker import _page

PDF = b"%PDF-1.7\nlettre"


@pytest.fixture
def filed(owner, member_id):
    """A document of Marie's with its file."""

    def file(title="Welcome", content=PDF, *, for_member=True):
        marie = member_id(MARIE)
        (number,) = owner.execute(
            "INSERT INTO document (central_id, member_id, title, direction, dated_on, for_member, held) "
            "VALUES (%s, %s, %s, 'sent', '2026-03-05', %s, 'x') RETURNING id",
            [title, marie, title, for_member],
        ).fetchone()
        sealed = crypto.seal(SECRET, "document", content)
        owner.execute(
            "INSERT INTO document_file (document_id, member_id, sealed) VALUES (%s, %s, %s)", [number, marie, sealed]
        )
        return number

    return file


@pytest.fixture
def desk(member_id):
    return f"/staff/members/{member_id(MARIE)}/documents"


async def entered(visitor, person):
    walker = visitor()
    await walker.enter(person)
    return walker


async def add(editor, desk, content=PDF, **fields):
    page = await editor.get(desk)
    values = {name: value for name, value in page.form(desk).items() if name != "file"}
    values |= {"title": "Letter of March", "dated_on": "05/03/2026", "note": "Thanks for the drawing"} | fields
    files = {"file": ("../../x.html", content, "text/html") if content else ("", b"")}
    return _page(await editor.client.post(desk, data=values, files=files, follow_redirects=True))


async def test_a_donor_finds_the_documents_that_are_for_them_and_no_other(visitor, filed) -> None:
    shown, hidden = filed("Welcome"), filed("Our notes", for_member=False)
    marie = await entered(visitor, MARIE)
    page = await marie.get("/documents")
    assert "1 document" in page.text
    assert "Welcome" in page.text
    assert "Our notes" not in page.text
    assert (await marie.get(f"/documents/{hidden}/file")).status == 404
    nadia = await entered(visitor, NADIA)
    assert "No document yet" in (await nadia.get("/documents")).text
    assert (await nadia.get(f"/documents/{shown}/file")).status == 404
    assert "My documents" in (await marie.get("/")).text
    assert "My documents" not in (await nadia.get("/")).text


async def test_the_database_itself_hides_from_a_donor_what_is_not_for_them(visitor, filed, monkeypatch) -> None:
    """The first wall taken away: a query that forgets to ask for whom a document is."""
    hidden = filed("Our notes", for_member=False)
    marie = await entered(visitor, MARIE)
    original = queries.file_of
    monkeypatch.setattr(queries, "file_of", lambda db, donor, id_, **_: original(db, donor, id_, for_staff=True))
    assert (await marie.get(f"/documents/{hidden}/file")).status == 404


async def test_a_file_is_saved_under_a_name_of_ours_and_never_shown_in_our_name(visitor, filed, owner) -> None:
    number = filed('../../Été "2026"\r\nX: y.html', b"<script>alert(1)</script>")
    answer = await (await entered(visitor, MARIE)).client.get(f"/documents/{number}/file")
    assert answer.headers["content-disposition"] == 'attachment; filename="2026-03-05-ete-2026-x-y-html.bin"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content == b"<script>alert(1)</script>"
    noted = owner.execute("SELECT actor LIKE 'member:%' FROM journal WHERE kind = 'document.downloaded'").fetchall()
    assert noted == [(True,)]


@pytest.mark.parametrize(
    ("title", "name"),
    [("…", "2026-01-02-document.pdf"), ("Œuvre d'Art", "2026-01-02-uvre-d-art.pdf"), ("x" * 200, None)],
)
def test_a_name_is_plain_and_short_whatever_the_title(title, name) -> None:
    made = rules.file_name(title, date(2026, 1, 2), PDF)
    assert made == (name or f"2026-01-02-{'x' * rules.LONGEST_NAME}.pdf")


async def test_what_staff_add_is_sealed_and_the_donor_sees_it_if_it_is_for_them(visitor, desk, owner) -> None:
    editor, marie = await entered(visitor, EDITOR), await entered(visitor, MARIE)
    page = await add(editor, desk, for_member="yes")
    assert page.path == desk, page.text
    assert "The document is added." in page.text
    sealed, held, checksum, media = owner.execute(
        "SELECT sealed, held, sha256, media_type FROM document_file JOIN document ON document.id = document_id"
    ).fetchone()
    assert PDF not in sealed
    assert held == checksum == hashlib.sha256(PDF).hexdigest()
    assert media == "application/pdf", "what the sender calls it proves nothing"
    listed = await marie.get("/documents")
    assert "Thanks for the drawing" in listed.text
    [link] = [link for link in listed.links if link.endswith("/file")]
    assert (await marie.client.get(link)).content == PDF
    await add(editor, desk, for_member="no", title="For us")
    assert "For us" not in (await marie.get("/documents")).text
    kinds = owner.execute("SELECT count(*) FROM journal WHERE kind = 'document.added'").fetchone()
    assert kinds == (2,)


@pytest.mark.parametrize(
    ("content", "fields", "words"),
    [
        (b"", {}, "Choose the file."),
        (b"<html>", {}, "PDF files and pictures"),
        (PDF + b"x" * rules.LARGEST_ADDED, {}, "too large"),
        (PDF, {"title": ""}, "Say what it is"),
        (PDF, {"dated_on": "31/12/2099"}, "not in the future"),
        (PDF, {"note": "x" * 501}, "At most 500 characters"),
    ],
)
async def test_what_is_wrong_is_told_beside_its_field_and_what_was_typed_stays(
    visitor, desk, owner, content, fields, words
) -> None:
    page = await add(await entered(visitor, EDITOR), desk, content, **fields)
    assert page.status == 422
    assert words in page.text
    kept = page.form(desk)
    assert kept["title"] == fields.get("title", "Letter of March")
    assert owner.execute("SELECT count(*) FROM document").fetchone() == (0,)


async def test_staff_take_away_what_they_added_and_nothing_of_the_central_base(visitor, desk, filed, owner) -> None:
    editor = await entered(visitor, EDITOR)
    mirrored = filed()
    page = await add(editor, desk)
    [action] = [form.get("action") for form in page.tree.iterfind(".//form") if "removal" in form.get("action", "")]
    await editor.submit(page, action)
    assert owner.execute("SELECT title FROM document").fetchall() == [("Welcome",)]
    assert owner.execute("SELECT count(*) FROM document_file").fetchone() == (1,)
    fresh = (await editor.get(desk)).form(desk)
    token = {name: fresh[name] for name in ("csrf_token", "form_key")}
    assert (await editor.post(f"{desk}/{mirrored}/removal", **token)).status == 404


async def test_a_reader_of_the_staff_sees_no_documents(visitor, desk) -> None:
    assert (await (await entered(visitor, READER)).get(desk)).status == 404


async def test_the_worker_seals_what_the_sync_left_and_leaves_no_clear_text(
    owner, member_id, work_off, visitor
) -> None:
    checksum = hashlib.sha256(PDF).hexdigest()
    (number,) = owner.execute(
        "INSERT INTO document (central_id, member_id, title, direction, dated_on, for_member, sha256) "
        "VALUES ('9', %s, 'Welcome', 'sent', '2026-03-05', true, %s) RETURNING id",
        [member_id(MARIE), checksum],
    ).fetchone()
    marie = await entered(visitor, MARIE)
    assert "not here" in (await marie.get("/documents")).text
    owner.execute("INSERT INTO document_arrival VALUES (%s, %s, %s)", [number, member_id(MARIE), PDF])
    owner.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args) "
        "VALUES ('default', 'documents.seal', '{\"timestamp\": 0}')"
    )
    await work_off()
    assert owner.execute("SELECT count(*) FROM document_arrival").fetchone() == (0,)
    (sealed,) = owner.execute("SELECT sealed FROM document_file").fetchone()
    assert PDF not in sealed
    assert owner.execute("SELECT held FROM document").fetchone() == (checksum,)
    assert (await marie.client.get(f"/documents/{number}/file")).content == PDF


def test_clear_text_is_kept_out_of_the_log_of_the_database(owner) -> None:
    query = "SELECT relpersistence::text FROM pg_class WHERE relname = 'document_arrival'"
    assert owner.execute(query).fetchone() == ("u",)


async def test_a_file_goes_with_its_document_to_the_record_that_lives_on(visitor, filed, owner, member_id) -> None:
    number = filed()
    owner.execute("UPDATE document SET member_id = %s", [member_id(NADIA)])
    assert (await (await entered(visitor, NADIA)).get(f"/documents/{number}/file")).status == 200
    assert (await (await entered(visitor, MARIE)).get(f"/documents/{number}/file")).status == 404
