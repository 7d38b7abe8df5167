"""`make check-defences`: takes away one defence after the other in a copy of the tree; a test must fail for each."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from portal import ROOT
from tests.defences.catalogue import DEFENCES, Defence

AT_ONCE = os.cpu_count() or 1
FAILED = 1


def main(words: list[str]) -> int:
    """All defences, or those whose name has one of the words; the result is the exit code."""
    chosen = [defence for defence in DEFENCES if not words or any(word in defence.name for word in words)]
    started = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        missed = [defence for defence, found in zip(chosen, pool.map(is_noticed, chosen), strict=True) if not found]
    caught = len(chosen) - len(missed)
    score = 100 * caught / len(chosen)
    print(f"\n{caught} of {len(chosen)} defences are missed by a test when they are taken away: {score:.0f} %"
          f" ({time.monotonic() - started:.0f} s)")  # fmt: skip
    for defence in missed:
        print(f"  nobody notices: {defence.name} ({defence.file})")
    return 1 if missed else 0


def is_noticed(defence: Defence) -> bool:
    with tempfile.TemporaryDirectory(prefix="defence-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "var", "__pycache__", "*.egg-info"))
        target = copy / defence.file
        target.write_text(defence.take_away(target.read_text()))
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *defence.tests.split()],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
        )
    found = run.returncode == FAILED
    print(f"{'noticed' if found else 'MISSED '}  {defence.name}", flush=True)
    if run.returncode not in {0, FAILED}:
        print(run.stdout[-2000:], run.stderr[-2000:])
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
