"""My tax receipts: by fiscal year, each with its life and its PDF; and the page where anybody verifies one."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n, jobs, journal
from portal.gifts.rules import MEANS
from portal.receipts import paper, queries, rules
from portal.settings import Settings
from portal.web import forms
from portal.web.donor import Donor
from portal.web.errors import BadForm, NotFound
from portal.web.session import HTTPRequest, client_address
from portal.web.templating import page
from portal.web.throttle import allow, network

FEW_LOOKS = 3
"""What was missing the last time may have been mended: the worker has so many seconds to find out."""
MOST_LOOKS = 20
"""Seconds after which the waiting page no longer promises that the receipt comes by itself."""


@get("/receipts")
async def show_receipts(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    return page("receipts/receipts", receipts=await queries.listed(db, donor))


@get("/receipts/{receipt_id:uuid}")
async def show_receipt(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], receipt_id: FromPath[UUID]
) -> Template:
    receipt = await queries.one(db, donor, receipt_id)
    if receipt is None:
        raise NotFound
    kin = await queries.kin(db, donor, receipt)
    lines = [_line(line, receipt.currency) for line in receipt.lines if paper.is_readable(line)]
    return page("receipts/receipt", receipt=receipt, lines=lines, kin=kin, code=paper.spaced(receipt.code))


def _line(line: dict[str, Any], currency: str) -> tuple[str, str, str]:
    on, amount = date.fromisoformat(line["on"]), Decimal(line["amount"])
    return i18n.day(on), MEANS[line["means"]], i18n.money(amount, currency)


@get("/receipts/{receipt_id:uuid}/pdf")
async def download_receipt(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    receipt_id: FromPath[UUID],
    look: FromQuery[int] = 0,
) -> Response[Any]:
    """The receipt; of a cancelled one, a copy that says so."""
    found = await queries.file_of(db, donor, receipt_id)
    if found is None:
        raise NotFound
    return await _file(request, db, donor, found, look)


@get("/receipts/{receipt_id:uuid}/duplicate")
async def download_duplicate(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    receipt_id: FromPath[UUID],
    look: FromQuery[int] = 0,
) -> Response[Any]:
    """For who has lost the paper: the same number and content, marked as a duplicate."""
    found = await queries.file_of(db, donor, receipt_id, "duplicate")
    if found is None or found.state != "issued":
        raise NotFound
    return await _file(request, db, donor, found, look)


async def _file(
    request: HTTPRequest, db: AsyncSession, donor: Donor, found: queries.Stored, look: int
) -> Response[Any]:
    """The stored file; the first time, a page that waits the second or two that rendering takes."""
    if found.content is None:
        return await _wait(request, db, found, look)
    kind = "receipt.duplicate.made" if found.variant == "duplicate" else "receipt.downloaded"
    await journal.write(db, kind, actor=request.user.actor, member_id=donor.id, number=found.number)
    name = paper.file_name(found.number) + ("" if found.variant == "original" else f"-{found.variant}")
    return Response(
        found.content,
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


async def _wait(request: HTTPRequest, db: AsyncSession, found: queries.Stored, look: int) -> Template:
    if look == 0:
        job = {"receipt_id": str(found.id), "variant": found.variant}
        await jobs.defer(db, "receipts.render", once=f"receipt {found.id} {found.variant}", **job)
    is_stuck = look >= FEW_LOOKS and bool(found.problem)
    waiting = page("receipts/waiting", number=found.number, late=look >= MOST_LOOKS or is_stuck, stuck=is_stuck)
    if look < MOST_LOOKS and not is_stuck:
        waiting.headers["Refresh"] = f"1; url={request.url.path}?look={look + 1}"
    return waiting


@get("/verify", opt={"public": True})
async def verify_receipt(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    number: FromQuery[str] = "",
    code: FromQuery[str] = "",
) -> Template:
    """Valid, cancelled or unknown, for who holds number and code; nothing about the donor."""
    form = forms.Form({"number": number.strip(), "code": code.strip()})
    if not form["number"] and not form["code"]:
        return page("receipts/verify", form=form, asked=False, verdict=None)
    if any(forms.is_unreadable(value) for value in form.typed.values()):
        raise BadForm
    if not await allow(db, settings, rules.VERIFICATIONS, network(client_address(request))):
        return page("receipts/too-many", HTTPStatus.TOO_MANY_REQUESTS)
    verdict = await queries.verdict(db, form["number"], rules.read_code(form["code"]))
    return page("receipts/verify", form=form, asked=True, verdict=verdict)


HANDLERS = [show_receipts, show_receipt, download_receipt, download_duplicate, verify_receipt]
