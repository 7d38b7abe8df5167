"""`portal demo`: the whole extranet on this machine, from an empty folder to a page in the browser.

Whatever it makes is in `var/demo`. The first run fills the databases; a run that was interrupted is taken up
where its last finished step ended, and the step that was cut short starts afresh.
"""

import http.client
import json
import secrets
import shlex
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NoReturn

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

from portal import embedded
from portal.demo import folder
from portal.demo.folder import HOME
from portal.demo.processes import Crew, DemoError, DemoStopped, say

PERSONAS = HOME / "personas.json"
STAFF = (
    ("camille@association.example", "Camille Petit", "editor"),
    ("maud@association.example", "Maud Girard", "compliance"),
    ("dominique@association.example", "Dominique Roux", "administrator"),
)


def run(port: int) -> int:
    """Prepare what is missing, serve until Ctrl-C, leave nothing running; the result is the exit code."""
    crew = Crew(HOME / "log")
    crew.listen_to_signals()
    try:
        _refuse_a_taken_port(port)
        with folder.claimed(), ExitStack() as ending:
            _demonstrate(port, crew, ending)
    except DemoStopped:
        say("\nStopped.")
        return 0
    except (DemoError, embedded.EmbeddedPostgresError) as error:
        sys.stderr.write(f"\n{error}\n")
    return 1


def reset() -> int:
    """Delete all that the demonstration made, after stopping it if it runs; the result is the exit code."""
    try:
        folder.delete()
    except (DemoError, embedded.EmbeddedPostgresError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    say("The demonstration's data is deleted.")
    return 0


def _demonstrate(port: int, crew: Crew, ending: ExitStack) -> NoReturn:
    say("\nStarting the demonstration\n")
    started = time.monotonic()
    server = embedded.start(HOME / "postgres")
    ending.callback(server.stop)
    say(f"  {'PostgreSQL':<44}{time.monotonic() - started:6.1f} s")

    smtp_port = _free_port()
    post = Controller(Mailbox(HOME / "mailbox"), hostname="127.0.0.1", port=smtp_port, ready_timeout=30)
    post.start()
    ending.callback(post.stop)

    ending.callback(crew.end)
    crew.environment = _environment(server, port, smtp_port)
    _fill(server, crew)
    crew.serve("web", f"portal serve --port {port}")
    crew.serve("worker", "portal worker")
    crew.serve("sync", "backoffice-sync run")
    _wait_until_ready(port, crew)
    say(_welcome(port))
    ending.callback(say, "\nStopping …")
    while True:
        crew.check()
        crew.pause(0.5)


def _environment(server: embedded.Server, port: int, smtp_port: int) -> dict[str, str]:
    secret = HOME / "secret"
    secret.touch(mode=0o600)
    if not secret.read_text():
        secret.write_text(secrets.token_urlsafe(48))
    return {
        "DATABASE_URL": server.url("portal"),
        "CENTRAL_URL": server.dsn("central"),
        "SECRET_KEY": secret.read_text(),
        "BASE_URL": f"http://localhost:{port}",
        "SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        "MAIL_FROM": "Les Mains Ouvertes <donateurs@association.example>",
        "MAILBOX": str(HOME / "mailbox"),
        "DEMO": "1",
        "STAFF_EMAIL_SIGN_IN": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _fill(server: embedded.Server, crew: Crew) -> None:
    """Bring the databases to life; every finished step leaves a mark and is not done again."""
    server.create_database("portal")
    crew.step("Tables of the portal", "migrate", "portal migrate")
    with _once("central") as needed:
        if needed:
            # As a copy of PostgreSQL's empty database: it replaces what an interrupted run left half filled.
            server.create_database("central", template="template1")
            crew.step("Tables of the central base", "create-central", "backoffice-sync create-central")
            people = f"backoffice-sync fill-demo --personas {shlex.quote(str(PERSONAS))}"
            crew.step("Members, gifts and mandates", "fill-demo", people, bars=True)
    for email, name, role in STAFF:
        with _once(f"staff-{role}") as needed:
            if needed:
                person = f"portal staff create --email {email} --name '{name}' --role {role}"
                crew.step(f"Staff: {name}, {role}", f"staff-{role}", person)
    with _once("pull") as needed:
        if needed:
            crew.step("From the central base to the portal", "pull", "backoffice-sync pull", bars=True)
            crew.step("Both sides compared", "reconcile", "backoffice-sync reconcile")
            crew.step("Changes may be passed on", "enable-push", "backoffice-sync enable-push")
    with _once("data-requests") as needed:
        if needed:
            crew.step("Three requests about data", "data-requests", "python -m portal.demo.requests")


@contextmanager
def _once(name: str) -> Iterator[bool]:
    """Tell whether a step is still to be done, and mark it as done if it ends well."""
    mark = HOME / "done" / name
    yield not mark.exists()
    mark.touch()


def _wait_until_ready(port: int, crew: Crew) -> None:
    deadline = time.monotonic() + 60
    while not _is_ready(port):
        crew.check()
        crew.pause(0.1)
        if time.monotonic() > deadline:
            raise DemoError(f"The portal did not become ready within a minute:\n{crew.processes[0].last_words()}")


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("localhost", port, timeout=5)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _welcome(port: int) -> str:
    address = f"http://localhost:{port}"
    donors = [(person["email"], f"{person['name']}: {person['what']}") for person in json.loads(PERSONAS.read_text())]
    staff = [(email, f"{name}, {role}") for email, name, role in STAFF]
    width = max(len(email) for email, _ in donors + staff) + 2
    return "\n".join(
        [
            f"\nThe extranet is ready:   {address}",
            f"Its mails arrive here:   {address}/demo/mailbox",
            "\nNobody has a password: give one of these addresses, then open the mail. Donors:\n",
            *(f"  {email:<{width}}{who}" for email, who in donors),
            "\nStaff:\n",
            *(f"  {email:<{width}}{who}" for email, who in staff),
            "\nFor example: as Marie, change your address under « Mes coordonnées » and watch it arrive;",
            "as Camille, find Marie and write her a message, then look at Marie's home page again.",
            "\nStop with Ctrl-C; start afresh with `make demo-reset`. Logs are in var/demo/log.\n",
        ]
    )


def _refuse_a_taken_port(port: int) -> None:
    if not 0 < port < 65536:  # noqa: PLR2004  # what TCP has
        raise DemoError(f"There is no port {port}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoError(
                f"Port {port} cannot be used ({error.strerror}). Perhaps the demonstration already runs? "
                f"Another port: make demo PORT={port + 1}"
            ) from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
