"""The home page: what staff write to the member first, then the essentials."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from portal.home import actions, queries
from portal.web.donor import Donor
from portal.web.session import HTTPRequest
from portal.web.templating import page


@get("/")
async def show_home(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Response[Any]:
    found = await queries.contents(db, donor)
    if not request.user.viewing:
        await actions.note_shown(db, donor, found["notes"])
    return page("home/home", preview=False, **found)


HANDLERS = [show_home]
