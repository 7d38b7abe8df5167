"""The demonstration's folder: private, held by one run at a time, deleted as a whole."""

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from portal import ROOT, embedded
from portal.demo.processes import PATIENCE, DemoError, say

HOME = ROOT / "var" / "demo"


@contextmanager
def claimed() -> Iterator[None]:
    """Make the folder if it is missing and keep other runs out of it."""
    HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _lock() as lock:
        if not _take(lock):
            raise DemoError("The demonstration already runs on this data: stop that one first.")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        for name in ("log", "done"):
            (HOME / name).mkdir(exist_ok=True)
        yield


def delete() -> None:
    """Delete the folder and all that is in it, after ending what runs on it."""
    if not HOME.exists():
        return
    with _lock() as lock:
        if not _take(lock):
            _end_the_other(lock)
        if server := embedded.running(HOME / "postgres"):
            server.stop()
        shutil.rmtree(HOME)


def _lock() -> TextIO:
    if HOME.stat().st_uid != os.geteuid():
        raise DemoError(f"{HOME} belongs to another user: run this as that user.")
    return (HOME / "lock").open("a+")


def _take(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_the_other(lock: TextIO) -> None:
    """Ask the run that holds this lock to stop, and wait until it has."""
    say("Stopping the demonstration that runs …")
    lock.seek(0)
    with suppress(ProcessLookupError):
        os.kill(int(lock.read()), signal.SIGTERM)
    deadline = time.monotonic() + 3 * PATIENCE
    while not _take(lock):
        if time.monotonic() > deadline:
            raise DemoError("The demonstration that runs does not stop.")
        time.sleep(0.1)
