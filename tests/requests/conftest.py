"""Donors who ask for something, and the staff who answer."""

import pytest

from portal import jobs, work
from tests.personas import MARIE

REFERENCE = "DON-1001-1"


@pytest.fixture
def enters(visitor):
    async def enters(person, language="en"):
        walker = visitor(language)
        await walker.enter(person)
        return walker

    return enters


@pytest.fixture
async def marie(enters):
    return await enters(MARIE)


@pytest.fixture
def one(owner):
    return lambda query, *values: owner.execute(query, values).fetchone()


@pytest.fixture
def number(owner, member_id):
    """A request of Marie's, as the table can hold it."""

    def number(person=MARIE, **columns):
        columns = {"key": "k", "member_id": member_id(person), "kind": "other", "wish": "Un vœu"} | columns
        names, places = ", ".join(columns), ", ".join(["%s"] * len(columns))
        query = f"INSERT INTO member_request ({names}) VALUES ({places}) RETURNING id"
        return owner.execute(query, list(columns.values())).fetchone()[0]

    return number


@pytest.fixture
def tell(settings, work_off):
    """Let the worker tell of answers, as it does every few minutes."""

    async def tell():
        await work.as_owner(settings, lambda db: jobs.defer(db, "requests.tell_answers", timestamp=0))
        await work_off()
        await work_off()  # the mails, which the first round only puts into the queue

    return tell


async def ask(walker, kind, **fields):
    path = f"/requests/new/{kind}"
    return await walker.submit(await walker.get(path), path, **fields)


async def answer(walker, request_id, **fields):
    path = f"/staff/requests/{request_id}"
    return await walker.submit(await walker.get(path), f"{path}/answer", **fields)
