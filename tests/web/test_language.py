import pytest

from tests.personas import MARIE


async def test_french_comes_first(visitor) -> None:
    assert 'lang="fr"' in (await visitor("").get("/sign-in")).html
    assert 'lang="fr"' in (await visitor("de-DE,de;q=0.9").get("/sign-in")).html
    assert 'lang="en"' in (await visitor("en-GB,en;q=0.9,fr;q=0.8").get("/sign-in")).html


async def test_the_language_chosen_on_the_page_stays(visitor) -> None:
    walker = visitor("en")
    await walker.enter(MARIE)
    page = await walker.get("/gifts")
    page = await walker.submit(page, "/language", language="fr")
    assert page.path == "/gifts"
    assert 'lang="fr"' in page.html
    assert 'lang="fr"' in (await walker.get("/nowhere")).html


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", ""])
async def test_no_payload_leads_to_another_host(visitor, path) -> None:
    page = await visitor().post("/language", language="fr", path=path, follow=False)
    assert page.headers["location"] == "/"


async def test_dates_and_sums_are_written_as_in_the_language(visitor) -> None:
    walker = visitor("fr")
    await walker.enter(MARIE)
    text = (await walker.get("/gifts")).text
    assert "1er janvier" in text
    assert "50,00\xa0€" in text or "50,00 €" in text
