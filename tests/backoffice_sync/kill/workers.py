"""Real processes of `backoffice-sync`, to be killed and frozen; one more is always ready to take over."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from portal import ROOT

COMMAND = "import sys; from backoffice_sync import cli, run; sys.stdin.readline(); cli.main()"
"""What takes a second, the imports, is done before its turn comes."""

Worker = subprocess.Popen[bytes]


class Workers:
    def __init__(self, portal_url: str, central_url: str, log: Path) -> None:
        self.log = log
        self.urls = {"PORTAL_DATABASE_URL": portal_url, "CENTRAL_URL": central_url, "PULL_SECONDS": "0.5"}
        self.all: list[Worker] = []
        self._ready: list[Worker] = []

    def prepare(self, *words: str, before: tuple[str, ...] = (), **more: str) -> Worker:
        with self.log.open("a") as log:
            worker = subprocess.Popen(
                [*before, sys.executable, "-c", COMMAND, *words],
                cwd=ROOT,
                env=os.environ | self.urls | more,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        self.all.append(worker)
        return worker

    def hire(self) -> Worker:
        """One that begins at once."""
        worker = self._ready.pop() if self._ready else self.prepare("run")
        self._ready.append(self.prepare("run"))
        begin(worker)
        return worker

    def do(self, *words: str, **more: Any) -> int:
        """One command, to its end; gives its exit code."""
        worker = self.prepare(*words, **more)
        begin(worker)
        return worker.wait(120)

    def dismiss(self, worker: Worker) -> int:
        """Ask it to stop, as systemd does."""
        worker.send_signal(signal.SIGTERM)
        return worker.wait(60)

    def close(self) -> None:
        for worker in self.all:
            if worker.poll() is None:
                worker.kill()
            worker.wait()
            if worker.stdin:
                worker.stdin.close()


def begin(worker: Worker) -> None:
    assert worker.stdin is not None
    worker.stdin.write(b"\n")
    worker.stdin.flush()
    worker.stdin.close()
