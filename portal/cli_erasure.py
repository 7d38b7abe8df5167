"""`portal erasure`: the ledger of the erased, kept apart from backups, and done again after a restore."""

import argparse
import asyncio
import os
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from portal import settings as configuration
from portal.erasure import actions
from portal.work import as_owner


def add_options(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    exporting = acts.add_parser("export", help="write the ledger to a file: daily, kept apart from the backups")
    replaying = acts.add_parser("replay", help="erase again whoever a restored backup brought back")
    for act in (exporting, replaying):
        act.add_argument("file", type=Path)
    lifting = acts.add_parser("lift", help="let the central base bring an erased person back")
    lifting.add_argument("number", help="donor number")


def run(options: argparse.Namespace) -> int:
    settings = configuration.load()

    async def export(db: AsyncSession) -> str:
        lines = list(await actions.exported(db, key=settings.secret_key))
        new = options.file.with_name(f"{options.file.name}.new")
        new.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        new.replace(options.file)  # whole or not at all
        return f"{len(lines) - 1} erasures written to {options.file}"

    async def replay(db: AsyncSession) -> str:
        with options.file.open(encoding="utf-8") as lines:
            return f"{await actions.replay(db, lines, key=settings.secret_key)} people erased again"

    async def lift(db: AsyncSession) -> str:
        lifted = await actions.lift(db, options.number, actor="command line")
        return "lifted" if lifted else f"nobody erased has the number {options.number}"

    os.umask(0o077)
    try:
        print(asyncio.run(as_owner(settings, {"export": export, "replay": replay, "lift": lift}[options.act])))
    except actions.WrongLedger as wrong:
        print(wrong)
        return 1
    return 0
