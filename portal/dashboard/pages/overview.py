"""All figures on one page, and as a file."""

import csv
import io
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, i18n
from portal.changes import DUTY_WORDS
from portal.dashboard.pages import words
from portal.dashboard.pages.words import PATH, STAFF, may_see, part_words
from portal.dashboard.queries import counted
from portal.dashboard.rules import kinds
from portal.figures.rules import postage
from portal.privacy import queries as privacy
from portal.settings import Settings
from portal.spreadsheet import harmless
from portal.web.guards import OFFICERS
from portal.web.session import HTTPRequest
from portal.web.templating import page


@get(PATH, opt=STAFF)
async def show_dashboard(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Template:
    figures, members = await counted.count(db)
    open_cases = [one for one in await privacy.open_ones(db) if one.case.answered_on is None]
    role, today = request.user.role, clock.today()
    return page(
        "dashboard/dashboard",
        figures={name: (figure, may_see(name, role)) for name, figure in figures.items()},
        members=members,
        share=_percent(figures["activated"].total, members),
        saved=postage(figures["emailed"].total, settings.receipt_postage_cents),
        cases=len(open_cases),
        late_cases=sum(one.is_late for one in open_cases),
        sees_cases=role in OFFICERS,
        duties=await counted.duties(db),
        duty_words=DUTY_WORDS,
        sees_problems=role == "administrator",
        older=figures["under-way"].before(today),
        this_month=figures["activated"].within(today),
        this_week=figures["sign-ins"].within(today),
        number=words.number,
        bars=words.bars,
        leads_to=words.leads_to,
        part_words=part_words,
        period_words=words.period_words,
    )


@get(f"{PATH}.csv", opt=STAFF)
async def download_dashboard(db: NamedDependency[AsyncSession]) -> Response[Any]:
    """Every number with its period; nothing of any person."""
    figures, members = await counted.count(db)
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";")
    rows.writerow([i18n.gettext(head) for head in kinds.HEAD])
    rows.writerow([i18n.gettext(kinds.MEMBERS), "", "", "", members])
    for figure in figures.values():
        title = harmless(i18n.gettext(figure.kind.title))
        rows.writerow([title, "", "", "", figure.total])
        for period in figure.periods:
            for part, count in sorted(period.by_part.items()):
                rows.writerow([title, period.since, period.until, harmless(part_words(figure.name, part)), count])
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="figures.csv"'},
    )


def _percent(of: int, whole: int) -> int:
    return round(100 * of / whole) if whole else 0


HANDLERS = [show_dashboard, download_dashboard]
