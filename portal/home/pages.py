"""The home page: the personal memo first, then the essentials."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from portal.gifts.rules import MEANS
from portal.home import queries
from portal.web.donor import Donor
from portal.web.templating import page


@get("/")
async def show_home(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Response[Any]:
    card = await queries.card(db, donor)
    giving = await queries.giving(db, donor)
    papers = await queries.papers(db, donor)
    return page("home/home", card=card, giving=giving, papers=papers, means=MEANS)


HANDLERS = [show_home]
