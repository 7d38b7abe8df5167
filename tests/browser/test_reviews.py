"""What waits for people is looked at, corrected and sent again; the data dictionary for staff and for a donor."""

from collections.abc import Callable

import psycopg
from playwright.sync_api import Page

from tests.browser.inspection import Inspector
from tests.browser.live import Live, wait_until

DONOR, OTHER = "henri.moreau@example.org", "simone.lefebvre@example.org"
EDITOR = "editor@association.example"
STREET = "SELECT street FROM address WHERE is_main AND member_id = (SELECT member_id FROM email WHERE address = %s)"
PARKED = (
    "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor, status, reason, parked_at) "
    "SELECT gen_random_uuid(), a.member_id, 'address', value, value || '{\"street\": \"avenue Perdue\"}', "
    "'member:' || a.member_id, 'refused', 'The town is too long for our records.', now() "
    "FROM postal_address a JOIN email_address e ON e.member_id = a.member_id AND e.address = %s, "
    "LATERAL (SELECT to_jsonb(a) - ARRAY['id', 'central_id', 'member_id', 'is_main', 'purpose', 'season_from', "
    "'season_to', 'returned_on', 'returned_reason', 'held'] AS value) v WHERE a.is_main"
)
HELD = (
    "WITH moving AS (INSERT INTO field_in_motion SELECT member_id, 'objections', '{\"objections\": []}' "
    "FROM email_address WHERE address = %s RETURNING member_id) "
    "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor, status, reason, parked_at) "
    "SELECT gen_random_uuid(), member_id, 'objections', '{\"objections\": []}', "
    '\'{"objections": ["exchange/any"]}\', '
    "'member:' || member_id, 'review', 'It could not be passed on. Our team will look at it.', now() FROM moving"
)
CONFLICT = (
    "INSERT INTO sync_conflict (member_id, field_group, base, theirs, ours, rule, decision) SELECT member_id, 'email', "
    '\'{"address": "avant@example.org"}\', \'{"address": "la-bas@example.org"}\', '
    "'{\"address\": \"ici@example.org\"}', 'donor wins, the conflict is noted', 'ours' "
    "FROM email_address WHERE address = %s"
)
PAIR = (
    "INSERT INTO suspected_duplicate (member_id, other_id, signs) SELECT min(member_id::text)::uuid, "
    "max(member_id::text)::uuid, '{email,phone}' FROM email_address WHERE address IN (%s, %s)"
)


def test_what_did_not_arrive_is_corrected_at_the_desk_and_arrives(
    live: Live, signed_in: Callable[..., Page], inspector: Inspector
) -> None:
    with psycopg.connect(live.database_url, autocommit=True) as owner:
        owner.execute(PARKED, [DONOR])
        owner.execute(HELD, [OTHER])
        owner.execute(CONFLICT, [OTHER])
        owner.execute("DELETE FROM suspected_duplicate")
        owner.execute(PAIR, [DONOR, OTHER])
    page = signed_in(EDITOR)
    page.goto("/staff/reviews")
    inspector.look(page)
    assert page.locator("main tbody tr").count() == 4
    assert page.locator("main tbody tr").first.inner_text().startswith("Ce que"), "an objection is the riskiest"
    page.goto("/staff/reviews?kind=conflict")
    page.click("main tbody th a")
    inspector.look(page, "a conflict")
    page.click("main form button")
    page.wait_for_selector(".notice.good")
    page.goto("/staff/reviews?kind=duplicate")
    page.click("main tbody th a")
    page.click("main form button")
    page.wait_for_selector(".problem a[href='#decision']")
    inspector.look(page, "two records side by side, with an error")
    page.goto("/staff/reviews?kind=refused")
    page.locator("main tbody th a").first.click()
    page.wait_for_url("**/staff/reviews/*")
    page.click("summary")
    inspector.look(page, "an objection that is held")
    page.goto("/staff/reviews?kind=refused")
    page.locator("main tbody th a").last.click()
    page.wait_for_url("**/staff/reviews/*")
    inspector.look(page, "a parked address")
    page.click("form[action$='/end'] button")
    page.wait_for_selector(".problem a[href='#reason']")
    inspector.look(page, "a parked address without a reason")
    page.click("summary")
    inspector.look(page, "a parked address to correct")
    page.fill("[id='0-street']", "rue Retrouvée")
    page.click("form[action$='/correction'] button")
    page.wait_for_url("**/staff/reviews")
    wait_until(lambda: live.central(STREET, DONOR) == [("rue Retrouvée",)], "the corrected address to arrive")


def test_the_data_dictionary_for_staff_and_for_a_donor(signed_in: Callable[..., Page], inspector: Inspector) -> None:
    for address, path in ((EDITOR, "/staff/dictionary"), (OTHER, "/my-data")):
        page = signed_in(address)
        page.goto(path)
        assert page.locator("h1").is_visible()
        assert "adresse" in page.locator("main").inner_text().lower()
        inspector.look(page)
