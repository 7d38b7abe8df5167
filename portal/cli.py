"""`portal`: serve the pages, run the worker, prepare the database."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from dataclasses import MISSING, fields

from portal import cli_bounces, cli_erasure, cli_mailing, cli_receipts, logs
from portal import settings as configuration
from portal.settings import STAFF_ROLES, Settings, SettingsError


def main() -> None:
    parser = argparse.ArgumentParser(prog="portal", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int | None]) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=run.__doc__)
        made.set_defaults(run=run)
        return made

    serve_options = command("serve", serve)
    serve_options.add_argument("--host", default="127.0.0.1")
    serve_options.add_argument("--port", type=int, default=8000)
    serve_options.add_argument("--processes", type=int, default=1)
    command("worker", worker)
    command("migrate", migrate).add_argument("revision", nargs="?", default="head")
    command("check", check)
    demo_options = command("demo", demo)
    demo_options.add_argument("--port", type=int, default=8000)
    demo_options.add_argument("--reset", action="store_true", help="forget the demonstration's data")
    command("journal", journal).add_argument("act", choices=["verify"])
    command("visits", visits).add_argument("act", choices=["end"])
    receipts_options = command("receipts", receipts)
    cli_receipts.add_options(receipts_options)
    cli_mailing.add_link_options(command("unsubscribe-links", unsubscribe_links))
    cli_mailing.add_suppression_options(command("suppression-list", suppression_list))
    cli_bounces.add_options(command("bounces", bounces))
    cli_erasure.add_options(command("erasure", erasure))
    staff_options = command("staff", staff)
    acts = staff_options.add_subparsers(dest="act", required=True)
    create = acts.add_parser("create", help="give somebody access to the desk, or another role")
    create.add_argument("--name", required=True)
    create.add_argument("--role", required=True, choices=STAFF_ROLES)
    for act in (create, acts.add_parser("end", help="take it away at once")):
        act.add_argument("--email", required=True)

    options = parser.parse_args()
    try:
        sys.exit(options.run(options) or 0)
    except SettingsError as error:
        sys.exit(f"Settings:\n{error}")


def serve(options: argparse.Namespace) -> None:
    """serve the pages"""
    import uvicorn

    settings = configuration.load()
    uvicorn.run(
        "portal.app:from_environment",
        factory=True,
        host=options.host,
        port=options.port,
        workers=options.processes if options.processes > 1 else None,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )


def worker(options: argparse.Namespace) -> None:  # noqa: ARG001 - has no options
    """carry out the background jobs: mails, receipts, housekeeping"""
    from portal.work import run

    logs.set_up()
    settings = configuration.load()
    cli_receipts.check_certificate(settings)
    asyncio.run(run(settings))


def migrate(options: argparse.Namespace) -> None:
    """bring the database up to date; a number such as -1 goes back"""
    from portal import migrations

    migrations.migrate(configuration.load(), options.revision)


def check(options: argparse.Namespace) -> None:  # noqa: ARG001 - has no options
    """check the settings and list them"""
    settings = configuration.load()
    cli_receipts.check_certificate(settings)
    for item in fields(Settings):
        value = getattr(settings, item.name)
        secret = item.default is MISSING or item.name.endswith(("smtp_url", "_secret", "_password"))
        shown = "(set)" if secret and value else value
        print(f"{item.name.upper():24} {shown!s:40} {item.metadata['doc']}")


def demo(options: argparse.Namespace) -> int | None:
    """try everything on invented data"""
    from portal.demo import supervisor

    return supervisor.reset() if options.reset else supervisor.run(options.port)


def journal(options: argparse.Namespace) -> int:  # noqa: ARG001 - the only act is `verify`
    """verify: name the journal entries that were altered"""
    from portal import journal as entries
    from portal.work import as_owner

    broken = asyncio.run(as_owner(configuration.load(), entries.verify))
    print(f"altered entries: {broken}" if broken else "the journal is whole")
    return 1 if broken else 0


def visits(options: argparse.Namespace) -> None:  # noqa: ARG001 - the only act is `end`
    """end: sign everybody out at once, donors and staff"""
    from portal.staff import actions
    from portal.work import as_owner

    asyncio.run(as_owner(configuration.load(), lambda db: actions.end_all_visits(db, actor="command line")))


def receipts(options: argparse.Namespace) -> int:
    """issue, render and hand over, or cancel tax receipts"""
    logs.set_up()
    return cli_receipts.run(options)


def unsubscribe_links(options: argparse.Namespace) -> int:
    """write signed unsubscribe links for a mailing, as CSV"""
    return cli_mailing.links(options)


def suppression_list(options: argparse.Namespace) -> int:
    """write whom a mailing must leave out and why, as CSV"""
    return cli_mailing.suppressions(options)


def bounces(options: argparse.Namespace) -> int:
    """read messages about mails that came back, or that were called unwanted"""
    logs.set_up()
    return cli_bounces.run(options)


def erasure(options: argparse.Namespace) -> int:
    """the ledger of erased people: write it to a file, erase again after a restore"""
    logs.set_up()
    return cli_erasure.run(options)


def staff(options: argparse.Namespace) -> int | None:
    """who may use the desk"""
    from sqlalchemy.ext.asyncio import AsyncSession

    from portal.staff import actions
    from portal.work import as_owner

    settings, by = configuration.load(), {"email": options.email, "actor": "command line"}
    if options.act == "create":
        person = {"name": options.name, "role": options.role}

        async def create(db: AsyncSession) -> str:
            await actions.create_account(db, **person, **by)
            return await actions.invite(db, settings, options.email)

        print(
            "Open this link once, within a day, to set up how you sign in:\n", asyncio.run(as_owner(settings, create))
        )
    elif not asyncio.run(as_owner(settings, lambda db: actions.end_account(db, **by))):
        print(f"nobody has access with {options.email}")
        return 1
    return None
