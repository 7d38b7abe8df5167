"""A real Tryton 8.2, installed into an environment of its own, with one template database for all tests."""

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal import ROOT, embedded

HERE = Path(__file__).parent
LOCK, PREPARE = HERE / "requirements.lock", HERE / "prepare.py"
HOME = ROOT / ".tryton"
MODULES = ("account_payment_sepa_cfonb", "party_siret")
USER, PASSWORD = "admin", "a password for tests"
START_SECONDS = 60


@dataclass(frozen=True)
class Peer:
    """The installed Tryton and the PostgreSQL on which its databases are."""

    python: Path
    folder: Path
    server: Any

    def make(self, database: str) -> None:
        """A database with the modules, a company and three countries: a minute of work, kept for next time."""
        self.server.create_database(database, "template0")
        with (HOME / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.kept.exists():
                self._fill(database)
                begun = self.kept.with_suffix(".begun")  # one that was cut short must not look like a whole one
                self._tool("pg_dump", "-Fc", "--no-owner", "-f", str(begun), "-d", self.server.dsn(database))
                begun.rename(self.kept)
                return
        self._tool("pg_restore", "--no-owner", "-d", self.server.dsn(database), str(self.kept))

    @property
    def kept(self) -> Path:
        made_of = LOCK.read_bytes() + PREPARE.read_bytes()
        return HOME / f"template-{hashlib.sha256(made_of).hexdigest()[:12]}.dump"

    def _fill(self, database: str) -> None:
        self._run(
            *("-m", "trytond.cli.admin", "-c", str(self.configuration), "-d", database, "-u", *MODULES),
            *("--activate-dependencies", "--email", "admin@example.org", "--password"),
        )
        self._run(str(PREPARE), database, str(self.configuration))

    @contextmanager
    def serve(self, port: int, database: str) -> Iterator[None]:
        """Answer JSON-RPC until the block ends; 8.2.1 lets nobody in to a database that it was not started with."""
        listen = self._configure("serve.conf", f"[web]\nlisten = 127.0.0.1:{port}\n")
        with (self.folder / "tryton.log").open("w") as log:
            process = subprocess.Popen(
                [self.python, "-m", "trytond.cli", "-c", listen, "-d", database],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
            try:
                _wait_for(port, process, self.folder / "tryton.log")
                yield
            finally:
                process.terminate()
                process.wait(10)

    @property
    def configuration(self) -> Path:
        return self._configure("tryton.conf", "")

    @property
    def environment(self) -> dict[str, str]:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        return {"PATH": os.environ["PATH"], "TRYTONPASSFILE": str(secret), "LANG": "C.UTF-8"}

    def _configure(self, name: str, more: str) -> Path:
        file = self.folder / name
        file.write_text(f"[database]\nuri = {self.server.dsn('')}\n{more}")
        return file

    def _tool(self, name: str, *words: str) -> None:
        self._do(str(embedded._programs() / name), *words)

    def _run(self, *words: str) -> None:
        self._do(str(self.python), *words)

    def _do(self, *words: str) -> None:
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, check=False)
        assert not done.returncode, done.stdout + done.stderr


def install() -> Path:
    """Tryton's Python; the environment is made anew when the lock file changes. Gives its interpreter."""
    HOME.mkdir(exist_ok=True)
    ready = HOME / f"ready-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    python = HOME / "venv" / "bin" / "python"
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # workers of pytest-xdist: one installs, the others wait
        if not ready.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", HOME / "venv"], check=True)
            pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", "install"]
            subprocess.run([*pip, "--require-hashes", "--requirement", LOCK], check=True)
            ready.touch()
    return python


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError):
            urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/", method="OPTIONS"), timeout=5)
            return
        time.sleep(0.1)
    raise AssertionError(f"Tryton did not start:\n{log.read_text()}")
