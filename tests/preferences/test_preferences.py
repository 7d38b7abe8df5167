"""My preferences at a glance, and the language in which we speak to a member."""

import pytest

from backoffice_sync.outward.push import push
from tests.backoffice_sync.test_push import statuses
from tests.personas import MARIE
from tests.signin.test_signing_in import ask, link_in

PATH = "/preferences/language"


@pytest.fixture
async def marie(visitor):
    walker = visitor()
    await walker.enter(MARIE)
    return walker


@pytest.fixture
def one(owner):
    return lambda query, *values: owner.execute(query, values).fetchone()


async def test_the_page_says_what_holds_of_each_and_leads_to_it(marie, owner) -> None:
    text = (await marie.get("/preferences")).text
    assert "One receipt for the whole year, by post" in text
    assert "Appeals for gifts in every way" in text
    assert "Appeals by post: Whenever there is one" in text
    assert "Other associations: yes, you have not objected. Companies: no, you have not agreed." in text
    assert "Language Français" in text
    owner.execute(
        "UPDATE contact_choice SET objections = '{appeals/phone,appeals/sms,exchange/any,petitions/any}', "
        "consents = '{commercial/any}', post_rhythm = 'yearly', paused_until = '2099-05-01'"
    )
    page = await marie.get("/preferences")
    assert "Appeals for gifts by post, by e-mail" in page.text
    assert "Petitions not wanted" in page.text
    assert "Appeals by post: Once a year No appeals at all until 1 May 2099" in page.text
    assert "Other associations: no, you object. Companies: yes, you have agreed." in page.text
    assert {"/preferences/receipts", "/preferences/contact", PATH, "/preferences/contact/history"} <= set(page.links)


async def test_the_chosen_language_is_passed_on_and_the_pages_follow_at_once(marie, owner, one) -> None:
    owner.execute("UPDATE member SET language = 'en'")
    page = await marie.submit(await marie.get(PATH), PATH, language="fr")
    assert 'lang="fr"' in page.html
    assert page.form(PATH)["language"] == "fr"
    change = "SELECT field_group, old, new FROM recorded_change"
    assert one(change) == ("language", {"language": "en"}, {"language": "fr"})
    assert one("SELECT data FROM journal WHERE kind = 'profile.language.changed'") == (
        {"old": {"language": "en"}, "new": {"language": "fr"}},
    )


async def test_mails_follow_the_chosen_language(marie, work_off, mails) -> None:
    await marie.submit(await marie.get(PATH), PATH, language="en")
    page = await marie.get("/preferences/receipts")
    await marie.submit(page, "/preferences/receipts", receipt_rhythm="per_gift")
    await work_off()
    assert mails.to(MARIE.email)[0].get_body(("plain",)).get_content().startswith("Hello,")


async def test_the_language_arrives_in_the_central_base(
    marie,
    owner,
    one,
    sync_database,
    central_directory,
) -> None:
    await marie.submit(await marie.get(PATH), PATH, language="en")
    await push(sync_database, central_directory)
    assert statuses(owner) == ["confirmed"]
    assert await central_directory.read(MARIE.number, "language") == {"language": "en"}
    assert one("SELECT language, held FROM member WHERE number = '1001'") == ("en", False)


async def test_choosing_the_same_language_records_nothing(marie, one) -> None:
    page = await marie.submit(await marie.get(PATH), PATH, language="fr")
    assert 'lang="fr"' in page.html
    assert one("SELECT count(*) FROM recorded_change") == (0,)


@pytest.mark.parametrize("code", ["de", "", "FR"])
async def test_no_language_that_we_do_not_speak_is_taken(marie, one, code) -> None:
    assert (await marie.submit(await marie.get(PATH), PATH, language=code)).status == 400
    assert one("SELECT language FROM member WHERE number = '1001'") == ("fr",)


@pytest.mark.parametrize(
    ("own", "told", "shown"), [("en", None, "en"), ("en", "fr", "fr"), ("fr", None, "fr"), ("de", None, "fr")]
)
async def test_another_device_speaks_the_members_language_unless_it_was_told_another(
    visitor, owner, work_off, mails, own, told, shown
) -> None:
    owner.execute("UPDATE member SET language = %s", [own])
    walker = visitor("fr")
    if told:
        await walker.submit(await walker.get("/sign-in"), "/language", language=told)
    await ask(walker, MARIE.email)
    await work_off()
    page = await walker.get(link_in(mails.to(MARIE.email)[-1]))
    page = await walker.submit(page, "/sign-in/confirm")
    assert page.path == "/"
    assert f'lang="{shown}"' in page.html
