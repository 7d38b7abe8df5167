"""For the association's mailing tool: unsubscribe links, and the list of whom to leave out."""

import argparse
import asyncio
import csv
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock
from portal import settings as configuration
from portal.consents.rules import CHANNELS, PURPOSES
from portal.erasure.queries import kept_objections
from portal.erasure.rules import mailbox_digest
from portal.mailing import queries, rules
from portal.settings import Settings
from portal.spreadsheet import harmless
from portal.unsubscribe.rules import Link, link_token
from portal.work import as_owner

BATCH = 1_000
EXTRA = {"email": "email", "post": "rhythm"}
"""The last column of a suppression list, by channel."""
NEVER_STOPPED = {"receipts", "security"}
LINKS = """Put each link into its mail twice: where the reader sees it, and in two headers (RFC 8058)
which DKIM signs too:

  List-Unsubscribe: <LINK>
  List-Unsubscribe-Post: List-Unsubscribe=One-Click"""
SUPPRESSIONS = "\n".join(
    [
        "Columns: the strongest reason, all reasons in words, and the address (email) or the wished rhythm (post).",
        "For appeals by post, a row without a reason leaves nobody out: it only tells the rhythm.",
        "",
        "reasons:",
        *(f"  {code:12} {words}" for code, words in rules.REASONS.items()),
    ]
)


def purpose(typed: str) -> str:
    if typed in NEVER_STOPPED:
        raise argparse.ArgumentTypeError("tax receipts and security notices are never unsubscribed")
    if typed not in PURPOSES:
        raise argparse.ArgumentTypeError(f"unknown; the purposes are {', '.join(PURPOSES)}")
    return typed


def add_link_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog, parser.formatter_class = LINKS, argparse.RawDescriptionHelpFormatter
    parser.add_argument("purpose", type=purpose, help=", ".join(PURPOSES))
    parser.add_argument("file", nargs="?", type=Path, help="numbers, one a line, or CSV with a column number (stdin)")


def add_suppression_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog, parser.formatter_class = SUPPRESSIONS, argparse.RawDescriptionHelpFormatter
    parser.add_argument("--channel", required=True, choices=CHANNELS)
    parser.add_argument("--purpose", required=True, type=purpose, help=", ".join(PURPOSES))


def links(options: argparse.Namespace) -> int:
    settings = configuration.load()
    with options.file.open(encoding="utf-8-sig") if options.file else sys.stdin as source:
        return asyncio.run(as_owner(settings, lambda db: _links(db, settings, options.purpose, source)))


async def _links(db: AsyncSession, settings: Settings, purpose: str, source: Iterable[str]) -> int:
    """The exit status: 1 when there was a number that no member has."""
    status, numbers = 0, _numbers(source)
    write = _table("number", "link")
    while batch := list(islice(numbers, BATCH)):
        found = await queries.ids(db, batch)
        for number in batch:
            if number in found:
                token = link_token(settings.secret_key, Link(found[number], purpose))
                write(number, f"{settings.base_url}/unsubscribe/{token}")
            else:
                status = 1
                print(f"no member has the number {number!r}", file=sys.stderr)
    return status


def _numbers(lines: Iterable[str]) -> Iterator[str]:
    """Of plain lines, or of a table with a column `number`, however its cells are parted."""
    rows = iter(lines)
    first = next(rows, "").lstrip("\ufeff").strip()
    delimiter = ";" if ";" in first else ","
    head = [cell.strip().lower() for cell in next(csv.reader([first], delimiter=delimiter), [])]
    if "number" in head:
        column = head.index("number")
        cells = (row[column] for row in csv.reader(rows, delimiter=delimiter) if len(row) > column)
    else:
        cells = (line for line in (first, *rows))
    yield from (cell.strip() for cell in cells if cell.strip())


def suppressions(options: argparse.Namespace) -> int:
    settings = configuration.load()
    asyncio.run(as_owner(settings, lambda db: _suppressions(db, settings, options.purpose, options.channel)))
    return 0


async def _suppressions(db: AsyncSession, settings: Settings, purpose: str, channel: str) -> None:
    today, kept = clock.today(), await kept_objections(db)
    extra = [EXTRA[channel]] if channel in EXTRA else []
    write = _table("number", "reason", "reasons", *extra)
    async for record in queries.records(db, channel):
        of_before = kept.get(mailbox_digest(settings.secret_key, record.reached_at or ""), []) if kept else []
        found = rules.reasons(record.with_objections(of_before), purpose, channel, today)
        rhythm = rules.rhythm(record, purpose, channel)
        if found or rhythm:
            last = {"email": record.reached_at or "", "rhythm": rhythm}
            write(record.number, next(iter(found), ""), rules.in_words(found), *(last[name] for name in extra))


def _table(*head: str) -> Callable[..., None]:
    """Plain CSV on stdout; gives what adds a row."""
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(head)
    return lambda *cells: rows.writerow([harmless(cell) for cell in cells])
