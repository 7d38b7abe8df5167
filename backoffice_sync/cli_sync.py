"""Commands that keep both sides in agreement, and those by which an administrator watches over it."""

import argparse
import asyncio
import json
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

from backoffice_sync import run as service
from backoffice_sync.both import central_of, with_both
from backoffice_sync.compare import catalogue as fields
from backoffice_sync.compare.drift import Drift
from backoffice_sync.compare.reconcile import reconcile as compare
from backoffice_sync.directory import Directory
from backoffice_sync.inward.extracts import carry_out
from backoffice_sync.inward.files import fetch_files
from backoffice_sync.inward.load import Progress
from backoffice_sync.inward.pull import pull as bring
from backoffice_sync.outward import dry_run
from backoffice_sync.outward.push import may_push
from backoffice_sync.outward.push import push as pass_on
from backoffice_sync.outward.receipts import deliver_receipts, retry_refused
from backoffice_sync.outward.requests import deliver_requests
from backoffice_sync.settings import SyncSettings
from portal.database import Database

NEXT = """Changes are held back until you have looked:
  backoffice-sync reconcile         compares both sides; there should be no difference
  backoffice-sync push --dry-run    lists what would be written there
  backoffice-sync enable-push       lets changes be passed on from then on"""


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    anew = command("pull", pull)
    anew.add_argument("--everything", action="store_true", help="read all rows again, not only what changed")
    trial = command("push", push)
    trial.add_argument("--dry-run", action="store_true", help="list what would be written; write nothing")
    command("enable-push", enable_push)
    command("run", run)
    comparing = command("reconcile", reconcile)
    comparing.add_argument("--remove", action="store_true", help="remove rows that are gone there, however many")
    command("catalogue", catalogue).add_argument("--accept", action="store_true", help="agree to what changed there")


def pull(options: argparse.Namespace) -> None:
    """bring the central base's news into the portal, everything the first time; files and extracts too"""

    async def act(portal: Database, central: Directory, _: SyncSettings) -> tuple[dict[str, int], bool]:
        await fields.check(portal, central)
        found = await bring(portal, central, _bars(), everything=options.everything)
        found |= {"files": await fetch_files(portal, central), "extracts": await carry_out(portal, central)}
        return found, await may_push(portal, central)

    written, pushes = asyncio.run(with_both(act))
    print(", ".join(f"{count} {entity}" for entity, count in written.items() if count) or "nothing new")
    if not pushes:
        print(NEXT)


def push(options: argparse.Namespace) -> None:
    """pass on the changes that are due, and the receipts that the portal issued, refused ones again too"""

    async def act(portal: Database, central: Directory, _: SyncSettings) -> str:
        await fields.check(portal, central)
        if options.dry_run:
            return await _planned(portal, central)
        if not await may_push(portal, central):
            raise dry_run.NotYetError(NEXT)
        done = await pass_on(portal, central)
        await deliver_requests(portal, central)
        await retry_refused(portal)
        told = await deliver_receipts(portal, central, limit=None)
        return f"{done} members looked after, {told} receipts told"

    print(asyncio.run(with_both(act)))


def enable_push(options: argparse.Namespace) -> None:  # noqa: ARG001 - has no options
    """let changes be passed on to the central base, once both sides hold the same"""
    asyncio.run(with_both(lambda portal, central, _: dry_run.enable(portal, central)))
    print("From now on changes are passed on.")


def run(options: argparse.Namespace) -> None:  # noqa: ARG001 - has no options
    """keep both in agreement until stopped"""

    async def act(portal: Database, central: Directory, own: SyncSettings) -> None:
        await fields.check_when_reached(portal, central)
        beside = central_of(own)
        try:
            await service.run(portal, central, beside, pull_seconds=own.pull_seconds)
        finally:
            await beside.close()

    asyncio.run(with_both(act))


def reconcile(options: argparse.Namespace) -> int:
    """compare everything at both sides and mend what differs; 1 when something did"""

    async def act(portal: Database, central: Directory, _: SyncSettings) -> Drift:
        return await compare(portal, central, remove=options.remove)

    drift: Drift = asyncio.run(with_both(act))
    print(
        f"{drift.compared} rows compared: {drift.missed} mended, {drift.lost} sent again, {drift.gone} gone there "
        f"({drift.removed} removed), {drift.under_way} under way"
    )
    return 0 if drift.is_none else 1


def catalogue(options: argparse.Namespace) -> None:
    """how the central base is made, compared with what was agreed; --accept agrees to what it is now"""

    async def act(portal: Database, central: Directory, _: SyncSettings) -> str:
        if options.accept:
            found = await fields.accept(portal, central)
            return f"agreed: {len(found.used)} fields in use, {len(found.others)} others"
        new = await fields.check(portal, central)
        return "\n".join(["as agreed", *(f"new, not used: {name}" for name in new)])

    print(asyncio.run(with_both(act)))


async def _planned(portal: Database, central: Directory) -> str:
    lines = [
        f"{one.number} {one.group}: {json.dumps({'there': one.there, 'new': one.new}, ensure_ascii=False)}"
        async for one in dry_run.plan(portal, central)
    ]
    return "\n".join([*lines, f"{len(lines)} would be written"])


def _bars() -> Progress:
    """A bar for each kind of rows, with rate and remaining time."""
    bars: dict[str, Any] = {}

    def progress(entity: str, done: int, total: int) -> None:
        if entity not in bars:
            bars[entity] = tqdm(total=total, desc=f"{entity:14}", unit=" rows", leave=True)
        bars[entity].update(done)
        if bars[entity].n >= total:
            bars[entity].close()

    return progress
