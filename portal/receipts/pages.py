"""My tax receipts: by fiscal year, each as a PDF."""

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import jobs, journal
from portal.receipts import queries
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page

MOST_LOOKS = 20
"""Seconds after which the waiting page no longer promises that the receipt comes by itself."""


@get("/receipts")
async def show_receipts(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    return page("receipts/receipts", receipts=await queries.listed(db, donor))


@get("/receipts/{receipt_id:uuid}/pdf")
async def download_receipt(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    receipt_id: FromPath[UUID],
    look: FromQuery[int] = 0,
) -> Response[Any]:
    """The stored file; the first time, a page that waits the second or two that rendering takes."""
    receipt = await queries.one(db, donor, receipt_id)
    if receipt is None or receipt.state != "issued":
        raise NotFound
    if receipt.content is None:
        if look == 0:
            await jobs.defer(db, "receipts.render", once=f"receipt {receipt_id}", receipt_id=str(receipt_id))
        waiting = page("receipts/waiting", number=receipt.number, late=look >= MOST_LOOKS)
        if look < MOST_LOOKS:
            waiting.headers["Refresh"] = f"1; url=/receipts/{receipt_id}/pdf?look={look + 1}"
        return waiting
    await journal.write(db, "receipt.downloaded", actor=request.user.actor, member_id=donor.id, number=receipt.number)
    name = "".join(character for character in receipt.number if character.isalnum() or character in "-_")
    return Response(
        receipt.content,
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


HANDLERS = [show_receipts, download_receipt]
