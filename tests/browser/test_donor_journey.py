"""What a donor comes for, from the address to the central base, with nothing simulated."""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect
from pypdf import PdfReader

from tests.browser.live import Live

MARIE = "marie.dupont@example.org"


@pytest.fixture
def page(signed_in: Callable[..., Page]) -> Page:
    found = signed_in(MARIE)
    found.goto("/")
    return found


def test_after_one_press_in_the_mail_home_has_the_memo_and_the_essentials(
    live: Live, visitor: Callable[..., Page]
) -> None:
    page = visitor()
    live.sign_in(page, MARIE)
    assert page.url == f"{live.base_url}/"
    expect(page.locator("h1")).to_have_text("Bonjour Marie")
    expect(page.locator(".memo")).to_contain_text("merci de votre demande au sujet des legs")
    for href in ("/gifts", "/mandates", "/receipts"):
        expect(page.locator(f"main a[href='{href}']")).to_be_visible()
    page.click("nav a[href='/gifts']")
    assert page.locator("main .stack tbody tr").count() > 10


def test_the_newest_receipt_is_two_presses_away_and_always_the_same_file(page: Page) -> None:
    page.click("nav a[href='/receipts']")
    row = page.locator("tr:has(a[href$='/pdf'])").first
    number = row.locator("td").first.inner_text().strip()
    amount = row.locator(".sum").inner_text().strip()
    files = []
    for _ in ("made now", "stored"):
        page.goto("/receipts")
        with page.expect_download() as download:
            page.locator("a[href$='/pdf']").first.click()
        files.append(_content(download.value))
        assert download.value.suggested_filename == f"{number}.pdf"
    assert files[0].startswith(b"%PDF")
    assert files[0] == files[1]
    words = " ".join("".join(sheet.extract_text() for sheet in PdfReader(BytesIO(files[0])).pages).split())
    assert number in words
    assert " ".join(amount.split()) in words
    assert "Marie Dupont" in words


def test_a_new_address_reaches_the_central_base_within_seconds(page: Page, live: Live) -> None:
    page.click("nav a[href='/profile']")
    page.click("a[href='/profile/address']")
    page.fill("#house_number", "7 ter")
    page.locator("#street").press_sequentially("x")
    page.fill("#street", "allée de l'Étang")
    expect(page.locator("#envelope")).to_contain_text("7 TER ALLEE DE L ETANG")
    assert live.central("SELECT FROM address WHERE street = %s", "allée de l'Étang") == []
    page.click("form[action='/profile/address/check'] .actions button")
    expect(page.locator("#envelope")).to_contain_text("7 TER ALLEE DE L ETANG")
    page.click("form[action='/profile/address'] button")
    page.wait_for_url("**/profile/changes")
    expect(page.locator(".notice.good")).to_be_visible()
    expect(page.locator(".timeline .status").first).to_have_text(re.compile("Bien arrivée"), timeout=15_000)
    stored = live.central(
        "SELECT a.house_number, a.street, a.postcode, a.town FROM address a JOIN email e USING (member_id) "
        "WHERE e.address = %s AND a.is_main",
        MARIE,
    )
    assert stored == [("7 ter", "allée de l'Étang", "29000", "Quimper")]


def test_after_signing_out_the_back_button_shows_nothing_private(live: Live, visitor: Callable[..., Page]) -> None:
    page = visitor()
    live.sign_in(page, MARIE)
    page.click("nav a[href='/profile']")
    expect(page.locator("main")).to_contain_text(MARIE)
    page.click("form[action='/sign-out'] button")
    page.wait_for_url("**/signed-out")
    for _ in ("profile", "home"):
        page.go_back()
        expect(page.locator("h1")).to_be_visible()
        assert page.url.split("?")[0] == f"{live.base_url}/sign-in"
        assert "Marie" not in page.locator("body").inner_text()
    cookies = page.context.cookies()
    assert [cookie["name"] for cookie in cookies if "session" in cookie.get("name", "")] == []


def _content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()
