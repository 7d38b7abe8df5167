"""The whole extranet as it is run: its commands as processes, its databases, its mail by SMTP."""

import http.client
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol

import psycopg
from playwright.sync_api import Page

from portal.demo.processes import Crew

PATIENCE = 30  # seconds; nothing waits so long on a quiet machine


class Post(Protocol):
    mails: list[EmailMessage]

    def to(self, address: str) -> list[EmailMessage]: ...


@dataclass
class Live:
    base_url: str
    database_url: str
    central_url: str
    post: Post
    crew: Crew
    states: dict[str, Any] = field(default_factory=dict)
    """What the browsers of those who signed in once have kept, by address."""

    def ask_for_mail(self, page: Page, address: str) -> EmailMessage:
        """Type the address on the sign-in page, and wait for the mail."""
        before = len(self.post.to(address))
        page.goto("/sign-in")
        page.fill("#email", address)
        page.click("form[action='/sign-in'] button")
        page.wait_for_url("**/sign-in/code")
        return self.mail(address, before)

    def mail(self, address: str, before: int = 0) -> EmailMessage:
        wait_until(lambda: len(self.post.to(address)) > before, f"a mail to {address}")
        return self.post.to(address)[-1]

    def link(self, mail: EmailMessage) -> str:
        [found] = re.findall(re.escape(self.base_url) + r"/sign-in/link/\S+", text(mail))
        return str(found)

    def code(self, mail: EmailMessage) -> str:
        [found] = re.findall(r"\b\d{3}\s?\d{3}\b", text(mail).replace(self.link(mail), ""))
        return str(found)

    def sign_in(self, page: Page, address: str) -> None:
        page.goto(self.link(self.ask_for_mail(page, address)))
        page.click("form[action='/sign-in/confirm'] button")
        page.wait_for_load_state()
        assert "/sign-in/confirm" not in page.url

    def is_in(self, address: str) -> bool:
        """Is the kept visit still one? Then it goes on: between two tests more time may pass than it may stand idle."""
        cookies = self.states.get(address, {"cookies": []})["cookies"]
        for visit in (cookie["value"].split(".")[0] for cookie in cookies if cookie["name"] == "session"):
            with psycopg.connect(self.database_url, autocommit=True) as portal:
                lasts = (
                    "UPDATE web_session SET seen_at = now() WHERE id = %s AND seen_at > now() - interval '14 minutes'"
                )
                return portal.execute(lasts, [visit]).rowcount == 1
        return False

    @contextmanager
    def sync_asleep(self) -> Iterator[None]:
        [sync] = [process.popen for process in self.crew.processes if process.name == "sync"]
        sync.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            sync.send_signal(signal.SIGCONT)

    def central(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the association's own base."""
        with psycopg.connect(self.central_url) as connection:
            return connection.execute(query.encode(), values).fetchall()


def text(mail: EmailMessage) -> str:
    plain = mail.get_body(("plain",))
    assert plain is not None
    content: str = plain.get_content()
    return content


def wait_until(happened: Any, what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"in vain waited for {what}"
        time.sleep(0.05)


@contextmanager
def running(crew: Crew, port: int, server: str) -> Iterator[None]:
    """Serve until the block ends; then nothing may have been logged as an error."""
    try:
        with psycopg.connect(server, autocommit=True) as turn:
            turn.execute("SELECT pg_advisory_lock(1)")  # as the other tests do: the roles are the whole server's
            crew.step("", "migrate", "portal migrate")
        crew.step("", "fill-demo", "backoffice-sync fill-demo --members 60")
        crew.step("", "pull", "backoffice-sync pull")
        crew.step("", "reconcile", "backoffice-sync reconcile")
        crew.step("", "enable-push", "backoffice-sync enable-push")
        for role in ("editor", "reader", "compliance"):
            crew.step(
                "",
                f"staff-{role}",
                f"portal staff create --email {role}@association.example --name {role} --role {role}",
            )
        crew.serve("web", f"portal serve --port {port}")
        crew.serve("worker", "portal worker")
        crew.serve("sync", "backoffice-sync run")
        wait_until(lambda: _ready(crew, port), "the portal to be ready")
        yield
        crew.check()
    finally:
        crew.end()
    assert not _errors(crew.logs)


def _ready(crew: Crew, port: int) -> bool:
    crew.check()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/ready", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except ConnectionError:
        return False
    finally:
        connection.close()


def _errors(logs: Path) -> list[str]:
    lines = [line for log in sorted(logs.iterdir()) for line in log.read_text(errors="replace").splitlines()]
    return [line for line in lines if re.search(r"\b(ERROR|CRITICAL|Traceback|fault [0-9a-f]{8})\b", line)]
