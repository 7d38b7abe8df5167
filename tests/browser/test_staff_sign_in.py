"""Staff sign in at a provider that somebody else wrote, in the real browser, with a passkey where it asks for no more.

The provider is on another site than the portal (127.0.0.1, localhost), as in life: what the browser keeps for us must
come back with it from there.
"""

import json
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from portal.demo.processes import Crew
from tests.browser.live import Live, _errors, _ready, wait_until
from tests.conftest import free_port

PEOPLE = [
    {"sub": "anna", "name": "Anna Bell", "email": "anna@association.example", "groups": ["writers"]},
    {"sub": "nina", "name": "Nina Neuf", "email": "nina@association.example", "groups": ["writers"]},
    {"sub": "max", "name": "Max Deux", "email": "max@association.example", "groups": ["readers"], "amr": ["mfa"]},
    {"sub": "paul", "name": "Paul Passant", "email": "paul@association.example", "groups": ["everybody"]},
]
TELEPHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass(frozen=True)
class Desk:
    base_url: str
    provider: str


@pytest.fixture(scope="module")
def desk(live: Live, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A second portal in front of the same database, whose staff sign in at the provider."""
    port, provider_port = free_port(), free_port()
    found = Desk(f"http://localhost:{port}", f"http://127.0.0.1:{provider_port}")
    crew = Crew(tmp_path_factory.mktemp("desk"))
    crew.environment = live.crew.environment | {
        "BASE_URL": found.base_url,
        "STAFF_EMAIL_SIGN_IN": "0",
        "STAFF_OIDC_ISSUER": found.provider,
        "STAFF_OIDC_CLIENT_ID": "the-portal",
        "STAFF_OIDC_CLIENT_SECRET": "whatever; it asks for none in particular",
        "STAFF_OIDC_GROUPS": "writers=editor,readers=reader",
    }
    people = " ".join(f"--user-claims {shlex.quote(json.dumps(person))}" for person in PEOPLE)
    try:
        crew.serve("provider", f"python -m oidc_provider_mock --port {provider_port} {people}")
        crew.serve("web", f"portal serve --port {port}")
        wait_until(lambda: _ready(crew, port), "the second portal to be ready")
        yield found
        crew.check()
    finally:
        crew.end()
    (crew.logs / "provider.log").unlink()  # not ours to judge
    assert not _errors(crew.logs)


@pytest.fixture
def visitor(desk: Desk, browser: Browser) -> Iterator[Callable[[], Page]]:
    """A new browser at each call; it talks to the portal and the provider alone, and no script of ours fails."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def elsewhere(url: str) -> bool:
        return not url.startswith((f"{desk.base_url}/", f"{desk.provider}/", "data:"))

    def asks(request: Request) -> None:
        if elsewhere(request.url) and not request.frame.url.startswith(f"{desk.provider}/"):
            complaints.append(f"asks elsewhere: {request.url}")

    def says(message: ConsoleMessage) -> None:
        ours = message.location.get("url", "").startswith(desk.base_url)
        if ours and message.type in {"error", "warning"} and "a status of 4" not in message.text:
            complaints.append(f"{message.type}: {message.text}")

    def visit() -> Page:
        context = browser.new_context(base_url=desk.base_url, locale="fr-FR")
        context.set_default_timeout(15_000)
        contexts.append(context)
        context.route(elsewhere, lambda route: route.abort())  # the provider's style sheet, on a public server
        context.on("request", asks)
        context.on("console", says)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        return context.new_page()

    yield visit
    for context in contexts:
        with suppress(Exception):
            context.close()
    assert not complaints


def with_telephone(page: Page) -> Page:
    """A device of its own beside this browser, that makes and uses passkeys without asking."""
    telephone = page.context.new_cdp_session(page)
    telephone.send("WebAuthn.enable")
    telephone.send("WebAuthn.addVirtualAuthenticator", {"options": TELEPHONE})
    return page


def go_to_provider(page: Page, desk: Desk, subject: str) -> None:
    """From the sign-in page to the provider, as this person there, and back."""
    page.goto("/sign-in")
    page.click("form[action='/oidc/staff/start'] button")
    page.wait_for_url(f"{desk.provider}/**")
    page.click(f"button[value='{subject}']")
    page.wait_for_url(f"{desk.base_url}/**")


def add_passkey(page: Page) -> None:
    page.click("form[action='/security/passkeys/start'] button")
    page.wait_for_url("**/security/passkeys/new")  # with its script: a form sent without it holds no answer
    page.fill("#name", "Mon téléphone")
    page.click("form[action='/security/passkeys'] button")
    page.wait_for_url("**/staff")


def use_passkey(page: Page) -> None:
    page.click("form[action='/passkey/start'] button")
    page.wait_for_url("**/passkey")
    page.click("form[action='/passkey'] button")


def test_with_a_passkey_as_second_factor_staff_come_in_and_come_again(
    live: Live, desk: Desk, visitor: Callable[[], Page]
) -> None:
    page = with_telephone(visitor())
    go_to_provider(page, desk, "anna")
    expect(page.locator("h1")).to_have_text("Encore une étape")
    page.goto("/staff")
    assert page.url == f"{desk.base_url}/sign-in/second-factor"
    add_passkey(page)
    assert grants(live) == [("anna", "editor", "oidc", False)]

    page.click("form[action='/sign-out'] button")
    page.wait_for_url("**/signed-out")
    assert grants(live) == []
    page.goto("/staff")
    assert page.url == f"{desk.base_url}/sign-in?next=/staff"

    go_to_provider(page, desk, "anna")
    assert page.url == f"{desk.base_url}/sign-in/second-factor"
    assert grants(live) == [("anna", "editor", "oidc", True)]
    expect(page.locator("form[action='/security/passkeys/start']")).to_have_count(0)
    use_passkey(page)
    page.wait_for_url("**/staff")
    page.fill("input[name='q']", "moreau")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Henri Moreau")
    assert grants(live) == [("anna", "editor", "oidc", False)]


def test_a_telephone_of_somebody_else_is_no_second_factor(desk: Desk, visitor: Callable[[], Page]) -> None:
    page, elsewhere = with_telephone(visitor()), with_telephone(visitor())
    go_to_provider(page, desk, "nina")
    add_passkey(page)
    go_to_provider(elsewhere, desk, "nina")
    use_passkey(elsewhere)
    expect(elsewhere.locator("[data-problem]")).to_be_visible()
    for path in ("/staff", "/security/passkeys/new"):
        elsewhere.goto(path)
        assert elsewhere.url != f"{desk.base_url}{path}"


def test_a_second_factor_at_the_provider_leads_straight_to_the_desk(desk: Desk, visitor: Callable[[], Page]) -> None:
    page = visitor()
    go_to_provider(page, desk, "max")
    assert page.url == f"{desk.base_url}/staff"


def test_who_is_in_no_group_or_says_no_is_back_at_a_calm_page(desk: Desk, visitor: Callable[[], Page]) -> None:
    page = visitor()
    go_to_provider(page, desk, "paul")
    expect(page.locator("h1")).to_have_text("La connexion n’a pas fonctionné")
    page.goto("/sign-in")
    page.click("form[action='/oidc/staff/start'] button")
    page.wait_for_url(f"{desk.provider}/**")
    page.click("button[value='deny']")
    page.wait_for_url(f"{desk.base_url}/**")
    expect(page.locator("h1")).to_have_text("La connexion n’a pas fonctionné")


def grants(live: Live) -> list[tuple[str, str, str, bool]]:
    """The visits that the provider vouches for: of whom, with which role, how begun, and still owing a proof?"""
    query = (
        "SELECT g.subject, t.role, s.method, s.second_factor_due FROM oidc_grant AS g "
        "JOIN web_session AS s ON s.id = g.session_id JOIN staff_account AS t ON t.id = s.staff_id"
    )
    with psycopg.connect(live.database_url) as connection:
        return connection.execute(query).fetchall()
