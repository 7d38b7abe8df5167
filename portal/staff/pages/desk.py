"""The staff's first page: find a member, and see what waits."""

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.corrections import queries as corrections
from portal.members.rules import full_name
from portal.privacy import queries as privacy
from portal.requests import queries as requests
from portal.requests import rules as request_rules
from portal.reviews import queries as reviews
from portal.search import queries as search
from portal.staff import rules
from portal.web.session import HTTPRequest
from portal.web.templating import page


@get("/staff", opt={"for_staff": True})
async def show_desk(request: HTTPRequest, db: NamedDependency[AsyncSession], q: FromQuery[str] = "") -> Template:
    found, more = await search.find(db, q) if q.strip() else ([], False)
    alike = bool(q.strip()) and not found
    if alike:
        found, more = await search.find_alike(db, q)
    members = [(row, full_name(row), reasons) for row, reasons in found]
    role = request.user.role
    waiting = {} if q.strip() else await _waiting(db, role)
    return page("staff/desk", q=q, members=members, more=more, alike=alike, groups=rules.desks(role), waiting=waiting)


async def _waiting(db: AsyncSession, role: str) -> dict[str, int]:
    """How much waits at each desk that this role may open, by its address."""
    waiting = {}
    if role in rules.EDITORS:
        waiting["/staff/reviews"] = await reviews.count_open(db)
        waiting["/staff/corrections"] = await corrections.count_open(db)
    if role in rules.DECIDERS:
        waiting["/staff/requests"] = await requests.count_open(db, request_rules.HANDLED)
    if role in rules.OFFICERS:
        waiting["/staff/data-requests"] = await privacy.count_open(db)
    return waiting


HANDLERS = [show_desk]
