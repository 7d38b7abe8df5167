"""Passing changes on: our workers beside a bare loop that makes the same writes without any guarantee."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median, quantiles

import psutil  # type: ignore[import-untyped]

from backoffice_sync.inward.pull import pull
from portal import embedded
from portal.changes import CHANNEL
from portal.profile.rules import FIELDS
from tests.bench.servers import program
from tests.bench.sync.bases import Bases, drop, make
from tests.bench.sync.report import Table

ROUNDS = 3
WORKERS = (1, 2, 4)
IDLE_EDITS = 200
PATIENCE = 600
VALUE = f"jsonb_build_object({', '.join(f'$${name}$$, a.{name}' for name in FIELDS)})"
EDIT = f"""
WITH mine AS (
    SELECT * FROM postal_address WHERE is_main AND central_id::bigint BETWEEN %(first)s AND %(last)s),
held AS (UPDATE postal_address p SET street = %(street)s, held = true FROM mine WHERE p.id = mine.id),
moving AS (INSERT INTO field_in_motion (member_id, field_group, base) SELECT member_id, 'address', {VALUE} FROM mine a)
INSERT INTO recorded_change (id, member_id, field_group, old, new, actor)
SELECT gen_random_uuid(), member_id, 'address', {VALUE}, {VALUE} || jsonb_build_object('street', %(street)s::text),
       'bench'
FROM mine a ORDER BY central_id::bigint"""
OPEN = "SELECT count(*) FROM recorded_change WHERE status IN ('saved', 'sent')"
WAITING = """
SELECT c.id, c.member_id, m.central_id::bigint, c.new FROM recorded_change c JOIN member m ON m.id = c.member_id
WHERE c.status = 'saved' ORDER BY c.seq"""
WRITE = f"""
UPDATE address SET {", ".join(f"{name} = %({name})s" for name in FIELDS)}, returned_on = NULL, returned_reason = '',
    origin = 'donor extranet', recorded_on = current_date
WHERE member_id = %(member)s AND is_main"""
JOURNAL = "INSERT INTO journal (actor, member_id, act, change_id) VALUES ('bare loop', %s, 'address written', %s)"
CONFIRM = "UPDATE recorded_change SET status = 'confirmed', status_at = now() WHERE id = %s"
SLOWEST = "SELECT extract(epoch FROM status_at - recorded_at)::float FROM recorded_change WHERE status = 'confirmed'"


def measure(server: embedded.Server, table: Table, changes: int) -> None:
    bases = make(server, "push", members=changes, gifts=1)
    bases.sync(pull)
    ways: dict[str, Callable[[], float]] = {"bare loop": lambda: bare(bases)}
    for count in WORKERS:
        ways[f"{count} worker{'s' if count > 1 else ''}"] = lambda count=count: ours(bases, count)  # type: ignore[misc]
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS):
        for name, way in ways.items():
            edit(bases, 1, changes, f"rue {number} {name}")
            with bases.owner() as owner:
                owner.execute("VACUUM ANALYZE recorded_change, field_in_motion, postal_address")
            speeds[name].append(changes / way())
    table.title(f"Passing on {changes:,} changes of addresses, median of {ROUNDS} rounds, changes a second")
    for name in ways:
        ratio = median(one / beside for one, beside in zip(speeds[name], speeds["bare loop"], strict=True))
        table.add(name, f"{median(speeds[name]):,.0f}", ratio=ratio, least=0.6 if name == "1 worker" else 0)
    idle(bases, table)
    drop(bases)


def edit(bases: Bases, first: int, last: int, street: str) -> None:
    """As the pages do, of a row of members at once."""
    with bases.owner() as owner:
        owner.execute(EDIT.encode(), {"first": first, "last": last, "street": street})
        owner.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def bare(bases: Bases) -> float:
    """Seconds of the plain loop: write it there, note it here, one after the other."""
    with bases.owner() as portal, bases.central() as central:
        begun = time.perf_counter()
        for change_id, member_id, member, new in portal.execute(WAITING).fetchall():
            with central.transaction():
                central.execute(WRITE.encode(), new | {"member": member})
                central.execute(JOURNAL, [member, str(change_id)])
            with portal.transaction():
                portal.execute(CONFIRM, [change_id])
                portal.execute("DELETE FROM field_in_motion WHERE member_id = %s", [member_id])
                portal.execute("UPDATE postal_address SET held = false WHERE member_id = %s AND held", [member_id])
        return time.perf_counter() - begun


def ours(bases: Bases, workers: int) -> float:
    """Seconds until so many worker processes have emptied the queue."""
    command = [sys.executable, "-m", "tests.bench.sync.worker"]
    started = [
        subprocess.Popen(command, env=bases.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(workers)
    ]
    for one in started:
        assert one.stdout is not None
        one.stdout.readline()  # it is ready
    begun = time.perf_counter()
    for one in started:
        one.communicate("go\n", timeout=PATIENCE)
    seconds = time.perf_counter() - begun
    with bases.owner() as owner:
        assert owner.execute(OPEN).fetchone() == (0,), "something was left"
    return seconds


def idle(bases: Bases, table: Table) -> None:
    """From the commit of one change to its confirmation, with nothing else to do, and how the process ends."""
    with bases.owner() as owner:
        owner.execute("DELETE FROM recorded_change")
        owner.execute("UPDATE sync_cursor SET pushes = true")
    with (bases.server.data.parent / "run.log").open("wb") as log:
        service = subprocess.Popen([program("backoffice-sync"), "run"], env=bases.environment, stdout=log, stderr=log)
    time.sleep(5)  # its first pull, and the night's comparison
    for number in range(1, IDLE_EDITS + 1):
        edit(bases, number, number, "rue du Repos")
        time.sleep(0.1)
    time.sleep(2)
    memory = psutil.Process(service.pid).memory_info().rss / 2**20
    begun = time.perf_counter()
    os.kill(service.pid, signal.SIGTERM)
    code = service.wait(PATIENCE)
    ended = time.perf_counter() - begun
    with bases.owner() as owner:
        times = [row[0] for row in owner.execute(SLOWEST)]
    assert len(times) == IDLE_EDITS, f"{IDLE_EDITS - len(times)} changes were not confirmed"
    slowest = quantiles(times, n=100)[98]
    table.title(f"One change at a time at an idle `backoffice-sync run`, {IDLE_EDITS} changes")
    table.add("commit to confirmed, p50", f"{1000 * median(times):.0f} ms")
    table.check("commit to confirmed, p99", f"{1000 * slowest:.0f} ms", "<= 1000 ms", met=slowest <= 1)
    table.check("ends after SIGTERM", f"{ended:.1f} s, code {code}", "<= 10 s", met=ended <= 10 and code == 0)
    table.add("memory of the process", f"{memory:.0f} MiB")
