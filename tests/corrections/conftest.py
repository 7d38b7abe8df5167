"""Walkers who ask for corrections, and what was stored of it."""

from dataclasses import replace

import pytest

from portal.app import build
from tests.personas import BAKERY, MARIE
from tests.walker import Walker, _page

NAME, COMPANY = "/profile/name", "/profile/company"
PDF = b"%PDF-1.7\nacte de mariage"


@pytest.fixture
async def marie(visitor):
    walker = visitor()
    await walker.enter(MARIE)
    return walker


@pytest.fixture
async def bakery(visitor):
    walker = visitor()
    await walker.enter(BAKERY)
    return walker


@pytest.fixture
def where(settings, owner, database):
    """A browser before an installation with these rules for the details of its donors."""

    def where(rules: str) -> Walker:
        altered = replace(settings, profile_fields=rules)
        return Walker(build(altered, database), altered, owner)

    return where


@pytest.fixture
def one(owner):
    return lambda query, *values: owner.execute(query, values).fetchone()


async def send(walker, document=None, path=NAME, **fields):
    """Fill the form and send it as a browser does that has chosen a document, or none."""
    values = {"reason": "Je me suis mariée"} | fields
    page = await walker.get(path)
    values = {name: value for name, value in (page.form(path) | values).items() if name != "document"}
    files = {"document": ("acte.pdf", document, "application/pdf") if document else ("", b"")}
    return _page(await walker.client.post(path, data=values, files=files, follow_redirects=True))


async def decide(editor, how, **fields):
    """Open the oldest request at the desk and approve or refuse it."""
    page = await editor.get("/staff/corrections")
    [path] = [link for link in page.links if link.startswith("/staff/corrections/")]
    return await editor.submit(await editor.get(path), f"{path}/{how}", **fields)
