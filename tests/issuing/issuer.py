"""A process that issues to one member after the other, each in a transaction of its own, in an order of its own."""

import asyncio
import random
import sys

from sqlalchemy import select
from sqlalchemy.engine import make_url

from portal import settings as configuration
from portal.database import Database
from portal.issuing import queries
from portal.issuing.actions import issue
from portal.members.models import Member
from tests.issuing.givers import LAST_YEAR


async def work(name: str) -> None:
    settings = configuration.load()
    url = make_url(settings.database_url).set(drivername="postgresql+psycopg")
    database = Database(url.update_query_dict({"application_name": name}), pool_size=1)
    async with database.begin() as db:
        members = sorted(await db.scalars(select(Member.id)))
    random.Random(name).shuffle(members)
    for member in members:
        async with database.begin() as db:
            await issue(db, settings, LAST_YEAR, await queries.taxpayers(db, LAST_YEAR, only=member))
    await database.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
