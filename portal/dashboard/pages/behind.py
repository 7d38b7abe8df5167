"""The members behind a number."""

from urllib.parse import urlencode

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.dashboard.forms import read_slice
from portal.dashboard.pages.words import PATH, STAFF, may_see, part_words
from portal.dashboard.queries import counted
from portal.dashboard.rules.kinds import KINDS
from portal.members.rules import full_name
from portal.web.errors import NotFound
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page


@get(f"{PATH}/{{figure_name:str}}", opt=STAFF)
async def show_behind(
    request: HTTPRequest, db: NamedDependency[AsyncSession], figure_name: FromPath[str], number: FromQuery[int] = 1
) -> Template:
    if figure_name not in KINDS or not may_see(figure_name, request.user.role):
        raise NotFound
    wanted = read_slice(request.query_params)
    pages = Pages(number, await counted.total(db, figure_name, wanted))
    rows = await counted.listed(db, figure_name, wanted, offset=pages.offset, limit=PER_PAGE)
    query = urlencode(wanted.as_query())
    return page(
        "dashboard/behind",
        kind=KINDS[figure_name],
        wanted=wanted,
        part=part_words(figure_name, wanted.part),
        pages=pages,
        rows=[(row, full_name(row) or row.number, part_words(figure_name, row.part)) for row in rows],
        path=f"{PATH}/{figure_name}?{query}{'&' if query else ''}",
    )


HANDLERS = [show_behind]
