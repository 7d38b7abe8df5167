"""What one chose before, read by oneself; and the proof of it, for staff and on paper (GDPR art. 7(1))."""

from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, journal
from portal.consents.queries import standing
from portal.consents.rules import Codes
from portal.database import release
from portal.i18n import N_
from portal.ledger import paper, queries
from portal.members.models import Member
from portal.members.rules import full_name
from portal.pdf import ARCHIVE, Printer, Sheet
from portal.settings import Settings
from portal.web.donor import Donor
from portal.web.errors import NotFound, Refusal
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page, render_bare
from portal.web.throttle import Limit, allow

HISTORY = "/preferences/contact/history"
PROOF = "/staff/members/{member_id:uuid}/consents"
KEEPERS = {"for_staff": True, "roles": ("editor", "compliance", "administrator")}
PROOFS = Limit("proofs of consent", 20, timedelta(hours=1))
PRINTER = Printer()
"""Of this process; it starts when the first proof is asked for."""
NOTHING: Codes = {"objections": [], "consents": []}


class TooManyProofs(Refusal):
    status_code = HTTPStatus.TOO_MANY_REQUESTS
    title = N_("Please wait a while")
    words = N_("This document was made many times just now. You can have it again in an hour.")


@get(HISTORY)
async def show_history(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], number: FromQuery[int] = 1
) -> Template:
    pages, acts = await _ledger(db, donor.id, number)
    return page("ledger/history", pages=pages, acts=acts)


@get(f"{HISTORY}/pdf")
async def download_history(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    return await _proof(request, db, settings, donor.id)


@get(PROOF, opt=KEEPERS)
async def show_proof(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID], number: FromQuery[int] = 1
) -> Template:
    """What is stored, what follows from the ledger, and the ledger itself."""
    member = await db.get(Member, member_id)
    if member is None:
        raise NotFound
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=member_id)
    now = await standing(db, member_id)
    stored = now.choice.codes if now else NOTHING
    derived = await queries.derived(db, member_id)
    pages, acts = await _ledger(db, member_id, number)
    return page(
        "ledger/proof",
        member=member,
        full_name=full_name(member) or member.number,
        stored=paper.present(stored),
        derived=paper.present(derived),
        agree=stored == derived,
        restrictions=now.restrictions if now else [],
        pages=pages,
        acts=acts,
    )


@get(f"{PROOF}/pdf", opt=KEEPERS)
async def download_proof(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    member_id: FromPath[UUID],
) -> Response[bytes]:
    return await _proof(request, db, settings, member_id)


async def _ledger(db: AsyncSession, member_id: UUID, number: int) -> tuple[Pages, list[paper.Act]]:
    pages = Pages(number, await queries.count(db, member_id))
    return pages, paper.acts(await queries.entries(db, member_id, offset=pages.offset, limit=PER_PAGE))


async def _proof(request: HTTPRequest, db: AsyncSession, settings: Settings, member_id: UUID) -> Response[bytes]:
    """The whole ledger of one member as a PDF; no transaction is open while it is laid out."""
    member = await db.get(Member, member_id)
    if member is None:
        raise NotFound
    if not await allow(db, settings, PROOFS, request.user.actor):
        raise TooManyProofs
    html = render_bare(
        request,
        "pdf/consents.html",
        member=member,
        full_name=full_name(member),
        made_at=clock.now(),
        present=paper.present(await queries.derived(db, member_id)),
        lines=paper.lines(await queries.newest(db, member_id)),
        most=queries.MOST_PRINTED,
        texts=await queries.texts(db, member_id),
    )
    await journal.write(db, "consent.proof.made", actor=request.user.actor, member_id=member_id)
    await release(db)
    return Response(
        await PRINTER.render(Sheet(html, ARCHIVE)),
        media_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="consents-{member.number}.pdf"'},
    )


HANDLERS = [show_history, download_history, show_proof, download_proof]
