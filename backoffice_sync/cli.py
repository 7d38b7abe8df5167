"""`backoffice-sync`: keep portal and central base in agreement; fill a central base for a trial."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
from tqdm import tqdm

from backoffice_sync import settings as configuration
from backoffice_sync.central_file import BaseNotEmptyError
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.connectors.tryton.connector import TrytonDirectory
from backoffice_sync.directory import CredentialsRefused, Directory, DirectoryUnreachable, SchemaChanged
from backoffice_sync.npsp import ExportError
from backoffice_sync.settings import SyncSettings
from portal import clock, logs
from portal.database import Database
from portal.settings import SettingsError

SCHEMA = Path(__file__).parent / "connectors" / "postgresql" / "schema.sql"


def main() -> None:
    parser = argparse.ArgumentParser(prog="backoffice-sync", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int | None]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=run.__doc__)
        made.set_defaults(run=run)
        return made

    command("pull", pull)
    command("push", push)
    command("run", run)
    command("status", status).add_argument("--json", action="store_true")
    command("create-central", create_central)
    filling = command("fill-demo", fill_demo)
    filling.add_argument("--members", type=int, default=2_000)
    filling.add_argument("--personas", type=Path)
    loading = command("load-npsp", read_npsp)
    loading.add_argument("folder", type=Path)
    loading.add_argument("--report", type=Path, default=Path("npsp-report.csv"))
    loading.add_argument("--currency", default="USD", help="the export names none")

    logs.set_up()
    options = parser.parse_args()
    try:
        sys.exit(options.run(options) or 0)
    except SettingsError as error:
        sys.exit(f"Settings:\n{error}")
    except (BaseNotEmptyError, ExportError) as error:
        sys.exit(str(error))
    except CredentialsRefused as error:
        sys.exit(f"The central base does not let us in: {error}")
    except SchemaChanged as error:
        sys.exit(f"The central base is not made as the connector knows it: {error}")
    except (DirectoryUnreachable, psycopg.OperationalError):
        sys.exit("A database was not reached. Nothing is lost: what waits goes on waiting.")


def pull(options: argparse.Namespace) -> None:  # noqa: ARG001 - has no options
    """bring the central base's news into the portal; everything the first time"""
    from backoffice_sync.pull import pull as bring

    bars: dict[str, Any] = {}

    def progress(entity: str, done: int, total: int) -> None:
        if entity not in bars:
            bars[entity] = tqdm(total=total, desc=f"{entity:10}", unit=" rows", leave=True)
        bars[entity].update(done)
        if bars[entity].n >= total:
            bars[entity].close()

    written = asyncio.run(_with_both(lambda portal, central, _: bring(portal, central, progress)))
    print(", ".join(f"{count} {entity}" for entity, count in written.items() if count) or "nothing new")


def push(options: argparse.Namespace) -> None:  # noqa: ARG001 - has no options
    """pass on the changes that are due, and the receipts that the portal issued, refused ones again too"""
    from backoffice_sync.push import push as pass_on
    from backoffice_sync.receipts import deliver_receipts, retry_refused

    async def everything(portal: Database, central: Directory, _: SyncSettings) -> tuple[int, int]:
        done = await pass_on(portal, central)
        await retry_refused(portal)
        return done, await deliver_receipts(portal, central, limit=None)

    done, told = asyncio.run(_with_both(everything))
    print(f"{done} members looked after, {told} receipts told")


def run(options: argparse.Namespace) -> None:  # noqa: ARG001 - has no options
    """keep both in agreement until stopped"""
    from backoffice_sync.run import run as keep_on

    asyncio.run(_with_both(lambda portal, central, own: keep_on(portal, central, pull_seconds=own.pull_seconds)))


def status(options: argparse.Namespace) -> None:
    """lag, counts and failures"""
    from backoffice_sync import status as report

    found = asyncio.run(_with_both(lambda portal, _central, _own: report.status(portal)))
    print(json.dumps(found, indent=2) if options.json else report.in_words(found))


def create_central(options: argparse.Namespace) -> None:  # noqa: ARG001 - has no options
    """make the tables of the reference schema in an empty central base"""
    with _reference_base() as connection:
        connection.execute(SCHEMA.read_bytes())


def fill_demo(options: argparse.Namespace) -> None:
    """fill the central base with invented donors"""
    from backoffice_sync.demo import fill

    with _reference_base() as connection:
        personas = fill(connection, members=options.members, today=clock.today(), progress=print)
    if options.personas:
        found = [{"name": one.name, "email": one.email, "what": one.what} for one in personas]
        options.personas.write_text(json.dumps(found, ensure_ascii=False, indent=2))


def read_npsp(options: argparse.Namespace) -> None:
    """fill the central base from the CSV export of a Salesforce Nonprofit Success Pack"""
    from backoffice_sync.npsp import load_npsp

    with _reference_base() as connection:
        load_npsp(connection, options.folder, options.report, say=print, currency=options.currency)


def _reference_base() -> psycopg.Connection[Any]:
    url = configuration.load().central_url
    if not url.startswith("postgresql://"):
        raise SettingsError("CENTRAL_URL must start with postgresql://: only the reference schema can be filled")
    return psycopg.connect(url)


async def _with_both(act: Callable[[Database, Directory, SyncSettings], Awaitable[Any]]) -> Any:
    own = configuration.load()
    connect = TrytonDirectory if own.central_url.startswith("tryton+") else PostgresDirectory
    portal, central = Database(own.portal_url, pool_size=5, check_first=True), connect(own.central_url)
    try:
        return await act(portal, central, own)
    finally:
        await central.close()
        await portal.close()
