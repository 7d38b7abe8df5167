"""`portal receipts issue`: everything due for a year, batch by batch, each batch all or nothing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, update

from portal.database import Database
from portal.issuing import queries
from portal.issuing.actions import issue
from portal.receipts.models import ReceiptRun
from portal.receipts.rules import REASON_WORDS, Reason
from portal.settings import Settings
from portal.spreadsheet import table

Say = Callable[[int], None]


@dataclass
class Report:
    issued: int = 0
    amount: Decimal = Decimal(0)
    left_out: Counter[Reason] = field(default_factory=Counter)
    shaken: list[str] = field(default_factory=list)

    @property
    def figures(self) -> dict[str, Any]:
        left_out = {str(reason): count for reason, count in self.left_out.most_common()}
        return {"issued": self.issued, "amount": str(self.amount), "left_out": left_out, "to_cancel": len(self.shaken)}


async def issue_year(database: Database, settings: Settings, year: int, file: Path, say: Say) -> Report:
    """Issue what is due, and write to `file` which gifts have no receipt and why; a second run issues nothing twice.

    `say` is told how many members were looked after.

    Raises:
        CannotIssue: the association's own mentions are not complete.
    """
    report, after = Report(), None
    async with database.begin() as db:
        run_id = (await db.execute(insert(ReceiptRun).values(year=year, act="issue").returning(ReceiptRun.id))).scalar()
    with table(file, "member", "gift", "reason") as add:
        while True:
            async with database.begin() as db:
                taxpayers = await queries.taxpayers(db, year, after=after)
                if not taxpayers:
                    break
                receipts, left = await issue(db, settings, year, taxpayers)
            after = taxpayers[-1].id
            report.issued += len(receipts)
            report.amount += sum((receipt.amount for receipt in receipts), Decimal(0))
            for taxpayer in taxpayers:
                for gift, reason in left[taxpayer.id].items():
                    report.left_out[reason] += 1
                    add(taxpayer.number, gift, REASON_WORDS[reason])
            say(len(taxpayers))
    async with database.begin() as db:
        report.shaken = await queries.shaken(db, year)
        ended = {"ended_at": func.now(), "figures": report.figures}
        await db.execute(update(ReceiptRun).where(ReceiptRun.id == run_id).values(**ended))
    return report
