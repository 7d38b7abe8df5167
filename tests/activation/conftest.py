"""Letters are for members whom no mail reaches: here nobody's address works."""

import pytest


@pytest.fixture(autouse=True)
def no_mail_arrives(owner) -> None:
    owner.execute("UPDATE email_address SET bounced_on = current_date")
