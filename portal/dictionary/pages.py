"""The data dictionary: for staff as the sync works by it, for members what of it we keep about them."""

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.dictionary import queries, rules
from portal.web.donor import Donor
from portal.web.templating import page


@get("/my-data")
async def show_my_data(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    """Of the answer to who asks what is kept about them (GDPR art. 15(1)): what, from whom, who may change it."""
    kept = await queries.kept(db, donor)
    entries = [entry for entry in await queries.entries(db) if entry.name in rules.PLACES]
    return page(
        "dictionary/mine",
        entries=entries,
        kept=kept,
        names=rules.NAMES,
        places=rules.PLACES,
        pages=rules.PAGES,
        who=rules.WHO,
    )


@get("/staff/dictionary", opt={"for_staff": True})
async def show_dictionary(db: NamedDependency[AsyncSession]) -> Template:
    return page(
        "dictionary/all",
        entries=await queries.entries(db),
        names=rules.NAMES,
        owners=rules.OWNERS,
        directions=rules.DIRECTIONS,
        sensitivities=rules.SENSITIVITIES,
    )


HANDLERS = [show_my_data, show_dictionary]
