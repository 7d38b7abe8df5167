"""`backoffice-sync`: keep portal and central base in agreement; fill a central base for a trial."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.exc import OperationalError

from backoffice_sync import cli_sync
from backoffice_sync import settings as configuration
from backoffice_sync.both import with_both, with_portal
from backoffice_sync.central_file import BaseNotEmptyError
from backoffice_sync.compare.drift import NotLoadedError
from backoffice_sync.directory import (
    CertificateRefused,
    CredentialsRefused,
    Directory,
    DirectoryUnreachable,
    SchemaChanged,
)
from backoffice_sync.npsp import ExportError
from backoffice_sync.outward.dry_run import NotYetError
from backoffice_sync.settings import SyncSettings
from portal import clock, logs
from portal.database import Database
from portal.settings import SettingsError

CHANGED = 3
"""Exit code of a command that refuses to start because the central base was changed."""
ACCEPT = "If that is right, agree to it: backoffice-sync catalogue --accept"
SCHEMA = Path(__file__).parent / "connectors" / "postgresql" / "schema.sql"


def main() -> None:
    parser = argparse.ArgumentParser(prog="backoffice-sync", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int | None]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=run.__doc__)
        made.set_defaults(run=run)
        return made

    cli_sync.add(command)
    forms = command("status", status).add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true")
    forms.add_argument("--metrics", action="store_true", help="Prometheus text, for its textfile collector")
    command("dictionary", dictionary).add_argument(
        "--stats", action="store_true", help="how many members have a value, and the last confirmed change"
    )
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
    except (BaseNotEmptyError, ExportError, NotYetError, NotLoadedError) as error:
        sys.exit(str(error))
    except CredentialsRefused as error:
        sys.exit(f"The central base does not let us in: {error}")
    except CertificateRefused:
        sys.exit("The central base has no good certificate: it has ended, names another, or is not trusted here.")
    except SchemaChanged as error:
        sys.stderr.write(f"The central base is not made as it was:\n{error}\n{ACCEPT}\n")
        sys.exit(CHANGED)
    except (DirectoryUnreachable, psycopg.OperationalError, OperationalError):
        sys.exit("A database was not reached. Nothing is lost: what waits goes on waiting.")


def status(options: argparse.Namespace) -> int:
    """lag, counts and troubles, without asking the central base; ends with 1 when something is bad"""
    from backoffice_sync.watch import metrics, report
    from backoffice_sync.watch.status import status as look

    found = asyncio.run(with_portal(look))
    if options.json:
        print(json.dumps(found, indent=2))
    elif options.metrics:
        print(metrics.in_prometheus(found), end="")
    else:
        print(report.in_words(found, coloured=sys.stdout.isatty() and not os.environ.get("NO_COLOR")))
    return 0 if report.is_well(found) else 1


def dictionary(options: argparse.Namespace) -> None:
    """which data goes where, and who has the say"""
    from backoffice_sync.watch import dictionary as book

    async def read(portal: Database, central: Directory, _: SyncSettings) -> list[Any]:
        await book.publish(portal, central)
        if options.stats:
            await book.measure(portal)
        return await book.entries(portal)

    print(book.in_words(asyncio.run(with_both(read)), stats=options.stats))


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
