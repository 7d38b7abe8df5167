"""Passkeys in a real browser, with the device that Chromium plays itself."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import CDPSession, Page, expect

from portal import crypto
from tests.browser.inspection import Inspector
from tests.browser.live import Live, text

LUC = "luc.peeters@example.org"
ODETTE = "odette.rousseau@example.org"
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


class Device:
    """The telephone in the hands of whoever sits before this page."""

    def __init__(self, page: Page) -> None:
        self.line: CDPSession = page.context.new_cdp_session(page)
        self.line.send("WebAuthn.enable")
        made = self.line.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        self.number = made["authenticatorId"]

    def recognises_its_owner(self, yes: bool) -> None:
        self.line.send("WebAuthn.setUserVerified", {"authenticatorId": self.number, "isUserVerified": yes})

    @property
    def passkeys(self) -> list[Any]:
        found = self.line.send("WebAuthn.getCredentials", {"authenticatorId": self.number})
        return list(found["credentials"])


@pytest.fixture
def portal(live: Live) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(live.database_url, autocommit=True) as connection:
        connection.execute("DELETE FROM throttle")  # all browser tests come from one network
        yield connection


@pytest.fixture
def entered(portal: psycopg.Connection[Any], visitor: Callable[..., Page], live: Live) -> Callable[[str], Page]:
    """A browser in which the member with this address is signed in, without a mail."""

    def enter(address: str) -> Page:
        page, secret = visitor(), crypto.new_token()
        row = portal.execute(
            "INSERT INTO web_session (secret_hash, mailbox, member_id, user_agent) "
            "SELECT %s, mailbox, member_id, '' FROM email_address WHERE mailbox = %s RETURNING id",
            [crypto.digest(secret), address],
        ).fetchone()
        assert row is not None
        page.context.add_cookies([{"name": "session", "value": f"{row[0]}.{secret}", "url": live.base_url}])
        return page

    return enter


def add_passkey(page: Page, name: str) -> None:
    page.goto("/security")
    page.click("form[action='/security/passkeys/start'] button")
    page.wait_for_url("**/security/passkeys/new")
    page.fill("#name", name)
    page.click("form[action='/security/passkeys'] button")


def test_a_donor_adds_a_passkey_and_signs_in_with_it_in_two_presses(
    live: Live, visitor: Callable[..., Page], portal: psycopg.Connection[Any]
) -> None:
    page = visitor()
    device = Device(page)
    live.sign_in(page, LUC)
    before = len(live.post.to(LUC))
    add_passkey(page, "Mon téléphone")
    page.wait_for_url("**/security")
    expect(page.locator(".notice.good")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Mon téléphone")
    assert f"{live.base_url}/security" in text(live.mail(LUC, before))
    [passkey] = device.passkeys
    assert passkey["isResidentCredential"]
    assert passkey["rpId"] == "localhost"
    page.click("form[action='/sign-out'] button")
    page.wait_for_url("**/signed-out")
    page.goto("/mandates")
    page.click("form[action='/passkey/start'] button")
    page.wait_for_url("**/passkey")
    page.click("form[action='/passkey'] button")
    page.wait_for_url("**/mandates")
    expect(page.locator(".who")).to_contain_text("Luc Peeters")
    page.goto("/security")
    expect(page.locator(".events").first).to_contain_text("Linux")


def test_a_device_that_does_not_recognise_its_owner_lets_nobody_in(entered: Callable[[str], Page]) -> None:
    page = entered(ODETTE)
    device = Device(page)
    add_passkey(page, "")
    page.wait_for_url("**/security")
    page.click("form[action='/sign-out'] button")
    page.wait_for_url("**/signed-out")
    page.goto("/sign-in")
    page.click("form[action='/passkey/start'] button")
    page.wait_for_url("**/passkey")
    expect(page.locator("[data-problem]")).to_be_hidden()
    device.recognises_its_owner(False)
    page.click("form[action='/passkey'] button")
    problem = page.locator("[data-problem]")
    expect(problem).to_be_visible()
    expect(problem).to_have_attribute("role", "alert")
    assert page.url.endswith("/passkey")
    beside = page.context.new_page()
    beside.goto("/")
    assert beside.url.endswith("/sign-in")
    device.recognises_its_owner(True)
    page.click("form[action='/passkey'] button")
    expect(page.locator("h1")).to_have_text("Bonjour Odette")


def test_a_device_that_does_not_recognise_its_owner_makes_no_passkey(
    entered: Callable[[str], Page], portal: psycopg.Connection[Any]
) -> None:
    count = "SELECT count(*) FROM passkey"
    before = portal.execute(count).fetchone()
    page = entered(ODETTE)
    device = Device(page)
    device.recognises_its_owner(False)
    add_passkey(page, "x")
    expect(page.locator("[data-problem]")).to_be_visible()
    assert page.url.endswith("/security/passkeys/new")
    assert portal.execute(count).fetchone() == before


def test_what_is_important_wants_the_passkey_once_more(
    entered: Callable[[str], Page], portal: psycopg.Connection[Any]
) -> None:
    page = entered(ODETTE)
    Device(page)
    add_passkey(page, "Ma tablette")
    page.wait_for_url("**/security")
    make_proof_old(portal)
    page.click("form[action='/security/passkeys/start'] button")
    page.wait_for_url("**/security/confirmation?next=/security")
    page.click("form[action='/passkey/start'] button")
    page.click("form[action='/passkey'] button")
    page.wait_for_url("**/security")


def test_pages_of_security_and_passkeys(
    live: Live, entered: Callable[[str], Page], portal: psycopg.Connection[Any], inspector: Inspector
) -> None:
    page = entered(LUC)
    device = Device(page)
    add_passkey(page, "Téléphone de toute la famille, celui de la cuisine, le bleu")
    page.wait_for_url("**/security")
    inspector.look(page, "security with a new passkey")
    page.goto("/security")
    inspector.look(page)
    page.click("form[action='/security/passkeys/start'] button")
    page.wait_for_url("**/security/passkeys/new")
    inspector.look(page)
    device.recognises_its_owner(False)
    page.click("form[action='/security/passkeys'] button")
    expect(page.locator("[data-problem]")).to_be_visible()
    inspector.look(page, "a passkey that was not made")
    page.goto("/security")
    page.locator("main a[href^='/security/passkeys/']").last.click()
    inspector.look(page, "a passkey")
    page.fill("#name", "")
    page.click("form:not([action$='/removal']):has(#name) button")
    inspector.look(page, "a passkey with an error")
    make_proof_old(portal)
    page.goto("/security/confirmation")
    inspector.look(page)
    page.click("form[action='/security/confirmation/code'] button")
    page.wait_for_url("**/security/confirmation/code")
    inspector.look(page)
    page.click("form[action='/security/confirmation'] button")
    inspector.look(page, "code of the confirmation with an error")


def test_the_page_on_which_a_passkey_is_used(visitor: Callable[..., Page], inspector: Inspector) -> None:
    page = visitor()
    page.goto("/sign-in")
    page.click("form[action='/passkey/start'] button")
    page.wait_for_url("**/passkey")
    inspector.look(page)
    page.locator("#answer").evaluate("(field) => { field.value = 'x'; field.form.submit(); }")
    page.wait_for_load_state()
    expect(page.locator("#problem-title")).to_be_visible()
    inspector.look(page, "passkey that was not accepted")
    page.goto("/passkey")
    Device(page)
    page.click("form[action='/passkey'] button")
    expect(page.locator("[data-problem]")).to_be_visible()
    inspector.look(page, "no passkey on this device")


def test_without_script_the_page_says_what_it_needs(visitor: Callable[..., Page]) -> None:
    page = visitor(java_script_enabled=False)
    page.goto("/sign-in")
    page.click("form[action='/passkey/start'] button")
    expect(page.locator("noscript .notice")).to_be_visible()
    expect(page.locator("main a[href='/sign-in']")).to_be_visible()


def make_proof_old(portal: psycopg.Connection[Any]) -> None:
    portal.execute("UPDATE web_session SET proved_at = now() - interval '11 minutes' WHERE mailbox IS NOT NULL")
