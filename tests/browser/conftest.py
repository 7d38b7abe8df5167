"""A real Chromium in front of the running extranet."""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from portal.demo.processes import Crew
from tests.browser.inspection import Inspector
from tests.browser.live import Live, running
from tests.conftest import SECRET, Postbox, Server, drop, fresh

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip


@pytest.fixture(scope="session")
def live(
    server: Server, central_template: str, suffix: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    portal, central = f"browser_portal_{suffix}", f"browser_central_{suffix}"
    fresh(server, portal, "template0")
    fresh(server, central, central_template)
    box = Postbox()
    port, smtp_port = _free_port(), _free_port()
    controller = Controller(box, hostname="127.0.0.1", port=smtp_port)
    controller.start()
    crew = Crew(tmp_path_factory.mktemp("log"))
    found = Live(f"http://localhost:{port}", server.dsn(portal), server.dsn(central), box, crew)
    crew.environment = {
        "DATABASE_URL": found.database_url,
        "CENTRAL_URL": found.central_url,
        "SECRET_KEY": SECRET,
        "BASE_URL": found.base_url,
        "SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        "MAIL_FROM": "Les Mains Ouvertes <donateurs@association.example>",
        "STAFF_EMAIL_SIGN_IN": "1",
        "PYTHONUNBUFFERED": "1",
    }
    try:
        with running(crew, port, server.dsn("postgres")):
            yield found
    finally:
        controller.stop()
        drop(server, portal)
        drop(server, central)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each file: while it is there, this thread can run no other event loop."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visitor(live: Live, browser: Browser) -> Iterator[Callable[..., Page]]:
    """A new browser at each call. Whatever it does, it talks to nobody but us, and no script of ours fails."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def asks(request: Request) -> None:
        if not request.url.startswith((f"{live.base_url}/", "data:", "blob:")):
            complaints.append(f"asks elsewhere: {request.url}")

    def says(message: ConsoleMessage) -> None:
        # The status of a refused form is no fault.
        if message.type in {"error", "warning"} and "the server responded with a status of 4" not in message.text:
            complaints.append(f"{message.type}: {message.text}")

    def visit(language: str = "fr-FR", **options: object) -> Page:
        settings = {"base_url": live.base_url, "locale": language, "viewport": {"width": 1280, "height": 800}}
        context = browser.new_context(**(settings | options))  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        context.on("request", asks)
        context.on("console", says)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        return context.new_page()

    yield visit
    for context in contexts:
        with suppress(Exception):
            context.close()
    assert not complaints


@pytest.fixture
def signed_in(live: Live, visitor: Callable[..., Page]) -> Callable[..., Page]:
    """A browser in which this person is signed in: through the mail, or with the cookies kept while the visit lasts."""

    def enter(address: str, language: str = "fr-FR", **options: object) -> Page:
        if not live.is_in(address):
            first = visitor()
            live.sign_in(first, address)
            live.states[address] = first.context.storage_state()
        return visitor(language, storage_state=live.states[address], **options)

    return enter


@pytest.fixture
def inspector() -> Iterator[Inspector]:
    """Looks at pages; what it found wrong fails the test at its end, all at once."""
    found = Inspector()
    yield found
    assert found.looked, "no page was inspected"
    assert not found.findings, "\n".join(["", *sorted(found.findings)])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
