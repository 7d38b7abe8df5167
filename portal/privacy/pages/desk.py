"""The desk of data requests: what must be answered, by the days that are left, and the register of all."""

import csv
import io
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n, journal
from portal.i18n import N_
from portal.privacy import queries
from portal.privacy.queries import Standing
from portal.privacy.rules import answers, register
from portal.spreadsheet import harmless
from portal.web.errors import BadForm
from portal.web.forms import Form, is_unreadable
from portal.web.guards import OFFICERS
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page

HANDLE = {"for_staff": True, "roles": OFFICERS}
DESK = "/staff/data-requests"
SHOWN = {"open": N_("Open"), "late": N_("Late"), "closed": N_("Closed")}


@get(DESK, opt=HANDLE)
async def show_data_requests(
    db: NamedDependency[AsyncSession], show: FromQuery[str] = "open", number: FromQuery[int] = 1
) -> Template:
    if show not in SHOWN:
        raise BadForm
    return await _desk(db, show, number, Form({}))


@get(f"{DESK}.csv", opt=HANDLE)
async def download_register(
    request: HTTPRequest, db: NamedDependency[AsyncSession], reason: FromQuery[str] = ""
) -> Response[Any]:
    """All cases, for whoever must prove that we answer in time; the reason stands in the journal."""
    if not reason.strip():
        form = Form({}, {"reason": (N_("Say what the register is for. It is noted in the journal."), {})})
        return await _desk(db, "open", 1, form, 422)
    if is_unreadable(reason):
        raise BadForm
    cases = await queries.everything(db)
    await journal.write(
        db, "data.register.made", actor=request.user.actor, reason=reason.strip()[:300], cases=len(cases)
    )
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";")
    rows.writerow([i18n.gettext(title) for title in register.HEAD])
    rows.writerows([[harmless(cell) for cell in _line(one)] for one in cases])
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="data-requests.csv"'},
    )


async def _desk(db: AsyncSession, show: str, number: int, form: Form, status: int = 200) -> Template:
    if show == "closed":
        pages = Pages(number, total=await queries.count_closed(db))
        cases = await queries.closed(db, offset=pages.offset, limit=PER_PAGE)
    else:
        found = [one for one in await queries.open_ones(db) if show == "open" or one.is_late]
        pages = Pages(number, total=len(found))
        cases = found[pages.offset : pages.offset + PER_PAGE]
    return page(
        "privacy/desk", status, cases=cases, pages=pages, show=show, shown=SHOWN, rights=answers.RIGHTS, form=form,
        channels=answers.CHANNELS,
    )  # fmt: skip


def _line(one: Standing) -> list[str]:
    """As `register.HEAD` names them; days as a spreadsheet sorts them."""
    case, asked = one.case, one.asked
    _ = i18n.gettext
    days = (
        case.received_on, one.due_on, case.extended_on, case.paused_on, case.resumed_on, case.answered_on,
        case.delivered_on, case.closed_on,
    )  # fmt: skip
    ground = answers.REFUSALS.get(case.refusal, ("",))[0]
    return [
        str(case.request_id), one.member.number if one.member else "", one.who,
        _(answers.RIGHTS.get(asked.about, asked.about)), _(answers.CHANNELS[case.channel]),
        *(day.isoformat() if day else "" for day in days),
        _(answers.IDENTITY[case.identity]), case.identity_proof, _(answers.OUTCOMES.get(case.outcome, "")), _(ground),
        case.extension_reason, case.delivery_proof,
    ]  # fmt: skip


HANDLERS = [show_data_requests, download_register]
