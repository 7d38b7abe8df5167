"""What an erasure leaves, what stands in its way, and that neither the central base nor a backup undoes it."""

from datetime import date

import psycopg
import pytest
from sqlalchemy.exc import DataError

from backoffice_sync.compare.reconcile import reconcile
from backoffice_sync.inward.pull import pull
from backoffice_sync.outward.requests import deliver_requests
from portal import journal
from portal.clock import today
from portal.erasure import store
from portal.work import as_owner
from tests.personas import CLAIRE, MARIE, NADIA, PAUL, STRANGER

NAMED = "SELECT first_name || last_name FROM member WHERE number = '1001'"


async def test_accounts_and_receipts_stay_without_the_person(owner, erase, without_mandate) -> None:
    assert await erase()
    assert owner.execute(NAMED).fetchone() == ("",)
    assert owner.execute(
        "SELECT count(*) FROM gift JOIN member m ON m.id = member_id WHERE m.number = '1001'"
    ).fetchone() == (44,)
    assert owner.execute("SELECT donor_name FROM receipt").fetchone() == ("Mme Marie Dupont",)
    for table in ("postal_address", "email_address", "phone", "memo", "contact_choice"):
        left = owner.execute(f"SELECT count(*) FROM {table} JOIN member m ON m.id = member_id WHERE m.number = '1001'")
        assert left.fetchone() == (0,), table


async def test_nobody_is_erased_twice(owner, erase, without_mandate) -> None:
    assert await erase()
    assert not await erase()
    assert owner.execute("SELECT count(*) FROM erasure").fetchone() == (1,)


async def test_an_erasure_ends_the_visits_of_the_person(visitor, erase) -> None:
    walker = visitor()
    await walker.enter(NADIA)
    await erase(NADIA)
    assert (await walker.get("/profile")).path == "/sign-in"


REQUEST = """INSERT INTO member_request (key, member_id, kind, wish)
    SELECT 'k', id, 'document', 'x' FROM member WHERE number = '1001'"""
CHANGE = """INSERT INTO recorded_change (id, member_id, field_group, actor)
    SELECT gen_random_uuid(), id, 'phones', 'x' FROM member WHERE number = '1001'"""


@pytest.mark.parametrize(("arrange", "obstacle"), [("SELECT 1", "mandate"), (REQUEST, "request"), (CHANGE, "change")])
async def test_what_is_under_way_stands_in_the_way_and_nothing_is_written(owner, erase, arrange, obstacle) -> None:
    owner.execute(arrange)
    if obstacle != "mandate":
        owner.execute("UPDATE mandate SET state = 'cancelled'")
    with pytest.raises(store.CannotErase) as refused:
        await erase()
    assert refused.value.obstacles == [obstacle]
    assert owner.execute(NAMED).fetchone() == ("MarieDupont",)


async def test_a_crash_half_way_leaves_everything(owner, erase, without_mandate) -> None:
    owner.execute("ALTER TABLE erasure ADD CONSTRAINT crash CHECK (false)")
    with pytest.raises(Exception, match="crash"):
        await erase()
    assert owner.execute(NAMED).fetchone() == ("MarieDupont",)
    assert owner.execute(
        "SELECT count(*) FROM email_address JOIN member m ON m.id = member_id WHERE m.number = '1001'"
    ).fetchone() == (1,)


async def test_an_address_that_somebody_else_has_too_is_not_forgotten_for_them(owner, erase) -> None:
    owner.execute("INSERT INTO mail_verdict (mailbox, bounced_on) VALUES (%s, current_date)", [PAUL.email])
    await erase(CLAIRE)
    assert owner.execute("SELECT count(*) FROM mail_verdict").fetchone() == (1,)
    await erase(PAUL)
    assert owner.execute("SELECT count(*) FROM mail_verdict").fetchone() == (0,)


async def test_an_altered_journal_is_not_hidden_by_an_erasure(settings, owner, erase, member_id) -> None:
    nadia = member_id(NADIA)
    await as_owner(settings, lambda db: journal.write(db, "memo.set", actor="tests", member_id=nadia, body="x"))
    owner.execute("UPDATE journal SET actor = 'somebody' WHERE member_id = %s", [nadia])
    with pytest.raises(DataError, match="altered"):
        await erase(NADIA)


async def test_the_pull_brings_nobody_back_and_the_comparison_reports_nothing(
    owner, sync_database, central_directory, erase, without_mandate
) -> None:
    await pull(sync_database, central_directory)
    await erase()
    await pull(sync_database, central_directory, everything=True)
    drift = await reconcile(sync_database, central_directory)
    assert owner.execute(NAMED).fetchone() == ("",)
    assert owner.execute("SELECT count(*) FROM email_address WHERE address = %s", [MARIE.email]).fetchone() == (0,)
    assert (drift.missed, drift.lost) == (0, 0)


async def test_an_erasure_that_nobody_asked_for_is_handed_over_to_the_central_base(
    owner, sync_database, central_directory, erase
) -> None:
    await erase(NADIA, rule="contact")
    assert await deliver_requests(sync_database, central_directory) == 1
    assert await deliver_requests(sync_database, central_directory) == 0
    kind, about, state = owner.execute("SELECT kind, about, state FROM member_request").fetchone()
    assert (kind, about, state) == ("data", "erasure", "accepted")
    assert owner.execute("SELECT why, rule FROM erasure").fetchone() == ("retention", "contact")


@pytest.mark.parametrize(
    ("issued_on", "name"), [(date(today().year - 5, 1, 1), "Mme Marie Dupont"), (date(today().year - 7, 1, 1), "")]
)
async def test_a_name_leaves_a_final_receipt_after_six_years_and_not_before(owner, issued_on, name) -> None:
    owner.execute("UPDATE receipt SET issued_on = %s", [issued_on])
    owner.execute(
        "INSERT INTO receipt_file (receipt_id, member_id, content, sha256) SELECT id, member_id, 'x', 'x' FROM receipt"
    )
    emptied = "UPDATE receipt SET donor_name = '', donor_address = '', donor_siren = ''"
    if name:
        with pytest.raises(psycopg.errors.CheckViolation):
            owner.execute(emptied)
    else:
        owner.execute(emptied)
        with pytest.raises(psycopg.errors.CheckViolation):
            owner.execute("UPDATE receipt SET amount = 1")
    assert owner.execute("SELECT donor_name FROM receipt").fetchone() == (name,)


async def test_an_objection_is_honoured_when_the_address_comes_back_with_somebody_else(
    settings, owner, erase, portal, capsys
) -> None:
    owner.execute(
        "UPDATE contact_choice SET objections = '{appeals/email}' WHERE member_id IN "
        "(SELECT id FROM member WHERE number = '1002')"
    )
    await erase(NADIA)
    owner.execute("UPDATE email_address SET address = 'Nadia.Benali@example.org' WHERE address = %s", [STRANGER.email])
    for purpose, told in (("appeals", True), ("news", False)):
        capsys.readouterr()
        await portal(settings.database_url, "suppression-list", "--channel", "email", "--purpose", purpose)
        assert ("1003,objection" in capsys.readouterr().out) is told
