"""From the folder of an export into an empty base, in one transaction."""

from datetime import date
from pathlib import Path

import psycopg

from backoffice_sync.central_file import Say
from backoffice_sync.central_rows import Member
from backoffice_sync.npsp.export import Export
from backoffice_sync.npsp.gifts import take_campaigns, take_gifts
from backoffice_sync.npsp.homes import house_accounts, take_addresses
from backoffice_sync.npsp.people import take_accounts, take_contacts
from backoffice_sync.npsp.report import Outcome, Report

NO_PLACE = {
    "recurring_donation": "no account to debit, so not a SEPA mandate",
    "campaign_member": "the base has no place for who was addressed by a campaign",
    "relationship": "the base has no place for relationships",
}


def load(connection: psycopg.Connection, folder: Path, *, currency: str = "USD") -> Report:
    """Load all that can be loaded; raise ExportError or BaseNotEmptyError and load nothing otherwise."""
    with connection.transaction():
        export = Export.read(folder, _today(connection), currency)
        take_accounts(export)
        take_contacts(export)
        take_addresses(export)
        house_accounts(export)
        take_campaigns(export)
        take_gifts(export)
        for name, reason in NO_PLACE.items():
            for record in export.records[name]:
                export.report.note(record, Outcome.LEFT_OUT, reason)
        export.base.write(connection)
        act = f"loaded {len(export.base.rows(Member))} members from an NPSP export"
        connection.execute("INSERT INTO journal (actor, act) VALUES ('backoffice_sync', %s)", [act])
    return export.report


def load_npsp(
    connection: psycopg.Connection, folder: Path, report_csv: Path, *, say: Say, currency: str = "USD"
) -> None:
    """Load, tell the counts on the terminal, and write what became of each row to a CSV file."""
    report = load(connection, folder, currency=currency)
    for line in report.summary():
        say(line)
    report.write(report_csv)
    say(f"what became of each row: {report_csv}")


def _today(connection: psycopg.Connection) -> date:
    # the base's own day, as its columns would have it by default
    [today] = connection.execute("SELECT current_date").fetchone() or ()
    return date.fromisoformat(str(today))
