import hashlib
import io
from decimal import Decimal

import pytest
from pypdf import PdfReader

from portal import pdf
from portal.receipts.tasks import in_words
from tests.personas import MARIE, STRANGER, THIS_YEAR


def address_of(page):
    return next(link for link in page.links if link.endswith("/pdf"))


async def test_receipts_are_listed_by_fiscal_year(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    text = (await walker.get("/receipts")).text
    assert f"{THIS_YEAR - 1} {THIS_YEAR - 1}-000017 the whole year 20 January {THIS_YEAR} €180.00" in text


async def test_a_receipt_is_rendered_by_the_worker_once_and_is_the_same_for_ever(visitor, work_off, owner) -> None:
    walker = visitor("fr")
    await walker.enter(MARIE)
    address = address_of(await walker.get("/receipts"))
    waiting = await walker.get(address)
    assert waiting.status == 200
    assert waiting.headers["refresh"] == f"1; url={address}?look=1"
    await walker.get(address)
    assert owner.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (1,), "asked twice, rendered once"
    await work_off()
    first = await walker.client.get(address)
    second = await walker.client.get(address)
    assert first.headers["content-type"] == "application/pdf"
    assert first.content == second.content
    (stored,) = owner.execute("SELECT sha256 FROM receipt_file").fetchone()
    assert hashlib.sha256(first.content).hexdigest() == stored
    text = PdfReader(io.BytesIO(first.content)).pages[0].extract_text()
    for words in (
        f"{THIS_YEAR - 1}-000017",
        "Mme Marie Dupont",
        "12 BIS RUE DES LILAS",
        "***180,00",
        "Cent quatre-vingts euros",
    ):
        assert words in text


async def test_a_receipt_goes_to_its_owner_only(visitor) -> None:
    marie, stranger = visitor(), visitor()
    await marie.enter(MARIE)
    await stranger.enter(STRANGER)
    address = address_of(await marie.get("/receipts"))
    assert (await stranger.get(address)).status == 404


async def test_a_cancelled_receipt_is_shown_but_no_longer_given_out(visitor, owner) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    address = address_of(await walker.get("/receipts"))
    owner.execute("UPDATE receipt SET state = 'cancelled'")
    assert "Cancelled" in (await walker.get("/receipts")).text
    assert (await walker.get(address)).status == 404


async def test_a_download_is_noted_in_the_journal(visitor, work_off, owner) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    address = address_of(await walker.get("/receipts"))
    await walker.get(address)
    await work_off()
    await walker.client.get(address)
    kinds = owner.execute("SELECT kind FROM journal WHERE member_id IS NOT NULL").fetchall()
    assert ("receipt.downloaded",) in kinds


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1.00", "Un euro"),
        ("80.00", "Quatre-vingts euros"),
        ("71.01", "Soixante et onze euros et un centime"),
        ("1000000.00", "Un million d’euros"),
        ("1250.50", "Mille deux cent cinquante euros et cinquante centimes"),
    ],
)
def test_amounts_are_written_in_words(amount: str, words: str) -> None:
    assert in_words(Decimal(amount), "EUR") == words
    assert in_words(Decimal(amount), "USD") == ""


def test_the_renderer_reads_no_file_and_no_host(tmp_path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>canary</text></svg>')
    html = f'<html lang="fr"><title>t</title><img alt="x" src="{secret.as_uri()}"><link rel="stylesheet" href="http://127.0.0.1:9/x.css"><p>bonjour</p></html>'
    content = pdf.render(html)
    text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert "bonjour" in text
    assert "canary" not in text
    assert b"secret.svg" not in content
