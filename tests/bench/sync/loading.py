"""Bringing a large base in: the real commands beside a bare COPY of the same rows, with their indexes."""

import asyncio
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from backoffice_sync.compare import thousands
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.mapping import ENTITIES
from portal import embedded
from portal.database import Database, role_url
from tests.bench.servers import program
from tests.bench.sync.bases import Bases, drop, make
from tests.bench.sync.report import Table

GIFTS = 10
BLOCK = 2**20
INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = %s"


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    seconds: float
    memory: float
    """At its highest, MiB."""
    said: str


def measure(server: embedded.Server, table: Table, members: int) -> None:
    bases = make(server, "load", members=members, gifts=GIFTS)
    table.title(f"Bringing in {members:,} members with {GIFTS} gifts each")
    load = command(bases, "pull")
    copied = bare(bases)
    table.add("bare COPY, then the indexes", f"{copied:.1f} s", ratio=1.0)
    table.add("initial load", f"{load.seconds:.1f} s", ratio=load.seconds / copied, most=1.5)
    table.add("its memory", f"{load.memory:.0f} MiB")
    for name, words in (("second pull", ["pull"]), ("everything again", ["pull", "--everything"])):
        again = command(bases, *words)
        nothing = "nothing new" in again.said
        table.check(f"{name}, {again.seconds:.1f} s", "0 rows" if nothing else again.said, "0 rows", met=nothing)
    seconds = asyncio.run(compare_members(bases))
    goal = 5 * max(1.0, members / 1_000_000)
    table.check("reconcile the members, nothing differs", f"{seconds:.1f} s", f"<= {goal:g} s", met=seconds <= goal)
    compared = command(bases, "reconcile")
    table.add("reconcile everything", f"{compared.seconds:.1f} s")
    table.add("its memory", f"{compared.memory:.0f} MiB")
    drop(bases)


async def compare_members(bases: Bases) -> float:
    """Seconds for the members by themselves, without what belongs to them."""
    portal = Database(role_url(bases.settings.database_url, bases.settings.secret_key, "portal_sync"))
    directory = PostgresDirectory(bases.central_url)
    begun = time.perf_counter()
    compared, differing = await thousands.differing(portal, directory, ENTITIES["member"])
    seconds = time.perf_counter() - begun
    assert compared
    assert not differing
    await directory.close()
    await portal.close()
    return seconds


def command(bases: Bases, *words: str) -> Ran:
    begun = time.perf_counter()
    call = [program("backoffice-sync"), *words]
    with (bases.server.data.parent / "command.log").open("wb") as log:
        process = subprocess.Popen(call, env=bases.environment, stdout=subprocess.PIPE, stderr=log, text=True)
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, f"backoffice-sync {' '.join(words)} failed: see command.log in var/bench/sync"
    return Ran(time.perf_counter() - begun, used.ru_maxrss / 1024, said)


def bare(bases: Bases) -> float:
    """Seconds to COPY the mirrored rows into tables without anything, and to give these the same indexes."""
    tables = [entity.table.name for entity in ENTITIES.values()]
    folder = bases.server.data.parent
    with bases.owner() as owner:
        owner.execute("CREATE SCHEMA bare")
        for name in tables:
            _dump(owner, name, folder / name)
        begun = time.perf_counter()
        for name in tables:
            _copy(owner, name, folder / name)
        for name in tables:
            for (made,) in owner.execute(INDEXES, [name]).fetchall():
                owner.execute(made.replace(" ON public.", " ON bare.").encode())
        seconds = time.perf_counter() - begun
        owner.execute("DROP SCHEMA bare CASCADE")
    for name in tables:
        (folder / name).unlink()
    return seconds


def _dump(owner: psycopg.Connection, name: str, path: Path) -> None:
    owner.execute(
        sql.SQL("CREATE TABLE bare.{0} (LIKE public.{0} INCLUDING DEFAULTS INCLUDING GENERATED)").format(
            sql.Identifier(name)
        )
    )
    out = sql.SQL("COPY public.{} TO STDOUT").format(sql.Identifier(name))
    with path.open("wb") as file, owner.cursor() as cursor, cursor.copy(out) as rows:
        for block in rows:
            file.write(block)


def _copy(owner: psycopg.Connection, name: str, path: Path) -> None:
    into = sql.SQL("COPY bare.{} FROM STDIN").format(sql.Identifier(name))
    with path.open("rb") as file, owner.cursor() as cursor, cursor.copy(into) as rows:
        while block := file.read(BLOCK):
            rows.write(block)
