"""The report of a year's receipts: who got theirs and which way, and who got nothing and why."""

from pathlib import Path
from uuid import UUID

from portal.campaign import queries
from portal.campaign.rules import Report, Way
from portal.database import Database
from portal.i18n import N_
from portal.spreadsheet import table


async def write_report(
    database: Database, year: int, report: Report, chosen: dict[UUID, tuple[Way, str]], path: Path
) -> None:
    """All valid receipts of the year, whichever run handed them over; counts the members who got nothing."""
    without: set[tuple[UUID, str]] = set()
    with table(path, "receipt", "member", "way", "on", "reason") as add:
        async with database.begin() as db:
            found = await queries.outcomes(db, year)
        for one in found:
            way, reason = chosen.get(one.member_id, (Way.NOTHING, ""))
            if one.problem:
                way, reason = Way.NOTHING, one.problem
            elif one.closed:
                way, reason = Way.NOTHING, N_("The record was closed or merged.")
            if one.handed_on is None and way is Way.NOTHING:
                without.add((one.member_id, reason))
            add(one.receipt, one.member, one.handed_by or way, one.handed_on or "", reason)
    report.nothing.update(reason for _, reason in without)
