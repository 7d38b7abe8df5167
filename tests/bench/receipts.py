"""`make bench-receipts`: our renderers beside a bare WeasyPrint loop over the same document, in the same minutes.

Only ratios count. After the rounds a long run (RECEIPTS=10000) shows whether memory stays flat, and what the
pages' slowest hundredth feels of it. Nothing here fails on a number.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from threading import Thread
from typing import Any

import psycopg

from portal import embedded
from portal.receipts import paper
from portal.receipts.models import Receipt
from portal.web.templating import environment
from tests.bench.data import HOME, Bench, prepare
from tests.bench.servers import Served, free_port, program, serve

ROUNDS = 3
DOCUMENTS = 120  # of a run in a round
SECONDS = 15
LONG = int(os.environ.get("RECEIPTS", "10000"))
FIRST_YEAR = 1900  # of the bench's own receipts: nobody else's are touched
SLICE = 4
WARM = 20
ATTACHED = "SELECT * FROM receipt WHERE state = 'issued' AND jsonb_array_length(lines) = 12 ORDER BY number LIMIT 1"
COPY = """
INSERT INTO receipt (member_id, number, fiscal_year, kind, article, issued_on, amount, currency, state, donor_name,
                     donor_address, donor_siren, lines)
SELECT r.member_id, format('%%s-%%s', %(year)s::int, lpad(n::text, 6, '0')), %(year)s, r.kind, r.article, r.issued_on,
       r.amount, r.currency, r.state, r.donor_name, r.donor_address, r.donor_siren, r.lines
  FROM receipt r, generate_series(1, %(count)s) AS n WHERE r.id = %(like)s
"""


@dataclass(frozen=True)
class Run:
    """What `tests.bench.rendering` printed."""

    times: list[float]
    cpu: list[tuple[int, float]]
    memory: list[float]

    @property
    def per_second(self) -> float:
        """Without the first ones, during which the processes start."""
        return (len(self.times) - 1 - WARM) / (self.times[-1] - self.times[WARM])

    @property
    def cpu_each(self) -> float:
        """Milliseconds of processor time for one document."""
        (first, start), (last, end) = self.cpu[1], self.cpu[-1]
        return 1000 * (end - start) / (last - first)


def main() -> None:
    HOME.mkdir(parents=True, exist_ok=True)
    with ExitStack() as ending:
        database = embedded.start(HOME / "postgres")
        ending.callback(database.stop)
        port = free_port()
        bench = prepare(database, port)
        owner = ending.enter_context(psycopg.connect(bench.settings.database_url, autocommit=True))
        ending.callback(clear, owner)
        clear(owner)
        html = one_document(owner, bench)
        rounds = [one_round(owner, bench, html, number) for number in range(ROUNDS)]
        report_rounds(rounds)
        with portal(bench, port) as server:
            long_run(owner, bench, server)
            stored_again(owner, bench, server)


def clear(owner: psycopg.Connection) -> None:
    owner.execute("DELETE FROM receipt WHERE fiscal_year < 2000")


def copies(owner: psycopg.Connection, year: int, count: int) -> None:
    row = owner.execute(ATTACHED).fetchone()
    assert row is not None, "the invented members have no receipt with twelve gifts"
    owner.execute(COPY, {"year": year, "count": count, "like": row[0]})


def one_document(owner: psycopg.Connection, bench: Bench) -> str:
    with owner.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        row: Any = cursor.execute(ATTACHED).fetchone()
    frozen = paper.freeze(Receipt(**row), paper.issuing_body(bench.settings))
    return paper.sheet(environment(bench.settings), frozen, "original", None).html


def one_round(owner: psycopg.Connection, bench: Bench, html: str, number: int) -> dict[str, Run]:
    print(f"Round {number + 1} of {ROUNDS} …", file=sys.stderr)
    with tempfile.NamedTemporaryFile("w", suffix=".html") as file:
        file.write(html)
        file.flush()
        found = {"bare WeasyPrint": rendering(bench, "bare", file.name, str(SECONDS))}
    for processes in (1, 2):
        year = FIRST_YEAR + 2 * number + processes
        copies(owner, year, DOCUMENTS)
        found[f"{processes} process{'es' if processes > 1 else ''}"] = rendering(bench, str(year), str(processes))
    return found


def rendering(bench: Bench, *words: str) -> Run:
    command = [sys.executable, "-m", "tests.bench.rendering", *words]
    done = subprocess.run(command, env=surroundings(bench), stdout=subprocess.PIPE, check=True)
    return Run(**json.loads(done.stdout))


def surroundings(bench: Bench) -> dict[str, str]:
    settings = bench.settings
    ours = {"DATABASE_URL": settings.database_url, "SECRET_KEY": settings.secret_key, "BASE_URL": settings.base_url}
    return os.environ | ours


def report_rounds(rounds: list[dict[str, Run]]) -> None:
    print(f"\nReceipts with twelve gifts; {ROUNDS} rounds; CPU of all processes in ms a receipt\n")
    print(f"{'':18}{'per s':>7}{'CPU':>7}   by round")
    for name in rounds[0]:
        speeds = [one[name].per_second for one in rounds]
        cpu = median(one[name].cpu_each for one in rounds)
        print(f"{name:18}{median(speeds):7.1f}{cpu:7.0f}   {' '.join(f'{speed:.1f}' for speed in speeds)}")
    costs = [one["1 process"].cpu_each / one["bare WeasyPrint"].cpu_each for one in rounds]
    gains = [one["2 processes"].per_second / one["1 process"].per_second for one in rounds]
    print(f"CPU of the bare loop: worst {max(costs):.2f}, goal 1.15: {verdict(met=max(costs) <= 1.15)}")
    print(f"two processes against one: worst {min(gains):.2f}, goal 1.7: {verdict(met=min(gains) >= 1.7)}")


@contextmanager
def portal(bench: Bench, port: int) -> Iterator[Served]:
    words = [program("portal"), "serve", "--port", str(port), "--processes", "2"]
    server = serve(port, HOME / "portal.log", words, surroundings(bench))
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def long_run(owner: psycopg.Connection, bench: Bench, server: Served) -> None:
    """Memory over many receipts, and the home page meanwhile."""
    print(f"\nA run of {LONG:,} …", file=sys.stderr)
    quiet = tail(bench, server)
    copies(owner, FIRST_YEAR + 50, LONG)
    found: list[Run] = []
    run = Thread(target=lambda: found.append(rendering(bench, str(FIRST_YEAR + 50), "2")))
    run.start()
    busy = []
    while run.is_alive():
        busy.append(tail(bench, server))
    memory, quarter = found[0].memory, len(found[0].memory) // 4
    early, late = max(memory[: quarter + 1]), max(memory[-quarter - 1 :])
    print(f"\n{LONG:,} receipts in two processes: {found[0].per_second:.1f} per s")
    print(f"memory of all processes: highest {max(memory):.0f} MiB; first quarter {early:.0f}, last {late:.0f}")
    slower = median(busy[1:-1] or busy) / quiet
    print(f"home page, p99 while it goes on: {slower:.2f} times the quiet one, goal 1.5: {verdict(met=slower <= 1.5)}")


def stored_again(owner: psycopg.Connection, bench: Bench, server: Served) -> None:
    """A receipt that is rendered already, journal entry included, beside a static file of our own server."""
    row = owner.execute(
        "INSERT INTO receipt_file (receipt_id, member_id, content, sha256) "
        "SELECT r.id, r.member_id, f.content, '' FROM receipt r, receipt_file f "
        "WHERE r.member_id = %s AND r.state = 'issued' AND r.fiscal_year >= 2000 LIMIT 1 "
        "ON CONFLICT (receipt_id, variant) DO UPDATE SET content = EXCLUDED.content RETURNING receipt_id",
        [bench.member],
    ).fetchone()
    assert row is not None, "there is no rendered file to take"
    speeds = []
    for path in ("/static/portal.css", f"/receipts/{row[0]}/pdf") * 2:
        found = server.measure(path, bench.cookie, connections=8, seconds=SLICE)
        speeds.append(len(found.times) / found.seconds)
    share = speeds[3] / speeds[2]
    words = verdict(met=share >= 0.3)
    print(f"a stored receipt again: {speeds[3]:.0f} per s, {share:.2f} of a static file, goal 0.3: {words}")


def tail(bench: Bench, server: Served) -> float:
    """The slowest hundredth of the home page at one connection, in ms."""
    times = server.measure("/", bench.cookie, connections=1, seconds=SLICE).times
    return 1000 * quantiles(times, n=100)[98]


def verdict(*, met: bool) -> str:
    return "met" if met else "missed"


main()
