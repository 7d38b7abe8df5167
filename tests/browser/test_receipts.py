"""A receipt from its issue to its successor, and the page on which anybody verifies it."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.inspection import Inspector
from tests.browser.live import Live, wait_until
from tests.browser.test_keyboard import tab_to

SIMONE = "simone.lefebvre@example.org"
REASON = "Un prélèvement compté deux fois <b>par erreur</b> & corrigé"
RECEIPTS = (
    "SELECT r.number, r.code FROM receipt r JOIN email_address e USING (member_id) "
    "WHERE e.address = %s AND r.state = 'issued' ORDER BY r.fiscal_year, r.number"
)


@pytest.fixture(scope="module")
def receipts(live: Live) -> list[tuple[str, str]]:
    """Numbers and codes of Simone's: the oldest is cancelled in favour of the second, the third does not add up."""
    with psycopg.connect(live.database_url, autocommit=True) as portal:
        found = portal.execute(RECEIPTS, [SIMONE]).fetchall()
        portal.execute(
            "UPDATE receipt SET state = 'cancelled', cancelled_on = current_date, cancel_reason = %s, replaced_by = %s "
            "WHERE number = %s",
            [REASON, found[1][0], found[0][0]],
        )
        portal.execute("UPDATE receipt SET amount = amount + 1 WHERE number = %s", [found[2][0]])
    return found


def open_receipt(page: Page, number: str) -> None:
    page.goto("/receipts")
    page.get_by_role("link", name=number, exact=True).click()
    expect(page.locator("h1")).to_contain_text(number)


def downloaded(page: Page, selector: str) -> tuple[str, str]:
    """Name and text of the file that comes after pressing this, with the waiting page between."""
    with page.expect_download(timeout=30_000) as download:
        page.click(selector)
    content = Path(download.value.path()).read_bytes()
    words = " ".join("".join(sheet.extract_text() for sheet in PdfReader(BytesIO(content)).pages).split())
    return download.value.suggested_filename, words


@pytest.mark.parametrize(("language", "code"), [("fr-FR", "fr"), ("en-GB", "en")])
def test_the_pages_of_receipts_are_accessible(
    signed_in: Callable[..., Page], inspector: Inspector, receipts: list[tuple[str, str]], language: str, code: str
) -> None:
    page = signed_in(SIMONE, language)
    page.goto("/receipts")
    inspector.look(page, f"receipts in {code}", code)
    for (number, _), state in zip(receipts, ("cancelled", "successor"), strict=False):
        open_receipt(page, number)
        inspector.look(page, f"receipt, {state}, in {code}", code)
        late = f"{page.url}/pdf?look=20"
    page.goto(late)
    inspector.look(page, f"receipt that is late in {code}", code)


def test_a_donor_follows_a_cancelled_receipt_to_its_successor_and_back(
    signed_in: Callable[..., Page], receipts: list[tuple[str, str]]
) -> None:
    page = signed_in(SIMONE)
    (old, _), (new, _) = receipts[:2]
    open_receipt(page, old)
    expect(page.locator("main .notice")).to_contain_text(REASON)
    page.click(f".notice a:has-text('{new}')")
    expect(page.locator("h1")).to_contain_text(new)
    page.click(f"main a:has-text('{old}')")
    expect(page.locator("h1")).to_contain_text(old)


def test_original_duplicate_and_cancelled_copy_download_after_the_waiting_page(
    signed_in: Callable[..., Page], receipts: list[tuple[str, str]]
) -> None:
    page = signed_in(SIMONE)
    (old, _), (new, _) = receipts[:2]
    open_receipt(page, new)
    name, words = downloaded(page, "main .button[href$='/pdf']")
    assert (name, new in words, "DUPLICATA" in words) == (f"{new}.pdf", True, False)
    open_receipt(page, new)
    name, words = downloaded(page, "main .button[href$='/duplicate']")
    assert (name, "DUPLICATA" in words) == (f"{new}-duplicate.pdf", True)
    open_receipt(page, old)
    name, words = downloaded(page, "main .button[href$='/pdf']")
    assert (name, "ANNULÉ" in words, f"remplacé par le reçu n° {new}" in words) == (f"{old}-cancelled.pdf", True, True)
    assert REASON in words


def test_by_keyboard_without_script_a_duplicate_is_made(
    signed_in: Callable[..., Page], receipts: list[tuple[str, str]]
) -> None:
    page = signed_in(SIMONE, java_script_enabled=False)
    open_receipt(page, receipts[3][0])
    tab_to(page, "main .button[href$='/duplicate']")
    with page.expect_download(timeout=30_000) as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == f"{receipts[3][0]}-duplicate.pdf"


def test_a_receipt_that_does_not_add_up_says_so_calmly_and_comes_when_it_is_mended(
    live: Live, signed_in: Callable[..., Page], inspector: Inspector, receipts: list[tuple[str, str]]
) -> None:
    page = signed_in(SIMONE)
    number = receipts[2][0]
    open_receipt(page, number)
    page.click("main .button[href$='/pdf']")
    with psycopg.connect(live.database_url, autocommit=True) as portal:
        problem = "SELECT problem <> '' FROM receipt WHERE number = %s"
        wait_until(lambda: portal.execute(problem, [number]).fetchone() == (True,), "the problem to be found")
        page.wait_for_url("**look=3*")
        expect(page.locator("main")).to_contain_text(number)
        inspector.look(page, "receipt that cannot be made")
        portal.execute("UPDATE receipt SET amount = amount - 1 WHERE number = %s", [number])
    open_receipt(page, number)
    name, words = downloaded(page, "main .button[href$='/pdf']")
    assert (name, number in words) == (f"{number}.pdf", True)


@pytest.mark.parametrize(("language", "code"), [("fr-FR", "fr"), ("en-GB", "en")])
def test_the_verification_page_is_accessible_whatever_it_answers(
    visitor: Callable[..., Page], inspector: Inspector, receipts: list[tuple[str, str]], language: str, code: str
) -> None:
    page = visitor(language)
    page.goto("/verify")
    inspector.look(page, f"verify in {code}", code)
    answers = {"cancelled": receipts[0], "valid": receipts[1], "unknown": (receipts[1][0], "000000000000")}
    for name, (number, secret) in answers.items():
        page.goto("/verify?" + urlencode({"number": number, "code": secret}))
        inspector.look(page, f"verify, {name}, in {code}", code)


def test_by_keyboard_without_script_and_without_signing_in_a_receipt_is_verified(
    visitor: Callable[..., Page], receipts: list[tuple[str, str]]
) -> None:
    page = visitor("en-GB", java_script_enabled=False, viewport={"width": 390, "height": 844})
    (number, code), (old, old_code) = receipts[1], receipts[0]
    page.goto("/verify")
    tab_to(page, "#number")
    page.keyboard.type(number)
    page.keyboard.press("Tab")
    page.keyboard.type(f"{code[:4]} {code[4:8]} {code[8:]}".lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Valid")
    assert "lefebvre" not in page.content().lower()
    page.fill("#number", old)
    page.fill("#code", old_code)
    page.click("form[action='/verify'] button")
    expect(page.get_by_role("status")).to_contain_text(f"replaced by receipt {number}")
    assert REASON not in page.content()


def test_too_many_looks_are_refused_on_an_accessible_page(
    live: Live, visitor: Callable[..., Page], inspector: Inspector
) -> None:
    page = visitor()
    try:
        for number in range(31):
            page.request.get(f"/verify?number={number}&code=4F2A91C077BE")
        answer = page.goto("/verify?number=1&code=4F2A91C077BE")
        assert answer is not None
        assert answer.status == 429
        inspector.look(page, "too many looks")
    finally:
        with psycopg.connect(live.database_url, autocommit=True) as portal:
            portal.execute("DELETE FROM throttle")
