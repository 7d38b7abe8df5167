"""The demonstration's processes: steps that end, services that go on, and nobody left behind."""

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 10  # seconds that a service has to end by itself


class DemoError(Exception):
    """The demonstration cannot go on; the message says why in plain words."""


class DemoStopped(Exception):  # nothing went wrong: somebody asked
    """Somebody asked the demonstration to stop, by Ctrl-C or by a signal."""


def say(text: str = "", end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


@dataclass(frozen=True)
class Process:
    name: str
    log: Path
    popen: subprocess.Popen[bytes]

    def last_words(self) -> str:
        """Quote the end of the process's log, for a message."""
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return "\n".join([*(f"    {line}" for line in lines), f"  (all of it: {self.log})"])


@dataclass
class Crew:
    """All processes of one run.

    Each is in a session of its own, so that a Ctrl-C reaches only us and we end them in order. Were we killed
    outright, the kernel asks them to end in our place.
    """

    logs: Path
    environment: dict[str, str] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)
    processes: list[Process] = field(default_factory=list)

    def listen_to_signals(self) -> None:
        """Take Ctrl-C, a termination or a closed terminal as the wish to stop; `pause` then raises it."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())

    def pause(self, seconds: float) -> None:
        """Wait a little, unless somebody asked to stop: then raise `DemoStopped`."""
        if self.stopping.wait(seconds):
            raise DemoStopped

    def step(self, label: str, name: str, command: str, *, bars: bool = False) -> None:
        """Run a command to its end, and say so in one line; with `bars` it shows its own progress below."""
        started = time.monotonic()
        say(f"  {label:<44}", end="\n" if bars else "")
        process = self._launch(name, command, errors=None if bars else subprocess.STDOUT)
        while process.popen.poll() is None:
            self.pause(0.05)
        self.processes.remove(process)
        if process.popen.returncode:
            raise DemoError(f"“{command}” failed:\n{process.last_words()}")
        say(f"{' ' * 46 if bars else ''}{time.monotonic() - started:6.1f} s")

    def serve(self, name: str, command: str) -> None:
        """Start a command that is meant to run until the end of the demonstration."""
        self._launch(name, command, errors=subprocess.STDOUT)

    def check(self) -> None:
        """Raise `DemoError` with the last words of a service that no longer runs."""
        for process in self.processes:
            if process.popen.poll() is not None:
                raise DemoError(
                    f"“{process.name}” ended unexpectedly (code {process.popen.returncode}):\n{process.last_words()}"
                )

    def end(self) -> None:
        """End every process, and whatever it started itself: politely first, by force after a while."""
        for process in self.processes:
            process.popen.terminate()
        deadline = time.monotonic() + PATIENCE
        for process in self.processes:
            with suppress(subprocess.TimeoutExpired):
                process.popen.wait(max(0, deadline - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(process.popen.pid, signal.SIGKILL)
            process.popen.wait()
        self.processes.clear()

    def _launch(self, name: str, command: str, errors: int | None) -> Process:
        program, *words = shlex.split(command)
        log = self.logs / f"{name}.log"
        with log.open("wb") as output:
            popen = subprocess.Popen(  # noqa: S603
                ["setpriv", "--pdeathsig=TERM", "--", str(Path(sys.executable).parent / program), *words],  # noqa: S607
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
        process = Process(name, log, popen)
        self.processes.append(process)
        return process
