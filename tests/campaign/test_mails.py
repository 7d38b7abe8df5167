"""The mail that says that receipts are there: once, with nothing private in it and nothing attached."""

import pytest

from tests.campaign.conftest import handed
from tests.issuing.givers import LAST_YEAR, gift


def bodies(mail) -> list[str]:
    return [part.get_content() for part in mail.iter_parts()]


async def test_each_reader_gets_one_mail_however_often_the_run_is_started(
    giver, ready, render, work_off, mails, owner
) -> None:
    giver("m1", gift("1"), gift("2"), rhythm="per_gift", by="email", email="m1@example.org")
    giver("m2", gift("3"), by="email", email="m2@example.org")
    giver("m3", gift("4"), email="m3@example.org")
    await ready()
    await render()
    await render()
    await work_off()
    await render()
    await work_off()
    assert sorted(mail["To"] for mail in mails.mails) == ["m1@example.org", "m2@example.org"]


@pytest.mark.parametrize(("language", "subject"), [("fr", "reçus fiscaux"), ("en", "Your tax receipts for")])
async def test_the_mail_is_in_the_donor_s_language_says_nothing_private_and_leads_to_the_sign_in(
    giver, ready, render, work_off, mails, settings, visitor, language, subject
) -> None:
    giver("m1", gift("1", "61.37"), gift("2"), rhythm="per_gift", by="email", email="m1@example.org", language=language)
    await ready()
    await render()
    await work_off()
    [mail] = mails.mails
    assert subject in mail["Subject"]
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert not list(mail.iter_attachments())
    for body in (*bodies(mail), mail["Subject"]):
        for private in ("Anne", "Donatrice", "m1", "61", "000001", "LILAS", "Lilas"):
            assert private not in body
    for body in bodies(mail):
        assert str(LAST_YEAR) in body
        assert f"{settings.base_url}/receipts" in body
    page = await visitor(language).get("/receipts")
    assert page.path == "/sign-in", "who follows the link signs in first"


async def test_an_unknown_language_gets_french_and_the_job_holds_no_address(
    giver, ready, render, work_off, mails, owner
) -> None:
    giver("m1", gift("1"), by="email", email="m1@example.org", language="xx")
    await ready()
    await render()
    assert "example.org" not in str(owner.execute("SELECT args FROM procrastinate_jobs").fetchall())
    await work_off()
    assert "Bonjour" in bodies(mails.mails[0])[0]


async def test_the_mail_goes_to_the_address_of_the_moment_and_where_there_is_none_a_letter_follows(
    giver, ready, render, work_off, mails, owner
) -> None:
    for name in ("m1", "m2"):
        giver(name, gift(name), by="email", email=f"{name}@example.org")
    await ready()
    await render()
    owner.execute("UPDATE email_address SET address = 'new@example.org' WHERE address = 'm1@example.org'")
    owner.execute("UPDATE email_address SET bounced_on = '2026-01-01' WHERE address = 'm2@example.org'")
    await work_off()
    assert [mail["To"] for mail in mails.mails] == ["new@example.org"]
    await render()
    assert handed(owner) == [("m1", "email"), ("m2", "post")]
