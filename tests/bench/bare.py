"""The bare page: what these parts can do without a portal. Litestar, two queries by plain psycopg, Jinja2; no more."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from litestar import Litestar, MediaType, get
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

MEMBER = "SELECT id, number, first_name, last_name, kind FROM member WHERE id = %s"
GIFTS = (
    "SELECT g.given_on, g.amount, g.currency, g.means, g.state, c.name AS campaign "
    "FROM gift g LEFT JOIN campaign c ON c.id = g.campaign_id "
    "WHERE g.member_id = %s ORDER BY g.given_on DESC, g.id LIMIT 30"
)
template = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True).get_template("bare.html")


def build() -> Litestar:
    """What uvicorn serves; the environment says which database, and who visits."""
    who = os.environ["BENCH_MEMBER"]
    pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
        os.environ["BENCH_DATABASE"],
        kwargs={"autocommit": True, "row_factory": dict_row},
        min_size=4,
        max_size=10,
        open=False,
    )

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with pool:
            yield

    @get("/", media_type=MediaType.HTML)
    async def show() -> str:
        async with pool.connection() as connection:
            member = await (await connection.execute(MEMBER, [who])).fetchone()
            gifts = await (await connection.execute(GIFTS, [who])).fetchall()
        return template.render(member=member, gifts=gifts)

    return Litestar([show], lifespan=[lifespan], openapi_config=None, logging_config=None)
