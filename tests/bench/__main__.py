"""`make bench`: our pages beside the bare page, on the same database, in the same minutes.

Only ratios count: absolute figures follow the machine and its mood. The pages therefore take turns every half
second, and a goal is met when the worst of the rounds meets it. Nothing here fails on a number.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median, quantiles

from portal import embedded
from tests.bench import enumeration, statements
from tests.bench.data import HOME, Bench, prepare
from tests.bench.servers import WORKERS, Served, Slice, free_port, program, serve

ROUNDS = 3
SLICES = 10  # of each page in a round
SECONDS = 0.5
CONNECTIONS = 8
TAIL = 4  # how many times the median the slowest hundredth may take


@dataclass
class Page:
    """One line of the table."""

    name: str
    server: Served
    path: str
    goal: float | None = None
    busy: list[list[Slice]] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)

    def per_second(self, number: int) -> float:
        """Answers a second in one round, at all connections."""
        return sum(len(one.times) for one in self.busy[number]) / sum(one.seconds for one in self.busy[number])

    @property
    def cpu(self) -> float:
        """Milliseconds of the server's processes for one answer."""
        slices = [one for number in self.busy for one in number]
        return 1000 * sum(one.cpu for one in slices) / sum(len(one.times) for one in slices)

    @property
    def p50(self) -> float:
        return 1000 * median(self.alone)

    @property
    def p99(self) -> float:
        return 1000 * quantiles(self.alone, n=100)[98]


def main() -> None:
    HOME.mkdir(parents=True, exist_ok=True)
    with ExitStack() as ending:
        database = embedded.start(HOME / "postgres")
        ending.callback(database.stop)
        port = free_port()
        bench = prepare(database, port)
        with servers(bench, port) as (bare, portal):
            pages = [
                Page("bare page", bare, "/"),
                Page("my gifts", portal, "/gifts", goal=0.5),
                Page("home", portal, "/", goal=0.6),
            ]
            alike = enumeration.measure(bench)
            measure(pages, bench)
        counts = {page.path: asyncio.run(statements.count(bench, page.path)) for page in pages[1:]}
    report(pages, counts)
    enumeration.report(alike)


@contextmanager
def servers(bench: Bench, port: int) -> Iterator[tuple[Served, Served]]:
    """The bare page and the portal, with as many processes each."""
    settings, other = bench.settings, free_port()
    ours = {"DATABASE_URL": settings.database_url, "SECRET_KEY": settings.secret_key, "BASE_URL": settings.base_url}
    ours["TRUSTED_PROXIES"] = "127.0.0.1"  # the visitors of the enumeration test come from many networks
    theirs = {"BENCH_DATABASE": settings.database_url, "BENCH_MEMBER": str(bench.member)}
    bare = [program("uvicorn"), "tests.bench.bare:build", "--factory", "--no-access-log", "--no-server-header"]
    portal = [program("portal"), "serve"]
    with ExitStack() as ending:
        started = [
            serve(other, HOME / "bare.log", [*bare, "--port", str(other), "--workers", str(WORKERS)], theirs),
            serve(port, HOME / "portal.log", [*portal, "--port", str(port), "--processes", str(WORKERS)], ours),
        ]
        for server in started:
            ending.callback(server.stop)
        for server in started:
            server.wait()
        yield started[0], started[1]


def measure(pages: list[Page], bench: Bench) -> None:
    for page in pages:  # the first answers fill caches and pools
        page.server.measure(page.path, bench.cookie, connections=CONNECTIONS, seconds=2)
    for number in range(ROUNDS):
        print(f"Round {number + 1} of {ROUNDS} …", file=sys.stderr)
        for page in pages:
            page.busy.append([])
        for _ in range(SLICES):
            for page in pages:
                page.busy[-1].append(
                    page.server.measure(page.path, bench.cookie, connections=CONNECTIONS, seconds=SECONDS)
                )
                page.alone += page.server.measure(page.path, bench.cookie, connections=1, seconds=SECONDS / 2).times


def report(pages: list[Page], counts: dict[str, int]) -> None:
    bare = pages[0]
    print(f"\n{WORKERS} processes, {CONNECTIONS} connections; p50 and p99 at one connection, in ms; CPU in ms a page\n")
    print(f"{'':12}{'req/s':>7}{'p50':>7}{'p99':>7}{'CPU':>7}{'SQL':>5}   of the bare page, by round")
    for page in pages:
        speeds = [page.per_second(number) for number in range(ROUNDS)]
        line = f"{page.name:12}{median(speeds):7.0f}{page.p50:7.2f}{page.p99:7.2f}{page.cpu:7.2f}"
        if page.goal is None:
            print(f"{line}{2:5}")
            continue
        ratios = [speed / bare.per_second(number) for number, speed in enumerate(speeds)]
        words = [f"worst {min(ratios):.2f}, goal {page.goal}: {verdict(met=min(ratios) >= page.goal)}"]
        words.append(
            f"p99 {page.p99 / page.p50:.1f} times p50, goal {TAIL}: {verdict(met=page.p99 <= TAIL * page.p50)}"
        )
        print(f"{line}{counts[page.path]:5}   {' '.join(f'{ratio:.2f}' for ratio in ratios)}; {'; '.join(words)}")


def verdict(*, met: bool) -> str:
    return "met" if met else "missed"


main()
