"""A donor who asks for their data, and the officers who answer."""

from datetime import timedelta

import pytest

from portal import clock
from portal.privacy.rules.answers import CHECKLIST
from tests.personas import ADMINISTRATOR, COMPLIANCE, MARIE

DESK = "/staff/data-requests"


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
async def officer(enters):
    return await enters(COMPLIANCE)


@pytest.fixture
async def second(enters):
    return await enters(ADMINISTRATOR)


@pytest.fixture
def one(owner):
    return lambda query, *values: owner.execute(query, values).fetchone()


@pytest.fixture
def case(owner, member_id):
    """The number of a request that came in some days ago, with what is known of it."""

    def case(*, days=0, right="access", person=MARIE, channel="portal", **columns):
        day = clock.today() - timedelta(days=days)
        asked = "INSERT INTO member_request (key, member_id, kind, about, wish, asked_on) VALUES (%s, %s, 'data', %s, "
        asked += "'Un vœu', %s) RETURNING id"
        [found] = owner.execute(asked, [f"{right}{days}{person.number}", member_id(person), right, day]).fetchone()
        identity = {"portal": "signed_in"}.get(channel, "unproved")
        columns = {"channel": channel, "identity": identity, "entered_on": day} | columns
        sets = ", ".join(f"{name} = %s" for name in columns)
        owner.execute(f"UPDATE data_case SET {sets} WHERE request_id = %s", [*columns.values(), found])
        return found

    return case


@pytest.fixture
def built(owner):
    """An answer that lies there, built."""

    def built(request_id):
        owner.execute(
            "INSERT INTO data_export (member_id, request_id, kind, state, ordered_by, ready_at) "
            "SELECT member_id, id, about, 'ready', 'tests', now() FROM member_request WHERE id = %s",
            [request_id],
        )

    return built


async def act(walker, request_id, step, **fields):
    """Take a step on the page of a case, as it is offered there."""
    path = f"{DESK}/{request_id}"
    return await walker.submit(await walker.get(path), f"{path}/{step}", **fields)


async def force(walker, request_id, step, **fields):
    """Post a step whether it is offered or not."""
    token = (await walker.get(DESK)).form("/sign-out")["csrf_token"]
    return await walker.post(f"{DESK}/{request_id}/{step}", csrf_token=token, **fields)


async def check(walker, request_id, right="access", **fields):
    return await act(
        walker, request_id, "checklist", **{f"checked-{item}": "on" for item in CHECKLIST[right]}, **fields
    )
