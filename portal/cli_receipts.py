"""`portal receipts`: issue a year's receipts, render and hand them over, cancel one."""

import argparse
import asyncio
import os
import time
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from tqdm import tqdm

from portal import settings as configuration
from portal.campaign import queries as campaign_queries
from portal.campaign.run import AlreadyRunning, render_year
from portal.database import Database
from portal.issuing.actions import CannotCancel, CannotIssue, cancel
from portal.issuing.run import issue_year
from portal.pdf import check_seal
from portal.receipts import paper
from portal.receipts.rules import REASON_WORDS
from portal.settings import Settings, SettingsError


def add_options(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    issuing = acts.add_parser("issue", help="issue what is due, where the portal issues (RECEIPTS_ISSUED_BY)")
    rendering = acts.add_parser("render", help="render the PDFs, tell who reads mails, print for the others")
    for act in (issuing, rendering):
        act.add_argument("--year", type=int, required=True, help="of the gifts")
        act.add_argument("--output", type=Path, help="folder for report and letters (receipts-YEAR)")
    rendering.add_argument("--processes", type=int, choices=range(1, 65), metavar="N", default=os.cpu_count() or 1)
    rendering.add_argument("--no-mail", action="store_true", help="tell nobody yet")
    rendering.add_argument("--no-post", action="store_true", help="make no letters yet")
    cancelling = acts.add_parser(
        "cancel", help="cancel a receipt that the portal issued, and issue another in its place"
    )
    cancelling.add_argument("number")
    cancelling.add_argument("--reason", required=True, help="as the donor may read it")


def check_certificate(settings: Settings) -> None:
    """Raises SettingsError: the certificate that is to sign receipts cannot be used today."""
    try:
        if seal := paper.seal(settings):
            check_seal(seal)
    except ValueError as problem:
        raise SettingsError(str(problem)) from None


def run(options: argparse.Namespace) -> int:
    settings = configuration.load()
    os.umask(0o077)  # names and addresses: nobody else on the machine may read what is written
    try:
        return asyncio.run(_run(options, settings))
    except CannotIssue as problem:
        print(f"The settings stand in the way:\n{problem}")
    except AlreadyRunning:
        print("Another run is at work on this year's receipts.")
    except CannotCancel as problem:
        print(f"{problem} is no valid receipt issued by the portal. Others are cancelled in the central base.")
    return 1


async def _run(options: argparse.Namespace, settings: Settings) -> int:
    if options.act != "render" and settings.receipts_issued_by != "portal":
        print("The central base issues the receipts here. To let the portal issue them: RECEIPTS_ISSUED_BY=portal")
        return 1
    database = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"), pool_size=4)
    try:
        return await {"issue": _issue, "render": _render, "cancel": _cancel}[options.act](database, settings, options)
    finally:
        await database.close()


async def _issue(database: Database, settings: Settings, options: argparse.Namespace) -> int:
    file = _folder(options) / "without-receipt.csv"
    with tqdm(desc="issuing", unit=" donors") as bar:
        report = await issue_year(database, settings, options.year, file, bar.update)
    print(f"{report.issued} receipts issued, {report.amount} EUR")
    for reason, count in report.left_out.most_common():
        print(f"{count:8} gifts without: {REASON_WORDS[reason]}")
    if report.shaken:
        print("Their gifts have changed since, cancel them: " + " ".join(report.shaken))
    print(f"Gift by gift: {file}")
    return 0


async def _render(database: Database, settings: Settings, options: argparse.Namespace) -> int:
    if missing := paper.body_faults(paper.issuing_body(settings)):
        raise CannotIssue("\n".join(missing))
    check_certificate(settings)
    folder, started = _folder(options), time.monotonic()
    async with database.begin() as db:
        total = await campaign_queries.count_to_render(db, options.year)
    with tqdm(total=total, desc="rendering", unit=" receipts") as bar:
        report = await render_year(
            database,
            settings,
            options.year,
            folder,
            processes=options.processes,
            mail=not options.no_mail,
            post=not options.no_post,
            say=bar.update,
        )
    print(
        f"{report.rendered} rendered, {report.set_aside} set aside, {report.mailed} donors told by e-mail, "
        f"{report.printed} letters, in {time.monotonic() - started:.0f} s"
    )
    for reason, count in report.nothing.most_common():
        print(f"{count:8} donors got nothing: {reason}")
    print(f"Letters, addresses and who got what: {folder}")
    return 0


async def _cancel(database: Database, settings: Settings, options: argparse.Namespace) -> int:
    async with database.begin() as db:
        successor = await cancel(db, settings, options.number, options.reason)
    print(f"{options.number} is cancelled" + (f", replaced by {successor.number}" if successor else ""))
    return 0


def _folder(options: argparse.Namespace) -> Path:
    """Closed to others when it is made; one that exists stays as it is."""
    folder: Any = options.output or Path(f"receipts-{options.year}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Path(folder)
