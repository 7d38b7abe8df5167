"""The pages of who answers for the law: how long what is kept."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.inspection import Inspector
from tests.personas import COMPLIANCE


def test_pages_of_retention(signed_in: Callable[..., Page], inspector: Inspector) -> None:
    page = signed_in(COMPLIANCE.email)
    for path in ("/staff/retention", "/staff/retention?day=2060-01-01", "/staff/retention?day=2500-01-01"):
        page.goto(path)
        inspector.look(page)
