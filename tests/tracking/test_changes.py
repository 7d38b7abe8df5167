"""My changes: every change in words, with its state, until the association has it."""

import re

import pytest

from portal.changes import GROUP_WORDS, STATUS_WORDS
from portal.consents.rules import CONSENTS, OBJECTIONS
from portal.tracking.rules import LISTS, SHOWN, UNDOABLE
from tests.personas import EDITOR, MARIE, STRANGER
from tests.tracking.conftest import CHANGES

HOME = {
    "unit": "", "building": "", "house_number": "5", "street": "place Bellecour", "locality": "", "postcode": "69002",
    "town": "Lyon", "region": "", "country": "FR",
}  # fmt: skip
SEASIDE = HOME | {"town": "Royan", "postcode": "17200", "purpose": "second_home", "season_from": "07-01",
                  "season_to": "08-31"}  # fmt: skip
NAME = {"civility": "Mme", "first_name": "Marie", "last_name": "Dupont", "company_name": "", "legal_form": "",
        "siren": None}  # fmt: skip
FIRM = NAME | {"civility": "", "first_name": "", "last_name": "", "company_name": "Durand", "legal_form": "SARL",
               "siren": "732829320"}  # fmt: skip


@pytest.mark.parametrize(
    ("group", "old", "new", "words"),
    [
        ("address", None, HOME, "Before nothing Now 5 PLACE BELLECOUR, 69002 LYON"),
        (
            "other_addresses",
            {"items": []},
            {"items": [SEASIDE]},
            "Added 5 PLACE BELLECOUR, 17200 ROYAN (Second home, every year from 1 July to 31 August)",
        ),
        (
            "other_addresses",
            {"items": [SEASIDE | {"season_from": None, "season_to": None}]},
            {"items": []},
            "Removed 5 PLACE BELLECOUR, 17200 ROYAN (Second home)",
        ),
        ("email", {"address": "a@example.org"}, {"address": "b@example.org"}, "Before a@example.org Now b@example.org"),
        ("other_emails", {"items": [{"address": "a@x.org"}]}, {"items": [{"address": "b@x.org"}]},
         "Added b@x.org Removed a@x.org"),
        ("phones", {"items": []}, {"items": [{"number": "+33612345678", "kind": "mobile"}]},
         "Added 06 12 34 56 78 (Mobile)"),
        ("identity", NAME, NAME | {"last_name": "Durand"}, "Before Mme Marie Dupont Now Mme Marie Durand"),
        ("identity", FIRM, FIRM | {"siren": None}, "Before Durand SARL 732829320 Now Durand SARL Made on"),
        ("language", {"language": "fr"}, {"language": "en"}, "Before Français Now English"),
        ("objections", {"objections": ["news/email"]}, {"objections": ["appeals/post"]},
         "No longer wanted Appeals for gifts, by post Wanted again Our magazine and news, by e-mail"),
        ("consents", {"consents": []}, {"consents": ["commercial/any"]}, "Agreed Commercial use"),
        ("contact_rhythm", {"post_rhythm": "all", "paused_until": None},
         {"post_rhythm": "yearly", "paused_until": "2027-03-12"},
         "Before Whenever there is one Now Once a year No appeals until 12 March 2027"),
        ("details_check", {"checked_on": None}, {"checked_on": "2026-03-12"}, "Before nothing Now 12 March 2026"),
        ("receipt_wish", {"receipt_rhythm": "annual", "receipt_by": "post"},
         {"receipt_rhythm": "none", "receipt_by": "post"},
         "Before One receipt for the whole year, by post Now No receipt"),
    ],
)  # fmt: skip
async def test_each_field_group_is_shown_in_words(marie, recorded, group, old, new, words) -> None:
    recorded(group, old, new)
    text = (await marie.get(CHANGES)).text
    assert f"{GROUP_WORDS[group]} Received by the association" in text
    assert words in text
    assert re.search(r"Made on \d+ \w+ \d{4}, \d\d:\d\d", text)


async def test_every_group_of_the_data_dictionary_shows_itself() -> None:
    from backoffice_sync.mapping import GROUPS

    assert set(SHOWN) | set(LISTS) == set(GROUP_WORDS) == set(GROUPS)
    assert not set(SHOWN) & set(LISTS)
    assert set(GROUPS) > UNDOABLE


@pytest.mark.parametrize("code", [*OBJECTIONS, *CONSENTS])
async def test_every_choice_has_its_words(marie, recorded, code) -> None:
    group = "consents" if code in CONSENTS else "objections"
    recorded(group, {group: []}, {group: [code]})
    assert code not in (await marie.get(CHANGES)).text
    assert "any" not in (await marie.get(CHANGES)).text.split("Made on")[0].split()


@pytest.mark.parametrize("status", STATUS_WORDS)
async def test_each_state_has_its_words_its_moment_and_its_reason(marie, recorded, owner, status) -> None:
    recorded("language", {"language": "fr"}, {"language": "en"}, status, "Your record has been closed or merged.")
    owner.execute("UPDATE recorded_change SET status_at = '2026-03-12 13:05+01', recorded_at = '2026-03-11 09:00+01'")
    text = (await marie.get(CHANGES)).text
    assert f"{STATUS_WORDS[status]} 12 March 2026, 13:05" in text
    assert "Reason: Your record has been closed or merged." in text
    assert "Made on 11 March 2026, 09:00" in text
    holds = status in {"saved", "sent", "confirmed"}
    assert ("Now English" in text, "Wished for English" in text) == (holds, not holds)


async def test_only_a_change_under_way_is_followed(marie, recorded) -> None:
    recorded("language", {"language": "fr"}, {"language": "en"}, "confirmed")
    page = await marie.get(CHANGES)
    assert "data-open" not in page.html
    assert "Look again" not in page.text
    recorded("language", {"language": "en"}, {"language": "fr"}, "sent")
    recorded("language", {"language": "fr"}, {"language": "en"}, "undone")
    page = await marie.get(CHANGES)
    assert 'data-open="yes"' in page.html
    assert "Look again" in page.text


async def test_what_the_script_compares_is_the_same_at_each_look(marie, recorded) -> None:
    recorded("language", {"language": "fr"}, {"language": "en"}, "saved")

    async def followed():
        return (await marie.get(CHANGES)).html.split('id="followed"')[1].split("</ol>")[0]

    first = await followed()
    assert "Take this change back" in first
    assert first == await followed()


async def test_long_histories_have_pages(marie, recorded) -> None:
    for number in range(31):
        recorded("email", {"address": f"a{number}@x.org"}, {"address": f"b{number}@x.org"})
    page = await marie.get(CHANGES)
    assert "b30@x.org" in page.text
    assert "b0@x.org" not in page.text
    assert "Page 1 of 2" in page.text
    page = await marie.get(f"{CHANGES}?number=2")
    assert "b0@x.org" in page.text
    assert "b1@x.org" not in page.text
    assert (await marie.get(f"{CHANGES}?number=99")).text == page.text


async def test_the_donor_sees_their_own_acts_alone(marie, recorded) -> None:
    recorded("memo", None, {"body": "Un mot", "starts_on": None, "ends_on": None}, actor="staff")
    recorded("language", {"language": "fr"}, {"language": "en"}, actor="undo")
    recorded("email", {"address": "a@x.org"}, {"address": "b@x.org"}, person=STRANGER)
    assert "No change yet" in (await marie.get(CHANGES)).text


async def test_who_unsubscribed_by_the_link_in_a_mail_finds_it_here(marie, recorded, owner) -> None:
    recorded("objections", {"objections": []}, {"objections": ["appeals/email"]})
    owner.execute("UPDATE recorded_change SET actor = 'unsubscribe link'")
    assert "No longer wanted Appeals for gifts, by e-mail" in (await marie.get(CHANGES)).text


async def test_staff_who_look_see_it_without_the_buttons(visitor, recorded, member_id) -> None:
    recorded("language", {"language": "fr"}, {"language": "en"}, "saved")
    editor = visitor()
    await editor.enter(EDITOR)
    path = f"/staff/members/{member_id(MARIE)}"
    await editor.submit(await editor.get(path), f"{path}/viewing", reason="Au téléphone")
    page = await editor.get(CHANGES)
    assert "Now English" in page.text
    assert "Take this change back" not in page.text
