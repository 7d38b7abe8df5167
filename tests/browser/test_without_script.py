"""Without JavaScript everything can be done."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.live import Live

ODETTE = "odette.rousseau@example.org"


def test_without_script_one_signs_in_by_code_and_changes_the_address(live: Live, visitor: Callable[..., Page]) -> None:
    page = visitor(java_script_enabled=False)
    code = live.code(live.ask_for_mail(page, ODETTE))
    page.fill("#code", f" {code[:3]} {code[-3:]} ")
    page.click("form[action='/sign-in/code'] button")
    expect(page.locator("h1")).to_have_text("Bonjour Odette")
    page.goto("/profile/address")
    page.select_option("#country", "BE")
    page.click("button[formaction='/profile/address/form']")
    expect(page.locator("#house_number")).to_have_count(0)
    page.fill("#street", "Avenue Louise 5")
    page.fill("#locality", "")
    page.fill("#postcode", "1050")
    page.fill("#town", "Bruxelles")
    page.click("form[action='/profile/address/check'] .actions button")
    expect(page.locator("#envelope")).to_contain_text("1050 BRUXELLES")
    expect(page.locator("#envelope")).to_contain_text("BELGIQUE")
    page.click("form[action='/profile/address/form'] button")
    expect(page.locator("#street")).to_have_value("Avenue Louise 5")
    page.click("form[action='/profile/address/check'] .actions button")
    page.click("form[action='/profile/address'] button")
    page.wait_for_url("**/profile/changes")
    page.wait_for_timeout(3_000)
    page.reload()
    expect(page.locator(".timeline .status").first).to_have_text(re.compile("Bien arrivée"), timeout=20_000)
    assert live.central("SELECT town FROM address WHERE street = %s AND is_main", "Avenue Louise 5") == [("Bruxelles",)]


def test_without_script_the_language_changes(visitor: Callable[..., Page]) -> None:
    page = visitor(java_script_enabled=False)
    page.goto("/sign-in")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.click("button[name='language'][value='en']")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/sign-in")
