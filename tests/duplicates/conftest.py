"""Marie has a second record, and a husband who shares her mailbox."""

import pytest

from portal import jobs, work
from tests.personas import MARIE

SECOND = (
    "INSERT INTO member (central_id, number, kind, civility, first_name, last_name, company_name, legal_form, "
    "language, suspension_code, stop_promo, closed) VALUES (%s, %s, 'person', '', %s, %s, '', '', 'fr', '', "
    "false, false) RETURNING id"
)
MAILBOX = (
    "INSERT INTO email_address (member_id, address, is_main, origin, recorded_on) "
    "VALUES (%s, %s, true, 'tests', current_date)"
)
HOME = (
    "INSERT INTO postal_address (member_id, is_main, unit, building, house_number, street, locality, postcode, town, "
    "region, country) SELECT %s, true, '', '', house_number, upper(street), '', postcode, town, '', country "
    "FROM postal_address WHERE member_id = %s AND is_main"
)


@pytest.fixture
def one(owner):
    return lambda query, *values: owner.execute(query, values).fetchone()


@pytest.fixture
def twin(owner, one, member_id):
    """A record with these names; gives its number."""

    def twin(number, first_name, last_name, email="", at_home=False):
        (found,) = one(SECOND, f"t{number}", number, first_name, last_name)
        if email:
            owner.execute(MAILBOX, [found, email])
        if at_home:
            owner.execute(HOME, [found, member_id(MARIE)])
        return found

    return twin


@pytest.fixture
def night(settings, work_off):
    """The task of the night has run."""

    async def night():
        await work.as_owner(settings, lambda db: jobs.defer(db, "duplicates.find", timestamp=0))
        await work_off()

    return night
