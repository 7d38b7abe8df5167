"""The donor's gifts in a real browser: looked at, chosen from, explained, and printed."""

import re
from collections.abc import Callable
from io import BytesIO

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from portal import clock
from tests.browser.inspection import Inspector
from tests.browser.test_keyboard import tab_to

MARIE = "marie.dupont@example.org"
SIMONE = "simone.lefebvre@example.org"
PHONE = {"width": 390, "height": 844}
THIS_YEAR = clock.today().year
EVER = f"/gifts/statement?first=2000-01-01&last={THIS_YEAR}-12-31"


def test_every_state_of_the_gift_pages(signed_in: Callable[..., Page], inspector: Inspector) -> None:
    page = signed_in(MARIE)
    for path in ("/gifts?means=card", "/gifts?means=card&state=refused", EVER, "/gifts/statement?first=x&last=1/1/1"):
        page.goto(path)
        inspector.look(page)
    for row in ("tr:not(:has(.receipt))", "tr:has(.receipt)"):
        page.goto("/gifts")
        page.locator(f".gifts tbody {row} th a").first.click()
        inspector.look(page, f"gift of {row}")
    for path in ("/gifts/regular", "/gifts/statement"):
        english = signed_in(MARIE, "en-GB")
        english.goto(path)
        inspector.look(english, f"English {path}", "en")


def test_without_script_on_a_phone_one_finds_a_gift_and_why_it_has_no_receipt(signed_in: Callable[..., Page]) -> None:
    page = signed_in(MARIE, viewport=PHONE, java_script_enabled=False)
    page.goto(f"/gifts?year={THIS_YEAR}")
    page.click("summary")
    page.select_option("#means", "card")
    page.click("form[action='/gifts'] button")
    page.wait_for_url(f"**/gifts?year={THIS_YEAR}&means=card*")
    expect(page.locator("#means")).to_have_value("card")
    row = page.locator(".gifts tbody tr", has_not=page.locator(".receipt")).first
    amount = row.locator(".sum").inner_text()
    row.locator("td a").click()
    expect(page.locator("#amount")).to_have_text(amount)
    expect(page.locator("[aria-labelledby='why']")).to_be_visible()


def test_on_a_phone_a_gift_is_a_small_card_with_its_amount_beside_its_day(signed_in: Callable[..., Page]) -> None:
    page = signed_in(MARIE, viewport=PHONE)
    page.goto("/gifts")
    row = page.locator(".gifts tbody tr").first
    day, amount, state = (
        row.locator(part).evaluate("part => part.getBoundingClientRect().toJSON()")
        for part in ("th", ".sum", ".status")
    )
    assert abs(day["y"] - amount["y"]) < 12
    assert state["y"] > day["y"] + 20
    assert amount["right"] <= PHONE["width"]


def test_with_the_keyboard_alone_one_chooses_gifts_and_a_period(signed_in: Callable[..., Page]) -> None:
    page = signed_in(MARIE)
    page.goto("/gifts")
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    tab_to(page, "#means")
    page.keyboard.press("ArrowDown")
    tab_to(page, "form[action='/gifts'] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/gifts?means=*")
    page.goto("/gifts/statement")
    tab_to(page, "#first")
    page.keyboard.type(f"01/01/{THIS_YEAR - 1}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/gifts/statement?first=01%2F01%2F{THIS_YEAR - 1}*")
    expect(page.locator("article h2")).to_contain_text(str(THIS_YEAR - 1))


def test_a_printed_statement_has_every_gift_the_total_and_nothing_of_the_screen(signed_in: Callable[..., Page]) -> None:
    page = signed_in(SIMONE)
    page.goto(EVER)
    shown = page.locator("article tbody tr").count()
    total = page.locator("article dd").inner_text()
    sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert shown > 300
    assert {tuple(round(side / 72 * 25.4) for side in sheet.mediabox[2:]) for sheet in sheets} == {(210, 297)}
    words = [" ".join(sheet.extract_text().split()) for sheet in sheets]
    assert " ".join(total.split()) in words[-1]
    for text in ("Les Mains Ouvertes", "12 rue des Lilas", "Simone Lefebvre"):
        assert text in words[0]
    assert sum(len(re.findall(r"\d,\d\d €", sheet)) for sheet in words) == shown + 1
    heads = [sheet for sheet in words if "Montant" in sheet]
    assert len(heads) >= len(words) - 1, "each page with gifts says what its columns are"
    assert "Télécharger" not in "".join(words)
    assert f"2 / {len(words)}" in words[1]
