"""The servers under measurement, each with two worker processes, and what their work costs."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

WORKERS = 2
PATIENCE = 30


@dataclass(frozen=True)
class Slice:
    """What one short while of requests gave."""

    seconds: float
    cpu: float
    times: list[float]


@dataclass
class Served:
    """One server that runs."""

    port: int
    popen: subprocess.Popen[bytes]

    def measure(self, path: str, cookie: str, *, connections: int, seconds: float) -> Slice:
        before = self._cpu()
        words = [str(self.port), path, cookie, str(connections), str(seconds)]
        done = subprocess.run([sys.executable, "-m", "tests.bench.load", *words], stdout=subprocess.PIPE, check=True)
        found = json.loads(done.stdout)
        return Slice(found["seconds"], self._cpu() - before, found["times"])

    def wait(self) -> None:
        """Until it answers on its port.

        Raises:
            SystemExit: when it ended, or does not come up.
        """
        deadline = time.monotonic() + PATIENCE
        while self.popen.poll() is None and time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.05)
        raise SystemExit(f"The server on port {self.port} did not start; its log is in var/bench.")

    def stop(self) -> None:
        self.popen.terminate()
        self.popen.wait(PATIENCE)

    def _cpu(self) -> float:
        """Seconds of processor time that its processes have used so far."""
        process = psutil.Process(self.popen.pid)
        times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
        return float(sum(one.user + one.system for one in times))


def serve(port: int, log: Path, words: list[str], environment: Mapping[str, str]) -> Served:
    """Start a command that listens on the port."""
    with log.open("wb") as output:
        popen = subprocess.Popen(
            words, env=os.environ | dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    return Served(port, popen)


def program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
