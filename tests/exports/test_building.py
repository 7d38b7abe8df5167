"""What is in an answer, and how it comes to be there."""

import csv
import hashlib
import io
import json
from dataclasses import replace

import pikepdf

from portal import work
from portal.exports.tasks import records
from portal.holdings.rules import HOLDINGS, PORTABLE
from portal.pdf import Printer
from tests.exports.conftest import LAID_OUT
from tests.personas import MARIE, MEMO, NADIA, PAUL

FORMULAS = ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=1", "\r=1", '=HYPERLINK("x")']


def read(answer, name):
    return json.loads(answer.read(name))


def cells(answer, name):
    return list(csv.reader(io.StringIO(answer.read(name).decode("utf-8-sig")), delimiter=";"))


async def test_an_access_answer_holds_all_that_there_is_about_the_member(built, opened, owner, monkeypatch) -> None:
    monkeypatch.setattr(Printer, "render", LAID_OUT)
    owner.execute(
        "INSERT INTO receipt_file (receipt_id, member_id, content, sha256) "
        "SELECT id, member_id, '%PDF-1', 'x' FROM receipt"
    )
    owner.execute("INSERT INTO mail_verdict (mailbox, bounced_on) VALUES (%s, '2026-01-01')", [MARIE.email])
    owner.execute("UPDATE gift SET amount = -5 WHERE central_id = 'g1'")
    for formula in FORMULAS:
        owner.execute(
            "INSERT INTO recorded_change (id, member_id, field_group, actor, reason) "
            "SELECT gen_random_uuid(), id, 'language', 'undo', %s FROM member WHERE number = %s",
            [formula, MARIE.number],
        )
    answer = await opened(await built())
    assert answer.testzip() is None
    assert len(read(answer, "data/gifts.json")) == 44
    assert read(answer, "data/record.json")[0]["last_name"] == "Dupont"
    assert read(answer, "data/memos.json")[0]["body"] == MEMO
    assert read(answer, "data/mail-verdicts.json")[0]["mailbox"] == MARIE.email
    assert {gift["campaign"] for gift in read(answer, "data/gifts.json")} == {None, "Noël <b>solidaire</b>"}
    assert read(answer, "data/receipt-files.json")[0]["file"] == "receipt-files/0001.pdf"
    assert answer.read("receipt-files/0001.pdf") == b"%PDF-1"
    assert {change["reason"] for change in read(answer, "data/changes.json")} == set(FORMULAS)
    assert "staff:" not in answer.read("data/journal.json").decode()
    html = answer.read("reponse.html").decode()
    assert "Noël &lt;b&gt;solidaire&lt;/b&gt;" in html
    assert html.count("www.cnil.fr") == 2, "the cover in both languages"
    assert len(pikepdf.open(io.BytesIO(answer.read("reponse.pdf"))).pages) > 3
    says_what_is_in_it(answer)
    holds_no_formula(answer)


async def test_the_cover_tells_who_works_on_the_data_and_whether_they_leave_the_union(
    order, owner, settings, opened
) -> None:
    works, goes = "Hébergeur, Roubaix | Routeur <SA>", "États-Unis (clauses types)"
    for person, told, words in (
        (MARIE, {}, "Nous ne transmettons vos données à aucun pays hors de l’Union européenne."),
        (NADIA, {"data_processors": works}, "Hébergeur, Roubaix, Routeur &lt;SA&gt;."),
        (PAUL, {"data_transfers": goes}, goes),
    ):
        export_id = await order(person)
        owner.execute("UPDATE extract_order SET done_at = now()")
        await work.run(replace(settings, **told), until_idle=True)
        answer = await opened(export_id)
        [page] = [name for name in answer.namelist() if name.endswith(".html")]
        assert words in answer.read(page).decode()


def says_what_is_in_it(answer) -> None:
    """The manifest names every file with its checksum, and every set with what it is for."""
    manifest = read(answer, "manifest.json")
    named = {file["name"]: file for file in manifest["files"]}
    assert set(named) == set(answer.namelist()) - {"manifest.json"}
    for name, file in named.items():
        content = answer.read(name)
        assert (file["size"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest()), name
    assert [told["name"] for told in manifest["record_sets"]] == [held.name for held in HOLDINGS]
    assert all(told[part]["fr"] for told in manifest["record_sets"] for part in ("purpose", "source", "retention"))
    assert not [name for name in answer.namelist() if name.startswith("/") or ".." in name]


def holds_no_formula(answer) -> None:
    """In spreadsheets amounts are numbers, telephones keep their zeros, and nothing is a formula."""
    for name in answer.namelist():
        for row in cells(answer, name) if name.endswith(".csv") else []:
            assert not [cell for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))], name
    assert cells(answer, "data/phones.csv")[1] == ["p1", "'06 12 34 56 78", "mobile"]
    head, *changes = cells(answer, "data/changes.csv")
    assert {row[head.index("reason")] for row in changes} == {f"'{formula}" for formula in FORMULAS}
    head, *gifts = cells(answer, "data/gifts.csv")
    assert "-5.00" in [row[head.index("amount")] for row in gifts]


async def test_a_portability_answer_holds_what_the_member_gave_and_nothing_else(built, opened) -> None:
    answer = await opened(await built(kind="portability"))
    given = {name for name in answer.namelist() if name.startswith("data/")}
    assert given <= {f"data/{held.name}.{kind}" for held in PORTABLE for kind in ("json", "csv")}
    assert not {"data/gifts.json", "data/receipts.json", "data/journal.json", "data/memos.json"} & given
    assert read(answer, "data/phones.json") == [{"number": "06 12 34 56 78", "kind": "mobile"}]


async def test_a_worker_that_died_is_followed_by_one_that_goes_on_behind_it(
    order, go_on, opened, owner, work_off, monkeypatch
) -> None:
    give, given = records.give, []

    async def die_once(answer, db, held) -> None:
        given.append(held.name)
        await give(answer, db, held)
        if given.count("phones") == 1 and held.name == "phones":
            raise ConnectionError  # written, but not finished

    monkeypatch.setattr(records, "give", die_once)
    export_id = await order(kind="portability")
    await work_off()
    await go_on()
    assert owner.execute("SELECT state, problem, attempts FROM data_export").fetchone() == ("ready", "", 1)
    assert {name for name in given if given.count(name) > 1} == {"phones"}
    assert (await opened(export_id)).testzip() is None


async def test_the_central_base_is_waited_for_and_what_it_has_is_in_the_answer(
    order, go_on, opened, owner, work_off
) -> None:
    export_id = await order()
    await work_off()
    assert owner.execute("SELECT state FROM data_export").fetchone() == ("gathering",)
    owner.execute(
        "INSERT INTO extract_row (order_id, position, record_set, record) "
        "SELECT id, 1, 'scores', '{\"score\": \"A+\"}' FROM extract_order"
    )
    owner.execute("UPDATE extract_order SET done_at = now()")
    await go_on()
    answer = await opened(export_id)
    [told] = read(answer, "data/central-records.json")
    assert (told["table"], told["score"]) == ("scores", "A+")
    assert read(answer, "manifest.json")["central_records"] is True


async def test_an_officer_goes_on_without_the_central_base_and_the_answer_says_so(
    order, opened, officer, work_off
) -> None:
    export_id = await order()
    await work_off()
    path = f"/staff/exports/{export_id}"
    await officer.submit(await officer.get(path), f"{path}/without-central")
    await work_off()
    answer = await opened(export_id)
    assert read(answer, "manifest.json")["central_records"] is False
    assert "could not be read when this answer was made" in answer.read("reponse.html").decode()
