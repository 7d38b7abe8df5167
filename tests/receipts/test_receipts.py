"""My tax receipts, as a donor sees them: the list, the life of each, its PDF, its duplicate."""

import hashlib
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pikepdf
import pytest

from portal import work
from tests.personas import MARIE, NADIA, STRANGER, THIS_YEAR, debit
from tests.receipts.papers import pages, words
from tests.walker import Walker

NUMBER, SUCCESSOR = f"{THIS_YEAR - 1}-000017", f"{THIS_YEAR - 1}-000099"
CANCEL = "UPDATE receipt SET state = 'cancelled', cancelled_on = %s, cancel_reason = %s, replaced_by = %s"


@pytest.fixture
def path(owner) -> str:
    """Of Marie's receipt."""
    [(found,)] = owner.execute("SELECT id FROM receipt").fetchall()
    return f"/receipts/{found}"


@pytest.fixture
async def marie(visitor: Callable[..., Walker]) -> Walker:
    walker = visitor()
    await walker.enter(MARIE)
    return walker


@pytest.fixture
def file(marie: Walker, work_off: Callable[[], Awaitable[None]]) -> Callable[[str], Awaitable[Any]]:
    """The file at this address, once the worker has made it."""

    async def fetch(address: str) -> Any:
        await marie.get(address)
        await work_off()
        return await marie.client.get(address)

    return fetch


@pytest.fixture
def cancel(owner) -> Callable[..., None]:
    def do(*, on: str | None = f"{THIS_YEAR}-02-01", reason: str = "Chèque refusé.", by: str = SUCCESSOR) -> None:
        owner.execute(CANCEL, [on, reason, by])

    return do


@pytest.fixture
def succeed(owner) -> Callable[[], UUID]:
    """The receipt in whose favour Marie's was cancelled."""

    def issue() -> UUID:
        lines = json.dumps([debit(month) for month in range(1, 12)])
        row = owner.execute(
            "INSERT INTO receipt (central_id, member_id, number, fiscal_year, kind, article, issued_on, amount, "
            "currency, state, donor_name, donor_address, lines) SELECT 'r2', member_id, %s, fiscal_year, kind, "
            "article, issued_on + 20, 165, 'EUR', 'issued', donor_name, donor_address, %s FROM receipt RETURNING id",
            [SUCCESSOR, lines],
        ).fetchone()
        found: UUID = row[0]
        return found

    return issue


async def test_receipts_are_listed_by_fiscal_year(marie) -> None:
    text = (await marie.get("/receipts")).text
    assert f"{THIS_YEAR - 1} {NUMBER} the whole year 20 January {THIS_YEAR} €180.00 Download (PDF)" in text


async def test_without_receipts_the_page_says_when_they_come(visitor) -> None:
    walker = visitor()
    await walker.enter(NADIA)
    assert "No tax receipt yet" in (await walker.get("/receipts")).text


async def test_a_receipt_has_a_page_with_what_is_frozen_on_it(marie, path, owner) -> None:
    owner.execute("UPDATE receipt SET code = '4F2A91C077BE'")
    owner.execute("UPDATE member SET last_name = 'Durand'")
    text = (await marie.get(path)).text
    for words_ in (
        f"Tax receipt {NUMBER}",
        "Mme Marie Dupont 12 BIS RUE DES LILAS 69003 LYON",
        "€180.00",
        "4F2A 91C0 77BE",
        f"5 December {THIS_YEAR - 1} Direct debit €15.00",
        "Make a duplicate (PDF)",
    ):
        assert words_ in text
    assert "cancelled" not in text


async def test_a_receipt_is_rendered_by_the_worker_once_and_is_the_same_for_ever(marie, path, work_off, owner) -> None:
    address = f"{path}/pdf"
    waiting = await marie.get(address)
    assert waiting.status == 200
    assert waiting.headers["refresh"] == f"1; url={address}?look=1"
    await marie.get(address)
    assert owner.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,), "asked twice, rendered once"
    await work_off()
    first = await marie.client.get(address)
    owner.execute("UPDATE postal_address SET town = 'Nantes'")
    second = await marie.client.get(address)
    assert first.headers["content-type"] == "application/pdf"
    assert first.headers["content-disposition"] == f'attachment; filename="{NUMBER}.pdf"'
    assert first.content == second.content
    (stored,) = owner.execute("SELECT sha256 FROM receipt_file").fetchone()
    assert hashlib.sha256(first.content).hexdigest() == stored
    text = words(first.content)
    for mention in (f"Numéro d’ordre du reçu {NUMBER}", "Mme Marie Dupont", "***180,00 €*** Cent quatre-vingts euros"):
        assert mention in text
    assert len(pages(first.content)) == 1


async def test_it_is_in_french_whatever_the_donors_language_and_says_where_it_is_verified(
    marie, file, path, owner
) -> None:
    owner.execute("UPDATE member SET language = 'en'")
    answer = await file(f"{path}/pdf")
    text = words(answer.content)
    assert "prélèvement" in text
    assert "Direct debit" not in text
    assert "https://portal.test/verify" in text
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        attached = json.loads(document.attachments[f"{NUMBER}.json"].get_file().read_bytes())
    assert owner.execute("SELECT data FROM receipt_file").fetchone() == (attached,)
    assert attached["code"] == owner.execute("SELECT code FROM receipt").fetchone()[0]


async def test_a_duplicate_has_the_same_number_and_says_that_it_is_one(marie, file, path, owner) -> None:
    original = await file(f"{path}/pdf")
    duplicate = await file(f"{path}/duplicate")
    assert duplicate.headers["content-disposition"] == f'attachment; filename="{NUMBER}-duplicate.pdf"'
    assert words(duplicate.content).replace(" DUPLICATA", "") == words(original.content)
    assert "DUPLICATA" in words(duplicate.content)
    again = await marie.client.get(f"{path}/duplicate")
    assert again.content == duplicate.content
    assert (await marie.client.get(f"{path}/pdf")).content == original.content


async def test_a_cancelled_receipt_is_given_out_as_such_with_reason_and_successor(marie, file, path, cancel) -> None:
    original = await file(f"{path}/pdf")
    cancel()
    answer = await file(f"{path}/pdf")
    assert answer.headers["content-disposition"] == f'attachment; filename="{NUMBER}-cancelled.pdf"'
    text = words(answer.content)
    assert f"{NUMBER} ANNULÉ" in text
    assert f"Ce reçu est annulé depuis le 1er février {THIS_YEAR}" in text
    assert f"Motif : Chèque refusé. Il est remplacé par le reçu n° {SUCCESSOR}." in text
    assert "ANNULÉ" not in words(original.content)


async def test_a_cancelled_receipt_has_no_duplicate(marie, file, path, cancel) -> None:
    await file(f"{path}/duplicate")
    cancel()
    assert (await marie.get(f"{path}/duplicate")).status == 404


async def test_the_donor_sees_why_a_receipt_was_cancelled_and_what_replaces_it(marie, path, cancel, succeed) -> None:
    successor = succeed()
    cancel()
    page = await marie.get(path)
    for told in (
        "This receipt is cancelled",
        f"since 1 February {THIS_YEAR}",
        "Why: Chèque refusé.",
        f"It is replaced by: {SUCCESSOR}",
    ):
        assert told in page.text
    assert f"/receipts/{successor}" in page.links
    assert not any(link.endswith("/duplicate") for link in page.links)
    listed = (await marie.get("/receipts")).text
    assert f"Cancelled replaced by {SUCCESSOR}" in listed


async def test_the_successor_says_what_it_replaces(marie, path, cancel, succeed, owner) -> None:
    successor = succeed()
    owner.execute(f"{CANCEL} WHERE number = %s", [None, "", SUCCESSOR, NUMBER])
    page = await marie.get(f"/receipts/{successor}")
    assert f"This receipt replaces: {NUMBER}" in page.text
    assert path in page.links


async def test_a_successor_of_somebody_else_is_named_and_not_linked(marie, path, owner, member_id) -> None:
    owner.execute(
        "INSERT INTO receipt (member_id, number, fiscal_year, kind, article, issued_on, amount, currency, state, "
        "donor_name, donor_address, lines) SELECT %s, %s, fiscal_year, kind, article, issued_on, 1, 'EUR', 'issued', "
        "'M. Serge Étranger', '', '[]' FROM receipt",
        [member_id(STRANGER), SUCCESSOR],
    )
    owner.execute(f"{CANCEL} WHERE number = %s", [None, "", SUCCESSOR, NUMBER])
    page = await marie.get(path)
    assert f"It is replaced by: {SUCCESSOR}" in page.text
    assert [link for link in page.links if link.startswith("/receipts/")] == [f"{path}/pdf"]
    assert "Étranger" not in page.html


async def test_payloads_stand_on_the_page_as_they_were_typed(marie, path, owner) -> None:
    bad = '<script>alert(1)</script>{{7*7}} & "x"'
    owner.execute(
        "UPDATE receipt SET donor_name = %(bad)s, donor_address = %(bad)s, cancel_reason = %(bad)s, "
        "number = %(bad)s, replaced_by = %(bad)s, state = 'cancelled'",
        {"bad": bad},
    )
    for address in (path, "/receipts"):
        page = await marie.get(address)
        assert bad in page.text
        assert not page.tree.findall(".//main//script")
    assert (await marie.get(path)).text.count(bad) >= 5


@pytest.mark.parametrize("wish", ["", "/pdf", "/duplicate"])
async def test_a_receipt_goes_to_its_owner_only(visitor, file, path, wish: str) -> None:
    await file(f"{path}{wish}") if wish else None
    stranger = visitor()
    await stranger.enter(STRANGER)
    assert (await stranger.get(f"{path}{wish}")).status == 404
    assert (await visitor().get(f"{path}{wish}", follow=False)).status == 303


@pytest.mark.parametrize("look", ["x", "", "1e3", "99999999999999999999", "-3"])
async def test_a_strange_address_of_the_waiting_page_breaks_nothing(marie, path, look: str) -> None:
    assert (await marie.get(f"{path}/pdf?look={look}")).status in {200, 400}


async def test_downloads_and_duplicates_are_noted_in_the_journal(file, path, owner) -> None:
    await file(f"{path}/pdf")
    await file(f"{path}/duplicate")
    kinds = {kind for (kind,) in owner.execute("SELECT kind FROM journal WHERE member_id IS NOT NULL").fetchall()}
    assert {"receipt.downloaded", "receipt.duplicate.made"} <= kinds


# A receipt that cannot be made


async def test_a_receipt_that_does_not_add_up_is_refused_calmly_and_comes_once_it_is_mended(
    marie, file, path, owner, work_off
) -> None:
    owner.execute("UPDATE receipt SET amount = 200")
    answer = await file(f"{path}/pdf")
    assert answer.headers["content-type"].startswith("text/html")
    assert owner.execute("SELECT problem FROM receipt").fetchone() == ("the gifts do not add up to its amount",)
    stuck = await marie.get(f"{path}/pdf?look=3")
    assert stuck.status == 200
    assert f"Something is missing on receipt {NUMBER}, so it cannot be made yet." in stuck.text
    assert "add up" not in stuck.text
    assert "refresh" not in stuck.headers
    owner.execute("UPDATE receipt SET amount = 180")
    pressed = await marie.get(f"{path}/pdf")
    assert "is being prepared" in pressed.text
    looked = await marie.get(f"{path}/pdf?look=1")
    assert "refresh" in looked.headers, "the worker has not come to it, and what was wrong is mended"
    await work_off()
    assert (await marie.client.get(f"{path}/pdf?look=2")).headers["content-type"] == "application/pdf"


async def test_everything_that_a_receipt_lacks_is_on_the_list(marie, path, owner, settings) -> None:
    owner.execute("UPDATE receipt SET amount = 200, donor_name = '', article = '238bis', donor_address = 'LYON'")
    await marie.get(f"{path}/pdf")
    bare = replace(settings, receipt_signatory="", organisation_siren="")
    await work.run(bare, until_idle=True)
    (problem,) = owner.execute("SELECT problem FROM receipt").fetchone()
    for lacking in ("RECEIPT_SIGNATORY", "ORGANISATION_SIREN", "donor's name", "address", "company's SIREN", "add up"):
        assert lacking in problem
    assert problem.count(";") == 5
    assert owner.execute("SELECT count(*) FROM receipt_file").fetchone() == (0,)


async def test_a_late_receipt_asks_for_patience_and_stops_asking(marie, path) -> None:
    page = await marie.get(f"{path}/pdf?look=20")
    assert "This takes longer than usual." in page.text
    assert "refresh" not in page.headers
