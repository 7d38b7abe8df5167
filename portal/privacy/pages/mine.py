"""My data and my rights: what can be asked, and what became of what was asked."""

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.privacy import queries
from portal.requests.rules import WISHES
from portal.web.donor import Donor
from portal.web.templating import page


@get("/rights")
async def show_rights(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    cases, downloads = await queries.mine(db, donor), await queries.downloads(db, donor)
    return page("privacy/rights", cases=cases, downloads=downloads, rights=WISHES["data"])


HANDLERS = [show_rights]
