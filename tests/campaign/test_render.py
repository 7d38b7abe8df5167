"""Rendering a year's receipts: in parallel, each once, and no bad one stops the others."""

import asyncio
import hashlib
import io
import multiprocessing
from concurrent.futures.process import BrokenProcessPool

import pikepdf

from portal.pdf import Printer, Sheet
from tests.campaign import deadly
from tests.campaign.conftest import letters, ways
from tests.issuing.givers import LAST_YEAR, gift, many, number, put_receipt

LINE = '[{"gift": "1", "on": "%s-06-15", "amount": %s, "means": "card"}]'


def problems(owner) -> dict[str, str]:
    found = owner.execute(
        "SELECT m.number, r.problem FROM receipt r JOIN member m ON m.id = r.member_id WHERE problem <> ''"
    )
    return dict(found.fetchall())


async def test_all_receipts_are_rendered_once_and_the_file_is_what_it_says(giver, issue, render, owner) -> None:
    for name in many(6):
        giver(name, gift(name))
    await issue()
    done = []
    report = await render(processes=2, say=lambda: done.append(1))
    assert (report.rendered, len(done)) == (6, 6)
    files = owner.execute(
        "SELECT r.number, f.content, f.sha256 FROM receipt_file f JOIN receipt r ON r.id = receipt_id"
    )
    for receipt, content, sha256 in files.fetchall():
        assert hashlib.sha256(content).hexdigest() == sha256
        with pikepdf.open(io.BytesIO(content)) as pdf:
            assert receipt in str(pdf.docinfo["/Title"])
    again = owner.execute(
        "DELETE FROM receipt_file WHERE receipt_id = (SELECT id FROM receipt LIMIT 1) RETURNING sha256"
    )
    [(before,)] = again.fetchall()
    assert (await render()).rendered == 1
    assert before in [row[0] for row in owner.execute("SELECT sha256 FROM receipt_file")]


async def test_a_bad_receipt_is_set_aside_with_its_reason_and_the_others_go_on(
    giver, issue, render, owner, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("portal.campaign.render.CHUNK", 3)
    for name in (*many(3), "m-deadly", "m-odd"):
        giver(name, gift(name))
    await issue()
    put_receipt(owner, giver("c1"), "C-1", lines=LINE % (LAST_YEAR, '"49.00"'))
    put_receipt(owner, giver("c2"), "C-2", lines=LINE % (LAST_YEAR, '"fifty"'))
    put_receipt(owner, giver("c3"), "C-3", lines='["fifty"]')
    put_receipt(owner, giver("c4"), "C-4", lines='[{"gift": "1", "amount": "50.00", "means": "card"}]')
    put_receipt(owner, giver("c5"), "C-5", lines=LINE % (LAST_YEAR, '"50.00"'))
    monkeypatch.setattr("portal.pdf.render", deadly.render)
    report = await render()
    assert (report.rendered, report.set_aside) == (4, 6)
    assert problems(owner) == {
        "c1": "the gifts do not add up to its amount",
        "c2": "a gift on it cannot be read",
        "c3": "a gift on it cannot be read",
        "c4": "a gift on it cannot be read",
        "m-deadly": "rendering failed (BrokenProcessPool)",
        "m-odd": "rendering failed (ArithmeticError)",
    }
    assert {member: reason for member, (_, reason) in ways(tmp_path).items() if reason} == problems(owner)
    assert len(letters(tmp_path)) == 4

    monkeypatch.setattr("portal.pdf.render", deadly.render_well)
    owner.execute("UPDATE receipt SET lines = %s WHERE number = 'C-1'", [LINE % (LAST_YEAR, '"50.00"')])
    assert (await render()).rendered == 3
    assert set(problems(owner)) == {"c2", "c3", "c4"}


async def test_an_endless_document_is_given_up_and_keeps_nobody_from_ending(
    giver, issue, render, owner, monkeypatch
) -> None:
    monkeypatch.setattr("portal.pdf.PATIENCE_SECONDS", 10)
    monkeypatch.setattr("portal.pdf.render", deadly.render)
    for name in ("m1", "m-endless", "m2"):
        giver(name, gift(name))
    await issue()
    report = await render()
    assert (report.rendered, report.set_aside) == (2, 1)
    assert list(problems(owner)) == ["m-endless"]


async def test_what_is_cancelled_while_it_is_rendered_goes_to_nobody(
    giver, issue, render, cancel, owner, tmp_path
) -> None:
    giver("m1", gift("1"))
    await issue()
    await render(mail=False, post=False)
    await cancel(number(1))
    await render(mail=False)
    assert [row[0] for row in owner.execute("SELECT number FROM receipt WHERE handed_by <> ''")] == [number(2)]


async def test_a_receipt_of_the_central_base_is_rendered_with_its_own_number_and_the_association_of_the_day(
    giver, render, owner
) -> None:
    put_receipt(owner, giver("c1"), "C-2025/17", lines=LINE % (LAST_YEAR, '"50.00"'))
    assert (await render()).rendered == 1
    name, data = owner.execute(
        "SELECT issuer ->> 'name', data ->> 'number' FROM receipt JOIN receipt_file ON receipt_id = id"
    ).fetchone()
    assert (name, data) == ("Les Mains Ouvertes", "C-2025/17")


async def test_rendering_leaves_no_process_behind(giver, issue, render) -> None:
    giver("m1", gift("1"))
    await issue()
    before = set(multiprocessing.active_children())
    await render(processes=2)
    assert set(multiprocessing.active_children()) == before


async def test_a_document_that_kills_the_renderer_takes_those_that_wait_with_it_and_the_next_one_is_rendered(
    monkeypatch,
) -> None:
    monkeypatch.setattr("portal.pdf.render", deadly.render)
    printer, page = Printer(), "<html lang=fr><title>x</title><p>{}"
    sheets = [Sheet(page.format(words)) for words in ("Donatrice m-deadly", "one", "two")]
    found = await asyncio.gather(*map(printer.render, sheets), return_exceptions=True)
    assert {type(one) for one in found} == {BrokenProcessPool}
    assert (await printer.render(sheets[1])).startswith(b"%PDF")
    printer.close()
