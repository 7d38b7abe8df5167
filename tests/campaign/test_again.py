"""Started again, cut short, twice at once: nobody is told twice, and nobody is forgotten."""

import asyncio
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from portal.campaign import queries
from portal.campaign.rules import Recipient
from portal.pdf import Sheet
from tests.campaign.conftest import handed, letters, mails, paper, rows, ways
from tests.issuing.givers import gift, many

LONG_AGO = date(2020, 1, 1)
FORMULA = {"unit": "=" + "x" * 37}


async def test_nobody_is_told_twice_and_the_letters_of_an_earlier_run_stay(
    giver, ready, render, owner, tmp_path
) -> None:
    giver("m1", gift("1"), by="email", email="m1@example.org")
    giver("m2", gift("2"))
    giver("m3", gift("3"), suspension_code="PND")
    await ready()
    await render()
    assert (await render()).figures | {"nothing": {}} == {
        "rendered": 0, "set_aside": 0, "mailed": 0, "printed": 0, "nothing": {},
    }  # fmt: skip
    giver("m4", gift("4"))
    await ready()
    await render()
    of = dict(owner.execute("SELECT r.number, m.number FROM receipt r JOIN member m ON m.id = r.member_id").fetchall())
    assert sorted(of[receipt] for receipt in letters(tmp_path)) == ["m2", "m4"]
    assert sorted(row["member"] for row in rows(tmp_path, "addresses.csv")) == ["m2", "m4"]
    assert set(ways(tmp_path)) == {"m1", "m2", "m3", "m4"}, "no run takes the report of another one away"
    assert len(mails(owner)) == 1


async def test_two_runs_at_the_same_moment_tell_everybody_once(giver, ready, render, owner, tmp_path) -> None:
    for name in many(12):
        giver(name, gift(f"r{name}"), by="email", email=f"{name}@example.org")
    for name in many(4, "p"):
        giver(name, gift(f"r{name}"))
    await ready()
    for one in ("one", "two"):
        (tmp_path / one).mkdir()
    await asyncio.gather(render(folder=tmp_path / "one"), render(folder=tmp_path / "two"), return_exceptions=True)
    assert len(mails(owner)) == 12
    assert len(letters(tmp_path)) == 4
    assert {by for _, by in handed(owner)} == {"email", "post"}


async def test_mails_and_letters_may_wait(giver, ready, render, owner, tmp_path) -> None:
    giver("m1", gift("1"), by="email", email="m1@example.org")
    giver("m2", gift("2"))
    await ready()
    await render(mail=False, post=False)
    assert handed(owner) == [("m1", ""), ("m2", "")]
    await render(post=False)
    assert handed(owner) == [("m1", "email"), ("m2", "")]
    await render(mail=False)
    assert handed(owner) == [("m1", "email"), ("m2", "post")]
    assert len(mails(owner)) == 1
    assert len(letters(tmp_path)) == 1


async def test_members_come_in_batches_and_none_is_left_out(giver, ready, render, owner, monkeypatch) -> None:
    monkeypatch.setattr("portal.campaign.handover.queries.recipients", partial(queries.recipients, limit=2))
    for name in many(7):
        giver(name, gift(name), by="email", email=f"{name}@example.org")
    await ready()
    assert (await render()).mailed == 7
    assert len(mails(owner)) == 7


async def test_cut_short_before_the_note_the_next_run_makes_the_letters_again(
    giver, ready, render, owner, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("portal.campaign.handover.PART", 2)
    for name in many(5):
        giver(name, gift(name))
    await ready()

    async def die(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr("portal.campaign.handover.Handover._note", die)
        with pytest.raises(ConnectionError):
            await render()
    assert {by for _, by in handed(owner)} == {""}
    giver("m006", gift("m006"))
    await ready()
    await render()
    assert len(letters(tmp_path)) == 6, "no letter is there twice"
    assert len(rows(tmp_path, "addresses.csv")) == 6
    assert {by for _, by in handed(owner)} == {"post"}


async def test_a_letter_that_cannot_be_made_keeps_the_others_from_nobody(
    giver, ready, render, owner, tmp_path, monkeypatch
) -> None:
    for name in ("m1", "m-unlucky", "m3"):
        giver(name, gift(name))
    await ready()
    owner.execute("UPDATE postal_address SET street = 'place Bellecour'")

    async def fail(self: object, sheet: Sheet) -> bytes:
        if "UNLUCKY" in sheet.html:
            raise TimeoutError
        return paper("", 1)

    with monkeypatch.context() as patch:
        patch.setattr("portal.pdf.Printer.render", fail)
        assert (await render()).printed == 2
    assert ways(tmp_path)["m-unlucky"] == ("nothing", "The letter could not be made.")
    assert (await render()).printed == 1


async def test_who_loses_the_address_while_letters_are_made_waits_for_the_next_run(
    giver, ready, render, owner, monkeypatch
) -> None:
    giver("m1", gift("1"))
    giver("m2", gift("2"), by="email", email="m2@example.org")
    giver("m3", gift("3"))
    await ready()

    async def meanwhile(*arguments: Any) -> dict[UUID, Recipient]:
        owner.execute("DELETE FROM postal_address WHERE member_id = (SELECT id FROM member WHERE number = 'm1')")
        return await chosen(*arguments)

    chosen = queries.chosen
    monkeypatch.setattr("portal.campaign.handover.queries.chosen", meanwhile)
    assert (await render()).printed == 1
    assert handed(owner) == [("m1", ""), ("m2", "email"), ("m3", "post")]
