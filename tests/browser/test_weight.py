"""Light enough for a slow line and an old phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response

from tests.browser.inspection import Inspector

MOST_BYTES = 150 * 1024
MOST_REQUESTS = 6


def _visit(page: Page, path: str) -> list[Response]:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - the library marks what it is given
    page.goto(path)
    page.wait_for_load_state("networkidle")
    return answers


def test_a_first_visit_is_light(visitor: Callable[..., Page]) -> None:
    answers = _visit(visitor(), "/sign-in")
    assert len(answers) <= MOST_REQUESTS
    assert sum(len(answer.body()) for answer in answers) <= MOST_BYTES


@pytest.mark.parametrize("path", ["/", "/gifts", "/receipts", "/profile/address"])
def test_the_pages_of_a_donor_with_very_many_gifts_are_light(signed_in: Callable[..., Page], path: str) -> None:
    answers = _visit(signed_in("simone.lefebvre@example.org"), path)
    assert len(answers) <= MOST_REQUESTS
    assert sum(len(answer.body()) for answer in answers) <= MOST_BYTES


def test_the_page_stands_still_while_it_loads(signed_in: Callable[..., Page]) -> None:
    page = signed_in("marie.dupont@example.org", viewport={"width": 390, "height": 844})
    page.goto("/")
    page.wait_for_load_state("networkidle")
    shifts = """() => new Promise(done => new PerformanceObserver(list =>
        done(list.getEntries().reduce((sum, entry) => sum + entry.value, 0))
    ).observe({type: 'layout-shift', buffered: true}) ?? setTimeout(() => done(0), 300))"""
    assert page.evaluate(shifts) == 0


def test_the_inspection_itself_notices_what_is_wrong(visitor: Callable[..., Page]) -> None:
    page = visitor()
    page.goto("/sign-in")
    page.evaluate("""() => {
        document.querySelector('label').remove();
        document.querySelector('main').style.width = '2000px';
        document.querySelector('main p').style = 'color: #888; background: #777; font-size: 12px';
    }""")
    inspector = Inspector()
    inspector.look(page)
    found = "\n".join(inspector.findings)
    for words in (
        "/sign-in at 390: label,",
        "/sign-in at 1280: label,",
        "/sign-in at 390: color-contrast,",
        "/sign-in (dark) at 390: color-contrast,",
        "/sign-in (dark) at 1280: color-contrast,",
        "/sign-in at 320: scrolls sideways",
        "/sign-in at 390: small text",
    ):
        assert words in found
