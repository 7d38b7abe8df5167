"""My regular gifts: the SEPA mandates behind them."""

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.mandates import queries
from portal.mandates.rules import RHYTHMS, STATES
from portal.web.donor import Donor
from portal.web.templating import page


@get("/mandates")
async def show_mandates(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    mandates = await queries.listed(db, donor)
    return page("mandates/mandates", mandates=mandates, rhythms=RHYTHMS, states=STATES)


HANDLERS = [show_mandates]
