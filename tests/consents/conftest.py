"""Marie at her choices, and what is stored of them."""

import pytest

from tests.personas import MARIE

PATH = "/preferences/contact"
AT_ONCE = f"{PATH}/at-once"


@pytest.fixture
async def marie(visitor):
    walker = visitor()
    await walker.enter(MARIE)
    return walker


@pytest.fixture
def one(owner):
    return lambda query, *values: owner.execute(query, values).fetchone()


@pytest.fixture
def stored(owner):
    """Objections and consents that hold for Marie."""
    query = "SELECT objections, consents FROM contact_choice c JOIN member m ON m.id = member_id WHERE number = '1001'"
    return lambda: owner.execute(query).fetchone()


@pytest.fixture
def ledger(owner):
    """Marie's entries: act, code, source, in the order in which they were written."""
    query = (
        "SELECT act, purpose || '/' || channel, source FROM consent_entry e JOIN member m ON m.id = member_id "
        "WHERE number = '1001' ORDER BY e.id"
    )
    return lambda: owner.execute(query).fetchall()


async def save(walker, *, untick=(), **fields):
    """Fill the form as a browser does: a box without its tick is not sent at all."""
    values = (await walker.get(PATH)).form(PATH) | fields
    return await walker.post(PATH, **{name: value for name, value in values.items() if name not in untick})


async def press(walker, button):
    return await walker.submit(await walker.get(PATH), AT_ONCE, press=button)
