"""Who looked at my data: the donor reads what people of the association did with their record."""

from itertools import groupby

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.access_log import queries, rules
from portal.web.donor import Donor
from portal.web.pagination import PER_PAGE, Pages
from portal.web.templating import page


@get("/rights/access-log")
async def show_access_log(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], number: FromQuery[int] = 1
) -> Template:
    pages = Pages(number, total=await queries.count(db, donor))
    rows = await queries.by_day(db, donor, offset=pages.offset, limit=PER_PAGE)
    days = [(day, list(same)) for day, same in groupby(rows, lambda row: row.day)]
    return page(
        "access_log/access-log",
        days=days,
        pages=pages,
        kinds=journal.KINDS,
        viewing=rules.VIEWING,
        by_whom=rules.by_whom,
        clock=rules.time_of_day,
    )


HANDLERS = [show_access_log]
