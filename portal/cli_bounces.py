"""`portal bounces`: read the messages by which mail servers tell what became of mails."""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator
from itertools import islice
from mailbox import Maildir
from pathlib import Path

from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock
from portal import settings as configuration
from portal.bounces.actions import keep
from portal.bounces.messages import Unreadable, read
from portal.work import as_owner

BATCH = 100


def add_options(parser: argparse.ArgumentParser) -> None:
    reading = parser.add_subparsers(dest="act", required=True).add_parser(
        "read", help="read messages of mail servers: files, Maildir folders, or one message on stdin"
    )
    reading.add_argument("files", nargs="*", type=Path)


def run(options: argparse.Namespace) -> int:
    """The exit status is of sysexits.h: a pipe of Postfix learns from it to try again later."""
    try:
        new, unreadable = asyncio.run(as_owner(configuration.load(), lambda db: _read(db, options.files)))
    except OperationalError:
        print("The database is not reached: nothing was stored. Please read again.", file=sys.stderr)
        return os.EX_TEMPFAIL
    print(f"{new} new reports")
    for name in unreadable:
        print(f"{name}: no report of a mail that came back", file=sys.stderr)
    return os.EX_DATAERR if unreadable else 0


async def _read(db: AsyncSession, files: list[Path]) -> tuple[int, list[str]]:
    """How many failures are new, and the messages that tell of none that we understand."""
    new, unreadable = 0, []
    messages = _messages(files)
    while batch := list(islice(messages, BATCH)):
        failures = []
        for name, raw in batch:
            try:
                failures += read(raw, now=clock.now())
            except Unreadable:
                unreadable.append(name)
        new += await keep(db, failures)
    return new, unreadable


def _messages(files: list[Path]) -> Iterator[tuple[str, bytes]]:
    if not files:
        yield "stdin", sys.stdin.buffer.read()
    for path in files:
        if path.is_dir():
            folder = Maildir(path, create=False)
            yield from ((f"{path}/{key}", folder.get_bytes(key)) for key in folder.iterkeys())
        else:
            yield str(path), path.read_bytes()
