"""A run of the renderers by itself, for `tests.bench.receipts`.

    python -m tests.bench.rendering bare HTML-FILE SECONDS
    python -m tests.bench.rendering YEAR PROCESSES

prints as JSON when each document was done (seconds), and now and then the processor time so far (with the number
of documents) and the memory of all processes (MiB).
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from sqlalchemy.engine import make_url

from portal import settings as configuration
from portal.campaign.render import Rendering
from portal.campaign.rules import Report
from portal.database import Database

EVERY = 20


class Meter:
    """Notes every finished document."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.cpu: list[tuple[int, float]] = []
        self.memory: list[float] = []

    def note(self) -> None:
        self.times.append(time.perf_counter())
        if len(self.times) % EVERY == 1:
            self.measure()

    def measure(self) -> None:
        family = [psutil.Process(), *psutil.Process().children(recursive=True)]
        self.cpu.append((len(self.times), sum(sum(one.cpu_times()[:2]) for one in family)))
        self.memory.append(sum(one.memory_info().rss for one in family) / 2**20)

    def result(self) -> dict[str, Any]:
        return {"times": self.times, "cpu": self.cpu, "memory": self.memory}


def main() -> None:
    meter = Meter()
    if sys.argv[1] == "bare":
        bare(Path(sys.argv[2]).read_text(), float(sys.argv[3]), meter)
    else:
        asyncio.run(ours(int(sys.argv[1]), int(sys.argv[2]), meter))
    print(json.dumps(meter.result()))


def bare(html: str, seconds: float, meter: Meter) -> None:
    """What the library itself can do with one process and nothing around it."""
    from weasyprint import HTML

    HTML(string=html).write_pdf()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        HTML(string=html).write_pdf()
        meter.note()
    meter.measure()


async def ours(year: int, processes: int, meter: Meter) -> None:
    settings = configuration.load()
    database = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"), pool_size=4)
    report = Report()
    await Rendering(database, settings, year, report, meter.note).run(processes)
    await database.close()
    assert report.set_aside == 0, "a receipt of the bench was set aside"


if __name__ == "__main__":  # the renderers import this module again
    main()
