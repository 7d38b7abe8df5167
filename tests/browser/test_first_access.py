"""A letter, from the desk to the donor's first visit."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from portal.activation import rules
from tests.browser.inspection import Inspector
from tests.browser.live import Live, text, wait_until
from tests.browser.test_keyboard import tab_to

EDITOR = "editor@association.example"
NEW = "yvonne.garnier@example.net"
CODE = re.compile(rf"\b(?:[{rules.ALPHABET}]{{4}}-){{2}}[{rules.ALPHABET}]{{4}}\b")


@pytest.fixture
def portal(live: Live) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(live.database_url, autocommit=True) as connection:
        connection.execute("DELETE FROM throttle")  # all browser tests come from one network
        yield connection


def number_of(portal: psycopg.Connection[Any], first_name: str, last_name: str) -> str:
    query = "SELECT number FROM member WHERE first_name = %s AND last_name = %s ORDER BY number LIMIT 1"
    row = portal.execute(query, [first_name, last_name]).fetchone()
    assert row is not None
    return str(row[0])


def no_mail_reaches(portal: psycopg.Connection[Any], number: str) -> str:
    """Letters are for members whose address does not work."""
    gone = "UPDATE email_address SET bounced_on = current_date FROM member WHERE member.id = member_id AND number = %s"
    portal.execute(gone, [number])
    return number


def print_letters(page: Page, numbers: str) -> list[str]:
    """Order them at the desk, download the file, and read the code of each."""
    page.goto("/staff/letters")
    page.fill("#numbers", numbers)
    page.click("form[action='/staff/letters'] button")
    page.wait_for_url(re.compile("/staff/letters/[0-9a-f-]{36}"))
    link = page.locator("main a[href$='/pdf']")
    expect(link).to_be_visible(timeout=30_000)
    with page.expect_download() as download:
        link.click()
    pages = [page.extract_text() for page in PdfReader(download.value.path()).pages]
    for words, number in zip(pages, numbers.split(), strict=True):
        assert number in words
    return [CODE.findall(words)[0] for words in pages]


def test_a_donor_without_any_address_comes_in_with_a_letter_and_the_keyboard_alone(
    live: Live,
    signed_in: Callable[..., Page],
    visitor: Callable[..., Page],
    portal: psycopg.Connection[Any],
    inspector: Inspector,
) -> None:
    number = number_of(portal, "Yvonne", "Garnier")
    [code] = print_letters(signed_in(EDITOR), number)
    query = (
        "SELECT g.given_on, g.amount FROM gift g JOIN member m ON m.id = g.member_id "
        "WHERE m.number = %s AND g.state = 'received' ORDER BY g.given_on DESC LIMIT 1"
    )
    gift = portal.execute(query, [number]).fetchone()
    assert gift is not None
    page = visitor()
    keyboard = page.keyboard
    page.goto("/sign-in")
    tab_to(page, "main a[href='/first-access']")
    keyboard.press("Enter")
    page.wait_for_url("**/first-access")
    inspector.look(page)
    tab_to(page, "#number")
    keyboard.type(number)
    keyboard.press("Tab")
    keyboard.type(code.lower().replace("-", " "))
    keyboard.press("Enter")
    page.wait_for_url("**/first-access/detail")
    inspector.look(page)
    tab_to(page, "#detail")
    keyboard.type(f"{gift[1]}".replace(".", ","))
    tab_to(page, "#month")
    keyboard.type(f"{gift[0]:%m}")
    keyboard.press("Tab")  # Chromium's field for a month has two parts, and a calendar
    keyboard.type(f"{gift[0]:%Y}")
    keyboard.press("Tab")
    expect(page.locator("#month")).to_have_value(f"{gift[0]:%Y-%m}")
    tab_to(page, "#email")
    keyboard.type(NEW)
    keyboard.press("Enter")
    page.wait_for_url("**/first-access/confirmation")
    inspector.look(page)
    [digits] = re.findall(r"\b\d{6}\b", text(live.mail(NEW)))
    tab_to(page, "#code")
    keyboard.type(digits)
    keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Bonjour Yvonne")
    there = "SELECT e.is_main FROM email e JOIN member m ON m.id = e.member_id WHERE m.number = %s AND e.address = %s"
    wait_until(lambda: live.central(there, number, NEW) == [(True,)], "the address in the central base")


def test_pages_of_the_desk_for_letters(
    signed_in: Callable[..., Page], portal: psycopg.Connection[Any], inspector: Inspector
) -> None:
    page = signed_in(EDITOR)
    page.goto("/staff/letters")
    inspector.look(page)
    page.click("form[action='/staff/letters'] button")
    inspector.look(page, "letters with an error")
    number = no_mail_reaches(portal, number_of(portal, "Henri", "Moreau"))
    page.fill("#numbers", f"{number}, 99999999")
    page.click("form[action='/staff/letters'] button")
    expect(page.locator("main a[href$='/pdf']")).to_be_visible(timeout=30_000)
    inspector.look(page, "letters that are ready")
    portal.execute("UPDATE letter_batch SET done_at = NULL")
    page.goto(page.url.split("?")[0] + "?look=90")
    inspector.look(page, "letters that take long")


def test_pages_of_the_way_in_when_something_is_wrong(
    signed_in: Callable[..., Page],
    visitor: Callable[..., Page],
    portal: psycopg.Connection[Any],
    inspector: Inspector,
) -> None:
    number = no_mail_reaches(portal, number_of(portal, "Nicolas", "Bernard"))
    [code] = print_letters(signed_in(EDITOR), number)
    page = visitor()
    page.goto("/first-access")
    page.fill("#number", number)
    page.fill("#code", "ABCD")
    page.click("form[action='/first-access'] button")
    expect(page.locator("#problem-title")).to_be_visible()
    inspector.look(page, "code of a letter with an error")
    page.fill("#code", code)
    page.click("form[action='/first-access'] button")
    page.wait_for_url("**/first-access/detail")
    page.click("form[action='/first-access/detail'] button")
    expect(page.locator("#problem-title")).to_be_visible()
    inspector.look(page, "detail with an error")
    page.fill("#email", NEW)
    for _ in range(rules.MOST_TRIES):
        page.fill("#detail", "xxxx")
        with page.expect_navigation():
            page.click("form[action='/first-access/detail'] button")
    expect(page.locator("main")).to_contain_text("merci de nous appeler")
    inspector.look(page, "letter that has ended")
