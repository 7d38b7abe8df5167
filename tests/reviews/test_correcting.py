"""Staff correct what a member typed, in any group, by the checks of the member's own forms; the member hears of it."""

import pytest
from psycopg.types.json import Jsonb

from backoffice_sync.directory import Rejected
from portal.addresses.rules.stays import Stay
from portal.profile.rules import Address
from tests.backoffice_sync.test_push import type_into_central
from tests.personas import MARIE
from tests.reviews.conftest import DESK, REASON

NICE = Address(house_number="4", street="rue Haute", postcode="06000", town="Nice", country="FR")
WISH = {"receipt_rhythm": "annual", "receipt_by": "email"}
PERSON = {"civility": "Mme", "first_name": "Marie", "last_name": "Dupond", "company_name": "", "legal_form": "",
          "siren": None}  # fmt: skip


@pytest.fixture
def left(one, member_id):
    """A change of Marie's that was left to people; gives its page."""
    row = (
        "INSERT INTO recorded_change (id, member_id, field_group, old, new, actor, status, parked_at) "
        "VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, 'refused', now()) RETURNING id"
    )

    def left(group, old, new):
        marie = member_id(MARIE)
        return f"{DESK}/{one(row, marie, group, Jsonb(old) if old else None, Jsonb(new), f'member:{marie}')[0]}"

    return left


@pytest.mark.parametrize(
    ("group", "old", "new", "wrong", "right", "wanted"),
    [
        ("phones", {"items": []}, {"items": [{"number": "06 99", "kind": "mobile"}]},
         {"0-number": "06"}, {"0-number": "06 12 34 56 78", "0-kind": "home"},
         {"items": [{"number": "+33612345678", "kind": "home"}]}),
        ("other_addresses", {"items": []}, {"items": [Stay(NICE, "second_home").as_item()]},
         {"0-postcode": "6"}, {"0-street": "rue Basse"},
         {"items": [Stay(Address(**NICE.as_group() | {"street": "rue Basse"}), "second_home").as_item()]}),
        ("identity", PERSON, PERSON | {"last_name": "Durant"},
         {"0-last_name": "Dur4nt"}, {"0-last_name": "Durand"}, PERSON | {"last_name": "Durand"}),
        ("contact_rhythm", None, {"post_rhythm": "yearly", "paused_until": "2026-12-31"},
         {"0-paused_until": "demain"}, {"0-post_rhythm": "quarterly", "0-paused_until": "01/02/2027"},
         {"post_rhythm": "quarterly", "paused_until": "2027-02-01"}),
        ("language", {"language": "fr"}, {"language": "en"}, {}, {"0-language": "fr"}, {"language": "fr"}),
        ("receipt_wish", None, WISH, {}, {"0-wish": "per_gift post"},
         {"receipt_rhythm": "per_gift", "receipt_by": "post"}),
    ],
)  # fmt: skip
async def test_each_group_is_corrected_and_sent_again(
    editor, left, one, work_off, mails, group, old, new, wrong, right, wanted
) -> None:
    path = left(group, old, new)
    page = await editor.get(path)
    if wrong:
        refused = await editor.submit(page, f"{path}/correction", **wrong)
        assert refused.status == 422
        assert "There is a problem" in refused.text
        assert one("SELECT status FROM recorded_change") == ("refused",)
    assert "on its way" in (await editor.submit(page, f"{path}/correction", **right)).text
    status, stored = one("SELECT status, new FROM recorded_change")
    assert status == "saved"
    assert {name: stored[name] for name in wanted if name != "first_name"} == {
        name: wanted[name] for name in wanted if name != "first_name"
    }
    assert one("SELECT split_part(actor, ':', 1), data->'typed' = %s FROM journal WHERE kind = 'change.corrected'",
               Jsonb(new)) == ("staff", True)  # fmt: skip
    await work_off()
    assert any("/profile/changes" in mail.get_body().get_content() for mail in mails.mails)


async def test_what_of_a_list_was_taken_stays_as_it_is(editor, left, one) -> None:
    kept = {"number": "+33478000000", "kind": "home"}
    path = left("phones", {"items": [kept]}, {"items": [kept, {"number": "06 99", "kind": "mobile"}]})
    page = await editor.get(path)
    assert "0478" not in str(page.form(f"{path}/correction"))
    await editor.submit(page, f"{path}/correction", **{"0-number": ""})
    assert one("SELECT new FROM recorded_change")[0] == {"items": [kept]}


async def test_a_choice_that_was_not_offered_is_no_form_of_ours(editor, left, one) -> None:
    for group, new, field in (
        ("language", {"language": "en"}, {"0-language": "de"}),
        ("receipt_wish", WISH, {"0-wish": "weekly post"}),
    ):
        path = left(group, None, new)
        assert (await editor.submit(await editor.get(path), f"{path}/correction", **field)).status == 400
    assert one("SELECT bool_and(status = 'refused') FROM recorded_change") == (True,)


async def test_an_objection_may_only_be_widened(editor, marie, central_directory, tell, one) -> None:
    page = await marie.get("/preferences/contact")
    await marie.submit(page, "/preferences/contact", **{"exchange/any": "yes"})
    central_directory.refuses = lambda _: REASON
    await tell()
    path = f"{DESK}/{one('SELECT id FROM recorded_change ORDER BY seq DESC LIMIT 1')[0]}"
    page = await editor.get(path)
    assert "exchange/any" not in page.form(f"{path}/correction"), "what the member said no to stays"
    await editor.submit(page, f"{path}/correction", **{"appeals/phone": "yes"})
    held = one("SELECT objections FROM contact_choice JOIN member m ON m.id = member_id WHERE number = '1001'")[0]
    assert {"exchange/any", "appeals/phone"} <= set(held)
    assert one("SELECT source, split_part(actor, ':', 1) FROM consent_entry ORDER BY id DESC LIMIT 1") == (
        "central", "staff",
    )  # fmt: skip
    central_directory.refuses = lambda _: None
    await tell()
    assert one("SELECT status FROM recorded_change ORDER BY seq DESC LIMIT 1") == ("confirmed",)


async def test_the_central_bases_complaint_and_value_are_shown_to_staff_and_never_to_the_member(
    editor, marie, parked, central_directory, monkeypatch
) -> None:
    async def write(*_: object, **__: object) -> Rejected:
        return Rejected(REASON, "CheckViolation: postal_address, postcode_format")

    monkeypatch.setattr(central_directory, "write", write)
    type_into_central(central_directory, "address", f"a{MARIE.number}", town="Villeurbanne")
    page = await editor.get(await parked())
    assert "postcode_format" in page.text
    assert "In the central records APPARTEMENT 4, 12 BIS RUE DES LILAS, 69003 VILLEURBANNE" in page.text
    assert "postcode_format" not in (await marie.get("/profile/changes")).html


async def test_a_member_hears_of_a_change_given_up_or_made_a_request_and_can_follow_it(
    editor, marie, parked, work_off, mails
) -> None:
    path = await parked()
    await editor.submit(await editor.get(path), f"{path}/request")
    await work_off()
    [mail] = mails.to(MARIE.email)
    assert "Tilleuls" not in mail.as_string()
    page = await marie.get("/profile/changes")
    assert "Follow it under My requests" in page.text
    assert "A change that our team makes by hand" in (await marie.get("/requests")).text


@pytest.mark.parametrize(
    ("group", "old", "new"),
    [
        ("email", None, {"address": "marie@gmial.com", "confirmed_on": "2026-11-02"}),
        ("other_emails", {"items": []}, {"items": [{"address": "marie@gmial.com"}]}),
    ],
)
async def test_another_address_that_opens_the_space_is_attached_after_a_proof_only(
    editor, left, one, member_id, group, old, new
) -> None:
    path = left(group, old, new)
    page = await editor.get(path)
    assert f"/staff/sign-in-help/members/{member_id(MARIE)}/email" in page.links
    assert f"{path}/correction" not in page.html
    forged = page.form(f"{path}/retry") | {"0-address": "thief@example.net"}
    assert (await editor.post(f"{path}/correction", **forged)).status == 400
    assert one("SELECT status, new FROM recorded_change") == ("refused", new)
